//! The modules of one crate as they are written: what each defines, imports
//! and names. What only tests compile is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Expr, ExprLit, Ident, ImplItemFn, Item, ItemMod, ItemUse, Lit, Macro, Meta, Token, UseTree, Visibility,
};

use super::tokens;

/// One crate, from its root file on.
#[derive(Default)]
pub struct Source {
    /// Its files; modules name them by their place.
    pub files: Vec<PathBuf>,
    /// Its modules, the root first, a parent before its children.
    pub modules: Vec<Module>,
}

/// One module, in a file of its own or inside of its parent's.
#[derive(Default)]
pub struct Module {
    pub file: usize,
    pub parent: Option<usize>,
    /// One that is compiled from another file on another target is there twice.
    pub children: BTreeMap<String, Vec<usize>>,
    /// Names of its own items, macros among them.
    pub defined: BTreeSet<String>,
    /// Names given to macros that make items: some of them are items' names.
    pub generated: BTreeSet<String>,
    /// Its macros, which modules after it see without an import.
    pub macros: BTreeSet<String>,
    /// Whether its parent sees its macros without an import.
    pub macro_use: bool,
    pub imports: Vec<Import>,
    /// Paths in types, expressions, patterns and macros, as they are written.
    pub paths: BTreeSet<Vec<String>>,
    /// Names of macros that are called by one word.
    pub calls: BTreeSet<String>,
}

/// One name of a `use`.
pub struct Import {
    /// What it is called here; none for everything (`*`).
    pub name: Option<String>,
    pub path: Vec<String>,
    /// Whether others may import it from here.
    pub shown: bool,
}

impl Import {
    /// Whether it makes `name` known.
    pub fn is(&self, name: &str) -> bool {
        self.name.as_deref() == Some(name)
    }
}

impl Source {
    /// The crate whose root file is `root`; `load` gives the text of a file, and
    /// none for one that is not there.
    ///
    /// # Panics
    ///
    /// Names the file that is no Rust, or the module that has no file.
    pub fn read(root: &Path, load: &dyn Fn(&Path) -> Option<String>) -> Self {
        let mut source = Self::default();
        let folder = root.parent().expect("a root file is in a folder").to_owned();
        source.open(root.to_owned(), folder, Module::default(), load);
        source
    }

    /// Reads a module that is a file; its children are in `folder`.
    fn open(
        &mut self,
        path: PathBuf,
        folder: PathBuf,
        module: Module,
        load: &dyn Fn(&Path) -> Option<String>,
    ) -> usize {
        let text = load(&path).unwrap_or_else(|| panic!("{} is not there", path.display()));
        let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{} is no Rust: {error}", path.display()));
        self.files.push(path);
        let file = self.files.len() - 1;
        self.fill(Module { file, ..module }, &parsed.items, folder, load)
    }

    fn fill(
        &mut self,
        module: Module,
        items: &[Item],
        folder: PathBuf,
        load: &dyn Fn(&Path) -> Option<String>,
    ) -> usize {
        let at = self.modules.len();
        self.modules.push(module);
        for item in items.iter().filter(|item| !for_tests(attributes(item))) {
            self.modules[at].define(item);
        }
        let mut reader = Reader { source: self, at, folder, load };
        for item in items {
            reader.visit_item(item);
        }
        at
    }
}

impl Module {
    fn define(&mut self, item: &Item) {
        let name: &Ident = match item {
            Item::Const(one) => &one.ident,
            Item::Enum(one) => &one.ident,
            Item::Fn(one) => &one.sig.ident,
            Item::Static(one) => &one.ident,
            Item::Struct(one) => &one.ident,
            Item::Trait(one) => &one.ident,
            Item::TraitAlias(one) => &one.ident,
            Item::Type(one) => &one.ident,
            Item::Union(one) => &one.ident,
            Item::Macro(one) => match &one.ident {
                Some(name) => {
                    self.macros.insert(name.to_string());
                    name
                }
                None => return self.generated.extend(tokens::type_names(one.mac.tokens.clone())),
            },
            _ => return,
        };
        self.defined.insert(name.to_string());
    }
}

/// Walks the items of one module, and reads the modules inside.
struct Reader<'a> {
    source: &'a mut Source,
    at: usize,
    folder: PathBuf,
    load: &'a dyn Fn(&Path) -> Option<String>,
}

