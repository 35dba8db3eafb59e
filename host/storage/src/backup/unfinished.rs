//! A restore that was interrupted.

use std::path::{Path, PathBuf};

use super::folder_of;

/// Between the name of a database and the stamp of a copy that is being put in its place.
pub(super) const RESTORING: &str = ".restoring-";

/// The copy that a restore was putting in place of the database at `path` when it was
/// interrupted.
pub(crate) fn unfinished(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let begun = |file: &std::fs::DirEntry| {
        file.file_name().to_str().is_some_and(|other| {
            other.strip_prefix(name).and_then(|rest| rest.strip_prefix(RESTORING)).is_some_and(is_stamp)
        })
    };
    let files = std::fs::read_dir(folder_of(path)).ok()?;
    files.filter_map(Result::ok).find(begun).map(|file| file.path())
}

fn is_stamp(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
