//! What stands under one key: a sentence, or its plural forms.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::fault::Wrong;
use super::template::{Arguments, Kind, Template, two_types};

/// What stands under one key in one language.
#[derive(Debug)]
pub(super) enum Entry {
    /// One sentence for everything.
    Plain(Template),
    /// One sentence for each plural form.
    Counted {
        /// The number that chooses.
        by: String,
        /// The singular, as the language has it.
        one: Template,
        /// All other numbers.
        other: Template,
        /// The arguments of both forms, and the number.
        arguments: Arguments,
    },
}

impl Entry {
    pub(super) fn of(value: &Value) -> Result<Self, Wrong> {
        match value {
            Value::String(text) => Template::parse(text).map(Self::Plain),
            Value::Table(forms) => counted(forms),
            _ => Err(Wrong::new("it is no text", "write it in quotation marks, or as a table of by, one and other")),
        }
    }

    pub(super) fn arguments(&self) -> &Arguments {
        match self {
            Self::Plain(template) => &template.arguments,
            Self::Counted { arguments, .. } => arguments,
        }
    }
}

fn counted(forms: &Table) -> Result<Entry, Wrong> {
    let known = ["by", "one", "other"];
    if let Some(unknown) = forms.keys().find(|key| !known.contains(&key.as_str())) {
        return Err(Wrong::new(
            format!("{unknown:?} is an unknown key"),
            "a table of plural forms has by, one and other, and nothing else",
        ));
    }
    let text = |key: &str| {
        forms
            .get(key)
            .and_then(Value::as_str)
            .ok_or_else(|| Wrong::new(format!("{key:?} is missing, or no text"), "plural forms need by, one and other"))
    };
    let by = text("by")?.to_owned();
    let (one, other) = (Template::parse(text("one")?)?, Template::parse(text("other")?)?);
    let mut arguments = one.arguments.clone();
    for (name, kind) in &other.arguments {
        if arguments.insert(name.clone(), *kind).is_some_and(|earlier| earlier != *kind) {
            return Err(two_types(name));
        }
    }
    if arguments.get(&by) != Some(&Kind::Number) {
        return Err(Wrong::new(
            format!("by names {by:?}, which is no number of the text"),
            "name the {…:number} that chooses between one and other",
        ));
    }
    Ok(Entry::Counted { by, one, other, arguments })
}

/// Keys of one file. A key that stands in the file but is wrong in itself is kept
/// as `None`, so that it is not also reported as missing.
pub(super) type Entries = BTreeMap<String, Option<Entry>>;
