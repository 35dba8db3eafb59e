//! The files that a practice was read from, and whether one of them changed
//! since.

use std::collections::BTreeMap;
use std::hash::Hash;
use std::path::{Path, PathBuf};

use super::confined::Folder;
use super::stamp::Stamp;

/// Files as they were when they were read: by the folder that they are confined
/// to, and their names below it.
///
/// No folder is held open: an installation has hundreds of practices, and a
/// folder that is replaced as a whole is to be noticed.
#[derive(Debug, Default, Hash)]
pub struct Watched(BTreeMap<PathBuf, BTreeMap<PathBuf, Stamp>>);

impl Watched {
    /// Notes a file with the stamp of what was read.
    pub fn note(&mut self, folder: &Path, name: &Path, stamp: Stamp) {
        self.0.entry(folder.to_path_buf()).or_default().entry(name.to_path_buf()).or_insert(stamp);
    }

    /// Whether a file was written, replaced, removed, or led elsewhere since.
    pub fn changed(&self) -> bool {
        self.0.iter().any(|(path, files)| {
            let Ok(folder) = Folder::open(path) else { return true };
            let is_as_before = |(name, before): (&PathBuf, &Stamp)| {
                name.to_str().and_then(|name| folder.stamp(name).ok()).is_some_and(|now| now == *before)
            };
            !files.iter().all(is_as_before)
        })
    }
}
