//! The files that a practice file names (settings, secrets, plugins), and
//! whether one of them changed since.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Files as they were when they were read.
#[derive(Debug, Default)]
pub struct Others(BTreeMap<PathBuf, Option<Stamp>>);

/// What changes when a file is written. Contents are not read for it: a plugin
/// is large, and looked at every few seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Stamp {
    bytes: u64,
    modified: Option<SystemTime>,
}

impl Others {
    /// Notes a file, before it is read: what is written meanwhile then counts
    /// as a change.
    pub fn note(&mut self, path: &Path) {
        self.0.entry(path.to_path_buf()).or_insert_with(|| stamp(path));
    }

    /// Whether a file was written, made or removed since.
    pub fn changed(&self) -> bool {
        self.0.iter().any(|(path, before)| stamp(path) != *before)
    }
}

impl Hash for Others {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = std::fs::metadata(path).ok()?;
    Some(Stamp { bytes: metadata.len(), modified: metadata.modified().ok() })
}
