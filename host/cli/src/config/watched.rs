//! The files that a practice was read from, and whether one of them changed
//! since.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::confined::{Content, Folder};
use super::stamp::Stamp;

/// Files as they were when they were read: by the folder that they are confined
/// to, and their names below it.
///
/// No folder is held open: an installation has hundreds of practices, and a
/// folder that is replaced as a whole is to be noticed.
#[derive(Debug, Default)]
pub struct Watched(BTreeMap<PathBuf, BTreeMap<PathBuf, Seen>>);

/// A file as it was read, or that it was not there.
#[derive(Debug)]
enum Seen {
    There { stamp: Stamp, content: [u8; 32] },
    Absent,
}

impl Watched {
    /// Notes a file that was read.
    pub fn note(&mut self, folder: &Path, name: &Path, read: &Content) {
        let seen = || Seen::There { stamp: read.stamp, content: Sha256::digest(&read.bytes).into() };
        self.0.entry(folder.to_path_buf()).or_default().entry(name.to_path_buf()).or_insert_with(seen);
    }

    /// Notes a file that was looked for and not there: its coming is a change.
    pub fn note_absent(&mut self, folder: &Path, name: &Path) {
        self.0.entry(folder.to_path_buf()).or_default().entry(name.to_path_buf()).or_insert(Seen::Absent);
    }

    /// Digest of names and contents: the same on every node that reads the same
    /// files, wherever they lie.
    pub fn digest(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        for (name, seen) in self.0.values().flatten() {
            if let Seen::There { content, .. } = seen {
                digest.update(Sha256::digest(name.as_os_str().as_encoded_bytes()));
                digest.update(content);
            }
        }
        digest.finalize().into()
    }

    /// Whether a file was written, replaced, removed, or led elsewhere since.
    pub fn changed(&self) -> bool {
        self.0.iter().any(|(path, files)| {
            let Ok(folder) = Folder::open(path) else { return true };
            let is_as_before = |(name, before): (&PathBuf, &Seen)| {
                let now = name.to_str().map(|name| folder.stamp(name));
                match before {
                    Seen::There { stamp, .. } => now.and_then(Result::ok).is_some_and(|now| now == *stamp),
                    Seen::Absent => now.is_some_and(|now| now.is_err_and(|refused| refused.is_absent())),
                }
            };
            !files.iter().all(is_as_before)
        })
    }
}
