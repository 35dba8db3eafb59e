//! One practice file while it is read: where errors are told, which other files
//! it names.

use std::cell::RefCell;
use std::path::Path;

use greffon_runtime::nearest;
use secrecy::SecretString;

use super::diagnostic::{Diagnostic, Source};
use super::others::Others;
use super::practice_file::PracticeFile;
use super::secret::SecretRef;

/// A part of a practice, or the first thing that is wrong with it.
pub(super) type Loaded<T> = Result<T, Diagnostic>;

/// The file and what was read of it.
pub(super) struct Loader<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) base: &'a Path,
    pub(super) file: &'a PracticeFile,
    pub(super) others: RefCell<Others>,
}

impl Loader<'_> {
    /// An error at a key.
    pub(super) fn fail<T>(&self, key: &str, message: impl Into<String>, hint: impl Into<String>) -> Loaded<T> {
        Err(self.source.at_key(key, message.into(), Some(hint.into())))
    }

    /// Reads a secret that the file names.
    pub(super) fn secret(&self, key: &str, secret: &SecretRef) -> Loaded<SecretString> {
        if let SecretRef::File(one) = secret {
            self.names(&self.base.join(&one.file));
        }
        secret.read(self.base).map_err(|(message, hint)| self.source.at_key(key, message, Some(hint)))
    }

    /// Notes a file that the practice file names.
    pub(super) fn names(&self, path: &Path) {
        self.others.borrow_mut().note(path);
    }

    /// Refuses a name that the file does not have, with the nearest one.
    pub(super) fn known<'k>(
        &self,
        key: &str,
        thing: &str,
        name: &str,
        known: impl Iterator<Item = &'k String>,
    ) -> Loaded<()> {
        let known: Vec<&str> = known.map(String::as_str).collect();
        if known.contains(&name) {
            return Ok(());
        }
        let hint = match nearest(name, &known) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None if known.is_empty() => format!("the file has no {thing}: add one"),
            None => format!("known: {}", known.join(", ")),
        };
        self.fail(key, format!("unknown {thing} \"{name}\""), hint)
    }

    /// Refuses a number outside of its range.
    pub(super) fn within(&self, key: &str, value: u32, low: u32, high: u32) -> Loaded<()> {
        if (low..=high).contains(&value) {
            return Ok(());
        }
        self.fail(key, format!("{value} is out of range"), format!("{low} to {high}"))
    }
}
