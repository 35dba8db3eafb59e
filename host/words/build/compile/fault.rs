//! What is wrong with locale files.

use std::fmt;

/// What is wrong with a locale file, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// `locales/fr/rules.toml`.
    pub file: String,
    /// Which key; `None` when it is the file itself.
    pub key: Option<String>,
    /// What is wrong with it.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, key, what, remedy } = self;
        match key {
            Some(key) => write!(f, "{file}: {key}: {what}; {remedy}"),
            None => write!(f, "{file}: {what}; {remedy}"),
        }
    }
}

/// What is wrong with one text, before anybody knows where it stands.
#[derive(Debug)]
pub(super) struct Wrong {
    what: String,
    remedy: String,
}

impl Wrong {
    pub(super) fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: what.into(), remedy: remedy.into() }
    }

    pub(super) fn at(self, file: &str, key: Option<&str>) -> Fault {
        Fault { file: file.to_owned(), key: key.map(str::to_owned), what: self.what, remedy: self.remedy }
    }
}
