//! Errors in a manifest: file, line, column, key, value, remedy.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use crate::nearest::nearest;

/// One error in a manifest, on one screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestError {
    /// The file, as it was named.
    pub file: PathBuf,
    /// Where; `None` where the reader names no place.
    pub place: Option<Place>,
    /// The key, dotted; empty when there is none.
    pub key: String,
    /// What is wrong, with the value.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// The line.
    pub text: String,
}

impl std::error::Error for ManifestError {}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        write!(f, "{}\n  --> {}", self.message, self.file.display())?;
        if let Some(place) = &self.place {
            write!(f, ":{}:{}\n   | {}", place.line, place.column, place.text)?;
        }
        write!(f, "\n\nhint: {}", self.hint)
    }
}

impl ManifestError {
    /// An error in the value of a top-level key.
    pub(super) fn at_key(file: &Path, text: &str, key: &str, message: String, hint: &str) -> Self {
        let span = DeTable::parse(text).ok().and_then(|table| {
            table.get_ref().iter().find(|(name, _)| name.get_ref() == key).map(|(name, _)| name.span())
        });
        Self {
            file: file.to_path_buf(),
            place: span.map(|span| place(text, &span)),
            key: key.to_owned(),
            message,
            hint: hint.to_owned(),
        }
    }

    /// What the TOML reader found wrong, with the nearest known name.
    pub(super) fn unreadable(file: &Path, text: &str, error: &toml::de::Error) -> Self {
        let (message, hint) = explain(error.message());
        let key = error.span().map(|span| key_at(text, span.start)).unwrap_or_default();
        Self { file: file.to_path_buf(), place: error.span().map(|span| place(text, &span)), key, message, hint }
    }
}

fn place(text: &str, span: &Range<usize>) -> Place {
    let mut start = span.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    Place {
        line: text[..start].matches('\n').count() + 1,
        column: text[line_start..start].chars().count() + 1,
        text: text[line_start..line_end].trim_end().to_owned(),
    }
}

/// The dotted key whose name or value is at a byte; empty when there is none.
fn key_at(text: &str, at: usize) -> String {
    DeTable::parse(text).ok().and_then(|table| key_in(table.get_ref(), at)).unwrap_or_default()
}

/// The span of a table is its header's, so its keys are looked through first.
fn key_in(table: &DeTable<'_>, at: usize) -> Option<String> {
    table.iter().find_map(|(name, value)| {
        if let DeValue::Table(inner) = value.get_ref()
            && let Some(key) = key_in(inner, at)
        {
            return Some(format!("{}.{key}", name.get_ref()));
        }
        (name.span().contains(&at) || value.span().contains(&at)).then(|| name.get_ref().to_string())
    })
}

/// Serde says "unknown field `x`, expected one of `a`, `b`": keep the fact, and
/// add the nearest name.
fn explain(message: &str) -> (String, String) {
    let first = message.lines().next().unwrap_or(message);
    let quoted: Vec<&str> = first.split('`').skip(1).step_by(2).collect();
    if let Some(name) = first.strip_prefix("missing field ").and(quoted.first()) {
        return (format!("the key \"{name}\" is missing"), format!("add a line such as: {}", example(name)));
    }
    let unknown = first.starts_with("unknown field") || first.starts_with("unknown variant");
    let (true, Some((given, known))) = (unknown, quoted.split_first()) else {
        return (first.to_owned(), "correct the value".to_owned());
    };
    let thing = if first.starts_with("unknown field") { "key" } else { "value" };
    let list = known.join(", ");
    let hint = match nearest(given, known) {
        Some(near) => format!("did you mean \"{near}\"? known: {list}"),
        None => format!("known: {list}"),
    };
    (format!("unknown {thing} \"{given}\""), hint)
}

fn example(key: &str) -> &'static str {
    match key {
        "id" => "id = \"agenda-example\"",
        "kind" => "kind = \"agenda\"",
        "version" => "version = \"0.1.0\"",
        "api" => "api = \"0.1\"",
        "licence" => "licence = \"Apache-2.0\"",
        _ => "description = \"What the plugin does, in one line\"",
    }
}