impl Reader<'_> {
    fn module(&mut self) -> &mut Module {
        &mut self.source.modules[self.at]
    }

    /// The next module that is read is a child of this one.
    fn expect_child(&mut self, name: String) {
        let next = self.source.modules.len();
        self.module().children.entry(name).or_default().push(next);
    }

    /// A macro that the whole crate sees is a name of the root.
    fn show_at_root(&mut self, name: &Ident) {
        let mut path = vec![name.to_string()];
        let mut at = self.at;
        while let Some(parent) = self.source.modules[at].parent {
            let child = self.source.modules[parent].children.iter().find(|(_, child)| child.contains(&at));
            path.insert(0, child.expect("a child has a name").0.clone());
            at = parent;
        }
        path.insert(0, "crate".into());
        self.source.modules[at].imports.push(Import { name: Some(name.to_string()), path, shown: true });
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if for_tests(attributes(item)) {
            return;
        }
        if let Item::Macro(one) = item
            && let Some(name) = &one.ident
        {
            if one.attrs.iter().any(|attribute| attribute.path().is_ident("macro_export")) {
                self.show_at_root(name);
            }
            // What else is in it is looked up where it is called.
            self.module().paths.extend(tokens::crate_paths(one.mac.tokens.clone()));
            return;
        }
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let name = item.ident.to_string();
        let macro_use = item.attrs.iter().any(|attribute| attribute.path().is_ident("macro_use"));
        let inside = self.folder.join(&name);
        let (parent, file) = (self.at, self.module().file);
        let module = || Module { file, parent: Some(parent), macro_use, ..Module::default() };
        if let Some((_, items)) = &item.content {
            self.expect_child(name);
            self.source.fill(module(), items, inside, self.load);
            return;
        }
        let beside = self.source.files[file].parent().expect("a file is in a folder").to_owned();
        let of_folder = inside.join("mod.rs");
        let mut files: Vec<_> = item.attrs.iter().filter_map(path_attribute).map(|path| beside.join(path)).collect();
        let folder = match files.first() {
            Some(path) => path.parent().expect("a file is in a folder").to_owned(),
            None => inside.clone(),
        };
        if files.is_empty() {
            files.push(if (self.load)(&of_folder).is_some() { of_folder } else { inside.with_extension("rs") });
        }
        for path in files {
            self.expect_child(name.clone());
            self.source.open(path, folder.clone(), module(), self.load);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if item.leading_colon.is_none() && !for_tests(&item.attrs) {
            let shown = !matches!(item.vis, Visibility::Inherited);
            flatten(&item.tree, &mut Vec::new(), shown, &mut self.module().imports);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        if !for_tests(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            let words = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            self.module().paths.insert(words);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, one: &'ast Macro) {
        if let Some(name) = one.path.get_ident() {
            self.module().calls.insert(name.to_string());
        }
        self.visit_path(&one.path);
        let found = tokens::paths(one.tokens.clone());
        self.module().paths.extend(found.paths);
        self.module().calls.extend(found.calls);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let Meta::List(list) = &attribute.meta {
            let found = tokens::paths(list.tokens.clone());
            self.module().paths.extend(found.paths.into_iter().filter(|path| path.len() > 1));
        }
    }

    // Who may see an item is no import.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}
}

fn flatten(tree: &UseTree, before: &mut Vec<String>, shown: bool, imports: &mut Vec<Import>) {
    let mut add = |name: Option<String>, last: Option<&Ident>| {
        let path = before.iter().cloned().chain(last.map(ToString::to_string)).collect();
        imports.push(Import { name, path, shown });
    };
    match tree {
        UseTree::Name(one) if one.ident == "self" => add(before.last().cloned(), None),
        UseTree::Name(one) => add(Some(one.ident.to_string()), Some(&one.ident)),
        UseTree::Rename(one) if one.ident == "self" => add(Some(one.rename.to_string()), None),
        UseTree::Rename(one) => add(Some(one.rename.to_string()), Some(&one.ident)),
        UseTree::Glob(_) => add(None, None),
        UseTree::Path(one) => {
            before.push(one.ident.to_string());
            flatten(&one.tree, before, shown, imports);
            before.pop();
        }
        UseTree::Group(group) => {
            for inner in &group.items {
                flatten(inner, before, shown, imports);
            }
        }
    }
}

/// Whether only tests compile it: `cfg(test)`, alone or as the first of `all`.
fn for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).any(|attribute| {
        let Meta::List(list) = &attribute.meta else { return false };
        let condition: String = list.tokens.to_string().split_whitespace().collect();
        condition == "test" || condition.starts_with("all(test,")
    })
}

/// The file that `#[path = "…"]` names, or `#[cfg_attr(…, path = "…")]`.
fn path_attribute(attribute: &Attribute) -> Option<PathBuf> {
    let pair = match &attribute.meta {
        Meta::NameValue(pair) => pair.clone(),
        Meta::List(list) if list.path.is_ident("cfg_attr") => {
            let parts = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()?;
            parts.last()?.require_name_value().ok()?.clone()
        }
        _ => return None,
    };
    let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &pair.value else { return None };
    pair.path.is_ident("path").then(|| text.value().into())
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(one) => &one.attrs,
        Item::Enum(one) => &one.attrs,
        Item::ExternCrate(one) => &one.attrs,
        Item::Fn(one) => &one.attrs,
        Item::ForeignMod(one) => &one.attrs,
        Item::Impl(one) => &one.attrs,
        Item::Macro(one) => &one.attrs,
        Item::Mod(one) => &one.attrs,
        Item::Static(one) => &one.attrs,
        Item::Struct(one) => &one.attrs,
        Item::Trait(one) => &one.attrs,
        Item::TraitAlias(one) => &one.attrs,
        Item::Type(one) => &one.attrs,
        Item::Union(one) => &one.attrs,
        Item::Use(one) => &one.attrs,
        _ => &[],
    }
}
