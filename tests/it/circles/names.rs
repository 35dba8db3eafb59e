//! From a path as it is written to the files that define what it names.

use std::collections::BTreeSet;

use super::graph::Graph;
use super::source::Source;

/// What a name stands for: a name may be a module and an item at once.
#[derive(Default)]
struct Found {
    modules: BTreeSet<usize>,
    /// Files in which an item of this name is defined.
    files: BTreeSet<usize>,
}

impl Found {
    fn is_empty(&self) -> bool {
        self.modules.is_empty() && self.files.is_empty()
    }

    fn add(&mut self, other: Self) {
        self.modules.extend(other.modules);
        self.files.extend(other.files);
    }
}

/// Names under search, so that imports that go round come to an end.
type Seen = BTreeSet<(usize, String)>;

impl Source {
    /// Which file names what of which other one. A `mod` is no import, nor is the
    /// `pub use` of something below; whoever names it from there imports it from
    /// the file that defines it.
    pub fn graph(&self) -> Graph {
        let mut graph = Graph::default();
        for (at, module) in self.modules.iter().enumerate() {
            let mut point = |files: &BTreeSet<usize>, name: &str| {
                for file in files {
                    graph.add(&self.files[module.file], &self.files[*file], name);
                }
            };
            for import in module.imports.iter().filter(|import| import.name.is_some()) {
                let (found, word) = self.follow(at, &import.path, &mut Seen::new());
                if !(import.shown && found.files.iter().all(|file| self.is_below(*file, at))) {
                    point(&found.files, &import.path[word]);
                }
            }
            for path in &module.paths {
                let (found, word) = self.follow(at, path, &mut Seen::new());
                // What its first word names was counted where that was imported.
                if word > 0 || !module.imports.iter().any(|import| !import.shown && import.is(&path[0])) {
                    point(&found.files, &path[word]);
                }
            }
            for name in &module.calls {
                point(&self.macro_in_sight(at, name), name);
            }
        }
        graph
    }

    /// What `path` names in module `at`, and which word of it does; nothing for
    /// what other crates define.
    fn follow(&self, at: usize, path: &[String], seen: &mut Seen) -> (Found, usize) {
        let (mut found, mut word) = self.begin(at, path, seen);
        while word + 1 < path.len() && !found.modules.is_empty() {
            let mut next = Found::default();
            for module in &found.modules {
                next.add(self.look_up(*module, &path[word + 1], seen));
            }
            if next.is_empty() {
                // An item's own name (a case, a constant), or one that a macro made.
                if found.files.is_empty() {
                    found.files = found.modules.iter().map(|module| self.modules[*module].file).collect();
                    word += 1;
                }
                break;
            }
            (found, word) = (next, word + 1);
        }
        (found, word)
    }

    /// What a path begins with, and which word ends that.
    fn begin(&self, at: usize, path: &[String], seen: &mut Seen) -> (Found, usize) {
        let up = path.iter().skip_while(|word| *word == "self").take_while(|word| *word == "super").count();
        let module = match path[0].as_str() {
            "crate" => 0,
            "self" | "super" => (0..up).fold(at, |at, _| self.modules[at].parent.expect("a root has no super")),
            name => return (self.look_up(at, name, seen), 0),
        };
        let words = up + usize::from(path[0] != "super");
        (Found { modules: BTreeSet::from([module]), ..Found::default() }, words - 1)
    }

    /// What `name` stands for inside of module `at`.
    fn look_up(&self, at: usize, name: &str, seen: &mut Seen) -> Found {
        let mut found = Found::default();
        if !seen.insert((at, name.to_owned())) {
            return found;
        }
        let module = &self.modules[at];
        found.modules.extend(module.children.get(name).into_iter().flatten());
        if module.defined.contains(name) {
            found.files.insert(module.file);
        }
        for import in module.imports.iter().filter(|import| import.is(name)) {
            found.add(self.follow(at, &import.path, seen).0);
        }
        if found.is_empty() {
            for import in module.imports.iter().filter(|import| import.name.is_none()) {
                for from in self.follow(at, &import.path, seen).0.modules {
                    found.add(self.look_up(from, name, seen));
                }
            }
        }
        if found.is_empty() && module.generated.contains(name) {
            found.files.insert(module.file);
        }
        seen.remove(&(at, name.to_owned()));
        found
    }

    /// The file of a macro that is seen without an import.
    fn macro_in_sight(&self, at: usize, name: &str) -> BTreeSet<usize> {
        let mut next = Some(at);
        while let Some(at) = next {
            let module = &self.modules[at];
            if module.macros.contains(name) {
                return BTreeSet::from([module.file]);
            }
            let shared = module.children.values().flatten().map(|child| &self.modules[*child]);
            if let Some(child) = shared.into_iter().find(|child| child.macro_use && child.macros.contains(name)) {
                return BTreeSet::from([child.file]);
            }
            next = module.parent;
        }
        BTreeSet::new()
    }

    /// Whether `file` is that of a module below `above`.
    fn is_below(&self, file: usize, above: usize) -> bool {
        let owner = self.modules.iter().position(|module| module.file == file).expect("a file is a module");
        std::iter::successors(Some(owner), |at| self.modules[*at].parent).any(|at| at == above)
    }
}
