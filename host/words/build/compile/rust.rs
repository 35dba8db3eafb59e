//! The Rust of one area.

use std::fmt::Write as _;

use super::entry::{Entries, Entry};
use super::template::{Kind, Template};

/// The module of an area whose keys and arguments are the same in both languages.
pub(super) fn module(area: &str, french: &Entries, english: &Entries) -> String {
    let mut module = format!("#[doc = \"The texts of `locales/*/{area}.toml`.\"]\npub mod {area} {{\n");
    let both = french.iter().zip(english.values());
    for (key, french, english) in
        both.filter_map(|((key, french), english)| Some((key, french.as_ref()?, english.as_ref()?)))
    {
        module.push_str(&function(key, french, english));
    }
    module.push_str("}\n\n");
    module
}

fn function(key: &str, french: &Entry, english: &Entry) -> String {
    let mut code = format!("    #[doc = {:?}]\n", format!("« {} »", shown(french)));
    let _ = write!(code, "    #[doc = \"\"]\n    #[doc = {:?}]\n    #[must_use]\n", format!("“{}”", shown(english)));
    if french.arguments().is_empty() {
        let (french, english) = (shown(french), shown(english));
        let _ = writeln!(
            code,
            "    pub const fn {key}() -> crate::Text {{\n        crate::Text::fixed({french:?}, {english:?})\n    }}\n"
        );
        return code;
    }
    let parameters: Vec<String> = french
        .arguments()
        .iter()
        .map(|(name, kind)| match kind {
            Kind::Word => format!("{name}: &str"),
            Kind::Number => format!("{name}: impl Into<crate::Number>"),
            Kind::Text => format!("{name}: &crate::Text"),
        })
        .collect();
    let _ = writeln!(code, "    pub fn {key}({}) -> crate::Text {{", parameters.join(", "));
    for (name, _) in french.arguments().iter().filter(|(_, kind)| **kind == Kind::Number) {
        let _ = writeln!(code, "        let {name} = {name}.into();");
    }
    let (french, english) = (sentence(french, "Fr"), sentence(english, "En"));
    let _ = writeln!(code, "        let french = {french};\n        let english = {english};");
    code.push_str("        crate::Text::filled(french, english)\n    }\n\n");
    code
}

/// The expression that makes the sentence of one language.
fn sentence(entry: &Entry, locale: &str) -> String {
    let chosen = match entry {
        Entry::Plain(template) => filled(template),
        Entry::Counted { by, one, other, .. } => {
            let (one, other) = (filled(one), filled(other));
            format!("if {by}.is_singular_in(crate::Locale::{locale}) {{ {one} }} else {{ {other} }}")
        }
    };
    let texts = entry.arguments().iter().filter(|(_, kind)| **kind == Kind::Text);
    let bound: String = texts.map(|(name, _)| format!("let {name} = {name}.of(crate::Locale::{locale}); ")).collect();
    if bound.is_empty() { chosen } else { format!("{{ {bound}{chosen} }}") }
}

fn filled(template: &Template) -> String {
    let format = &template.format;
    // A text that is one argument and nothing else needs no formatting.
    let alone = template.arguments.keys().find(|name| *format == format!("{{{name}}}"));
    match alone {
        Some(name) => format!("{name}.to_string()"),
        None if template.arguments.is_empty() => format!("{format:?}.to_owned()"),
        None => format!("format!({format:?})"),
    }
}

/// The sentence as its reader in the code sees it: the plural where there is one.
fn shown(entry: &Entry) -> &str {
    match entry {
        Entry::Plain(template) => &template.format,
        Entry::Counted { other, .. } => &other.format,
    }
}
