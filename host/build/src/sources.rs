//! Which files a component was made from.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::BuildError;
use crate::cargo::Artifact;
use crate::error::read;

/// The files whose change makes the component stale, absolute and sorted.
pub(crate) fn of(workspace_dir: &Path, artifact: &Artifact) -> Result<Vec<PathBuf>, BuildError> {
    // Cargo writes what a library was made from beside it, path dependencies
    // and included files (the contract among them) too.
    let dep_info = artifact.file.with_extension("d");
    let text = read(&dep_info)?;
    let mut files: BTreeSet<PathBuf> = prerequisites(&String::from_utf8_lossy(&text)).into_iter().collect();
    files.extend(artifact.manifests.iter().filter(|path| path.starts_with(workspace_dir)).cloned());
    files.insert(workspace_dir.join("Cargo.toml"));
    files.insert(workspace_dir.join("Cargo.lock"));
    Ok(files.into_iter().collect())
}

/// The files on the right side of a make rule, with `\ ` for a space.
fn prerequisites(rule: &str) -> Vec<PathBuf> {
    // A path may hold a colon; the one after the target is followed by a space.
    let Some((_, right)) = rule.split_once(": ") else { return Vec::new() };
    let mut files = Vec::new();
    let mut file = String::new();
    let mut characters = right.lines().next().unwrap_or_default().chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' if characters.peek() == Some(&' ') => {
                characters.next();
                file.push(' ');
            }
            ' ' => files.push(std::mem::take(&mut file)),
            other => file.push(other),
        }
    }
    files.push(file);
    files.into_iter().filter(|file| !file.is_empty()).map(PathBuf::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_make_rule_tells_its_files() {
        let rule = "/t/plugin/x.wasm: /w/sdk/lib.rs /w/my\\ wit/a.wit /w/x/lib.rs\n\n/w/x/lib.rs:\n";
        let expected: Vec<PathBuf> = ["/w/sdk/lib.rs", "/w/my wit/a.wit", "/w/x/lib.rs"].map(PathBuf::from).into();
        assert_eq!(prerequisites(rule), expected);
        assert!(prerequisites("").is_empty());
    }
}
