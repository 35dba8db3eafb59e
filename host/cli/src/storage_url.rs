//! What a storage URL names.

use std::path::Path;

/// The file that a storage URL names, when that is SQLite's.
pub fn sqlite_file(url: &str) -> Option<&Path> {
    Some(Path::new(url.strip_prefix("sqlite:")?.trim_start_matches("//")))
}
