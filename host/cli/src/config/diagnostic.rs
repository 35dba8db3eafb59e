//! Errors in files: where, which key, which value, what to do.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use greffon_core::model::triage::FindingSeverity;
use greffon_runtime::nearest;
use toml::de::{DeTable, DeValue};

/// One error in one file, on one screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The file, as the person named it.
    pub file: PathBuf,
    /// Line and column, from 1, and the line itself.
    pub place: Option<Place>,
    /// Names the key and the value.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

/// What was found in a file, and how grave it is.
pub type Findings = Vec<(FindingSeverity, Diagnostic)>;

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// Characters to underline, at least 1.
    pub width: usize,
    /// The line's text.
    pub text: String,
}

impl std::error::Error for Diagnostic {}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        match &self.place {
            None => write!(f, "\n  --> {}", self.file.display())?,
            Some(place) => {
                let gutter = place.line.to_string();
                let pad = " ".repeat(gutter.len());
                write!(f, "\n{pad}--> {}:{}:{}", self.file.display(), place.line, place.column)?;
                write!(f, "\n{pad} |\n{gutter} | {}", place.text)?;
                let indent = " ".repeat(place.column.saturating_sub(1));
                write!(f, "\n{pad} | {indent}{}", "^".repeat(place.width))?;
            }
        }
        if let Some(hint) = &self.hint {
            write!(f, "\n\nhint: {hint}")?;
        }
        Ok(())
    }
}

/// A file's name and text, to find places in.
pub struct Source<'a> {
    /// The file.
    pub file: &'a Path,
    /// Its text.
    pub text: &'a str,
}

impl Source<'_> {
    /// An error at a byte range.
    pub fn at(&self, span: Option<Range<usize>>, message: String, hint: Option<String>) -> Diagnostic {
        Diagnostic { file: self.file.to_path_buf(), place: span.map(|span| self.place(&span)), message, hint }
    }

    /// An error at a key path such as `motives.consultation.floor`; at the
    /// nearest existing ancestor when the key is absent.
    pub fn at_key(&self, key: &str, message: String, hint: Option<String>) -> Diagnostic {
        let span = DeTable::parse(self.text).ok().and_then(|table| find(table.get_ref(), key));
        self.at(span, message, hint)
    }

    /// What the TOML reader found wrong, with the nearest known key.
    pub fn unreadable(&self, error: &toml::de::Error) -> Diagnostic {
        let (message, hint) = explain(error.message());
        self.at(error.span(), message, hint)
    }

    fn place(&self, span: &Range<usize>) -> Place {
        let start = span.start.min(self.text.len());
        let line_start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = self.text[start..].find('\n').map_or(self.text.len(), |at| start + at);
        let end = span.end.clamp(start, line_end);
        Place {
            line: self.text[..start].matches('\n').count() + 1,
            column: self.text[line_start..start].chars().count() + 1,
            width: self.text[start..end].chars().count().max(1),
            text: shown(self.text[line_start..line_end].trim_end()),
        }
    }
}

/// A line without what would move a terminal's cursor: the file may be
/// anybody's. Characters keep their columns.
fn shown(line: &str) -> String {
    line.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn find(table: &DeTable<'_>, key: &str) -> Option<Range<usize>> {
    let mut table = table;
    let mut best = None;
    let mut parts = key.split('.').peekable();
    while let Some(part) = parts.next() {
        let Some((name, value)) = table.iter().find(|(name, _)| name.get_ref() == part) else {
            return best;
        };
        best = Some(if parts.peek().is_none() { value.span() } else { name.span() });
        match value.get_ref() {
            DeValue::Table(inner) => table = inner,
            DeValue::Array(items) => {
                let index = parts.next().and_then(|part| part.parse::<usize>().ok());
                let Some(item) = index.and_then(|index| items.get(index)) else {
                    return Some(value.span());
                };
                best = Some(item.span());
                match item.get_ref() {
                    DeValue::Table(inner) => table = inner,
                    _ => return best,
                }
            }
            _ => return Some(value.span()),
        }
    }
    best
}

/// Serde says "unknown field `x`, expected one of `a`, `b`": keep the fact, and
/// add the nearest name.
fn explain(message: &str) -> (String, Option<String>) {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let unknown = message.starts_with("unknown field") || message.starts_with("unknown variant");
    let (true, Some((given, known))) = (unknown, quoted.split_first()) else {
        return (message.to_owned(), None);
    };
    let thing = if message.starts_with("unknown field") { "key" } else { "value" };
    let list = known.join(", ");
    let hint = match nearest(given, known) {
        Some(near) => format!("did you mean \"{near}\"? known: {list}"),
        None if known.is_empty() => "nothing may stand here".to_owned(),
        None => format!("known: {list}"),
    };
    (format!("unknown {thing} \"{given}\""), Some(hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_line_column_and_the_nearest_key() {
        let source = Source { file: Path::new("a.toml"), text: "id = \"x\"\n  naem = 3\n" };
        let (message, hint) = explain("unknown field `naem`, expected one of `id`, `name`");
        let shown = source.at(Some(11..15), message, hint).to_string();
        assert!(shown.contains("a.toml:2:3"), "{shown}");
        assert!(shown.contains("unknown key \"naem\""), "{shown}");
        assert!(shown.contains("did you mean \"name\"?"), "{shown}");
        assert!(shown.contains("2 |   naem = 3"), "{shown}");
        assert!(shown.contains("  |   ^^^^"), "{shown}");
    }

    #[test]
    fn finds_keys_inside_tables_and_arrays() {
        let text = "[a.b]\nc = [{ d = 1 }, { d = 2 }]\n";
        let source = Source { file: Path::new("a.toml"), text };
        let place = source.at_key("a.b.c.1.d", String::new(), None).place.expect("found");
        assert_eq!((place.line, place.column), (2, 23));
    }

    #[test]
    fn a_missing_key_points_to_its_table() {
        let source = Source { file: Path::new("a.toml"), text: "[a.b]\nc = 1\n" };
        let place = source.at_key("a.b.zzz", String::new(), None).place.expect("found");
        assert_eq!(place.line, 1);
    }

    #[test]
    fn a_line_is_shown_without_control_characters() {
        let source = Source { file: Path::new("a.toml"), text: "a = \u{1b}[2J\tb" };
        let shown = source.at(Some(4..5), String::new(), None).to_string();
        assert!(shown.contains("1 | a = \u{fffd}[2J\u{fffd}b") && !shown.contains('\u{1b}'), "{shown}");
    }

    #[test]
    fn a_span_past_the_end_does_not_panic() {
        let source = Source { file: Path::new("a.toml"), text: "é" };
        assert!(source.at(Some(90..99), "m".to_owned(), None).to_string().contains("a.toml:1:2"));
    }
}
