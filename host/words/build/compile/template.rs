//! One sentence with the places of its arguments.

use std::collections::BTreeMap;

use super::fault::Wrong;
use super::name::{is_name, not_a_name};

/// What stands in an argument's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `{name}`: words of somebody else, a name or an identifier, as they are.
    Word,
    /// `{name:number}`: a number, which may choose the plural form.
    Number,
    /// `{name:text}`: another text of these files, in the same language.
    Text,
}

impl Kind {
    /// How the kind is written after the argument's name.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::Word => "",
            Self::Number => ":number",
            Self::Text => ":text",
        }
    }
}

/// The arguments of a text by name: no rewording changes their order.
pub(super) type Arguments = BTreeMap<String, Kind>;

/// One sentence.
#[derive(Debug)]
pub(super) struct Template {
    /// With `{name}` in the place of each argument, as `format!` wants it.
    pub(super) format: String,
    /// The arguments that it names.
    pub(super) arguments: Arguments,
}

impl Template {
    pub(super) fn parse(text: &str) -> Result<Self, Wrong> {
        if text.trim().is_empty() {
            return Err(Wrong::new("the text is empty", "write the sentence, or remove the key in every language"));
        }
        let unbalanced =
            || Wrong::new("a brace is not balanced", "write each argument as {name}, without other braces");
        let mut format = String::new();
        let mut arguments = Arguments::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            let inside = from.strip_prefix('{').ok_or_else(unbalanced)?;
            let end = inside.find(['{', '}']).ok_or_else(unbalanced)?;
            let (inside, after) = inside.split_at(end);
            rest = after.strip_prefix('}').ok_or_else(unbalanced)?;
            let (name, kind) = argument(inside)?;
            if arguments.insert(name.to_owned(), kind).is_some_and(|earlier| earlier != kind) {
                return Err(two_types(name));
            }
            format.push_str(before);
            format.push_str(&format!("{{{name}}}"));
        }
        format.push_str(rest);
        Ok(Self { format, arguments })
    }
}

/// The fault of an argument that is declared in two ways.
pub(super) fn two_types(name: &str) -> Wrong {
    Wrong::new(format!("argument {name:?} has two types"), "declare the same type in each place")
}

fn argument(inside: &str) -> Result<(&str, Kind), Wrong> {
    let (name, kind) = match inside.split_once(':') {
        None => (inside, Kind::Word),
        Some((name, "number")) => (name, Kind::Number),
        Some((name, "text")) => (name, Kind::Text),
        Some((name, other)) => {
            return Err(Wrong::new(
                format!("argument {name:?} has the unknown type {other:?}"),
                "write {name} for a word, {name:number} or {name:text}",
            ));
        }
    };
    if is_name(name) { Ok((name, kind)) } else { Err(not_a_name("argument")) }
}
