//! Is the target's standard library there? If not, rustup is asked for it.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use crate::{BuildError, Target};

/// Makes sure that rustc can compile for the target, installing its standard
/// library through rustup when it is missing.
pub(crate) fn require(target: Target) -> Result<(), BuildError> {
    if installed(target)? {
        return Ok(());
    }
    let missing = |why: String| BuildError::MissingTarget { target, why };
    let added = Command::new("rustup")
        .args(["target", "add", target.triple()])
        .output()
        .map_err(|error| missing(format!("rustup did not start: {error}")))?;
    if !added.status.success() {
        let said = String::from_utf8_lossy(&added.stderr);
        return Err(missing(said.lines().next_back().unwrap_or("no message").trim().to_owned()));
    }
    if installed(target)? {
        return Ok(());
    }
    Err(missing("rustup installed it for another toolchain than this rustc".to_owned()))
}

fn installed(target: Target) -> Result<bool, BuildError> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
    let asked = Command::new(&rustc)
        .args(["--print", "target-libdir", "--target", target.triple()])
        .output()
        .map_err(|source| BuildError::Io { what: rustc.to_string_lossy().into_owned(), source })?;
    let folder = PathBuf::from(String::from_utf8_lossy(&asked.stdout).trim().to_owned());
    let has_core = std::fs::read_dir(folder).is_ok_and(|entries| {
        entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libcore-"))
    });
    Ok(asked.status.success() && has_core)
}
