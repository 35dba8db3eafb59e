//! What keeps a feature from being used, and where it is written.

use std::fmt;
use std::path::PathBuf;

/// What keeps a feature from being used, for whoever can mend it. Names no
/// secret and no patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Key below the feature: `settings.calendars`, `grants.http.0`; empty for
    /// the feature as a whole.
    pub key: String,
    /// What is wrong, with the value.
    pub message: String,
    /// What to do; names the line to add where one is missing. Empty when the
    /// message says it.
    pub hint: String,
    /// Where it is written, once that is known.
    pub place: Option<SourcePlace>,
    /// Whether it may be over although nothing that was read changed: the plugin
    /// gave no answer, the host was busy, a file was not there. Such a problem is
    /// never remembered.
    pub passing: bool,
}

impl Problem {
    /// A problem that stands until a file changes.
    pub fn lasting(key: impl Into<String>, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { key: key.into(), message: message.into(), hint: hint.into(), place: None, passing: false }
    }

    /// A problem that may be over at the next try.
    pub fn passing(key: impl Into<String>, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { passing: true, ..Self::lasting(key, message, hint) }
    }
}

impl std::error::Error for Problem {}

impl fmt::Display for Problem {
    /// On one line: place, key, message, remedy.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.message)?;
        if self.hint.is_empty() { Ok(()) } else { write!(f, " ({})", self.hint) }
    }
}

/// A place in a file of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourcePlace {
    /// Which file.
    pub file: PathBuf,
    /// Line and column, from 1; `None` for the file as a whole.
    pub at: Option<(usize, usize)>,
}

impl fmt::Display for SourcePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        match self.at {
            Some((line, column)) => write!(f, ":{line}:{column}"),
            None => Ok(()),
        }
    }
}
