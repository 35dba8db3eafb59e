//! From what a practice's file writes after `plugin =` to files.

use std::fs;
use std::path::{Path, PathBuf};

use super::LoadError;
use crate::package::LARGEST_BYTES;

/// Between a path and the digest that it is pinned to.
const PIN: &str = "#sha256:";
const MANIFEST: &str = "plugin.toml";

/// A component's file and its manifest's.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Located {
    /// Absolute, without links.
    pub component: PathBuf,
    /// Beside it.
    pub manifest: PathBuf,
    pinned: Option<String>,
}

impl Located {
    /// Finds the files of a path: a folder with `plugin.toml` and one `.wasm`
    /// file, or the `.wasm` file itself; `#sha256:…` pins its content. `None`
    /// for what is no path.
    pub(super) fn find(written: &str, base: &Path) -> Result<Option<Self>, LoadError> {
        let (path, pinned) = match written.split_once(PIN) {
            Some((path, digest)) => (path, Some(digest.to_ascii_lowercase())),
            None => (written, None),
        };
        if !path.contains(['/', '\\']) && !path.ends_with(".wasm") {
            return Ok(None);
        }
        let path = base.join(path);
        let path = fs::canonicalize(&path).map_err(|source| LoadError::Io { path, source })?;
        let component = if path.is_dir() { only_component(&path)? } else { path };
        let manifest = component.with_file_name(MANIFEST);
        Ok(Some(Self { component, manifest, pinned }))
    }

    /// The component's bytes.
    pub(super) fn read(&self) -> Result<Vec<u8>, LoadError> {
        let io = |source| LoadError::Io { path: self.component.clone(), source };
        let size = fs::metadata(&self.component).map_err(io)?.len();
        // What is larger is refused by its first bytes and this length.
        if size > LARGEST_BYTES as u64 {
            let source = std::io::Error::other(format!("{size} bytes, the largest component has {LARGEST_BYTES}"));
            return Err(io(source));
        }
        let bytes = fs::read(&self.component).map_err(io)?;
        let found = crate::package::digest(&bytes);
        match &self.pinned {
            Some(pinned) if *pinned != found => {
                Err(LoadError::Digest { path: self.component.clone(), pinned: pinned.clone(), found })
            }
            _ => Ok(bytes),
        }
    }

    /// What names this content from now on, whatever happens to the file.
    pub(super) fn reference(&self, digest: &str) -> String {
        format!("{}{PIN}{digest}", self.component.display())
    }
}

fn only_component(folder: &Path) -> Result<PathBuf, LoadError> {
    let io = |source| LoadError::Io { path: folder.to_path_buf(), source };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        if path.extension().is_some_and(|extension| extension == "wasm") {
            found.push(path);
        }
    }
    match found.len() {
        1 => Ok(found.remove(0)),
        count => Err(LoadError::NoComponent { folder: folder.to_path_buf(), count }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_path() {
        assert_eq!(Located::find("agenda-local", Path::new("/nowhere")).expect("no file is read"), None);
    }

    #[test]
    fn a_folder_has_exactly_one_component() {
        let folder = tempfile::tempdir().expect("folder");
        let find = || Located::find("./", folder.path());
        assert!(matches!(find(), Err(LoadError::NoComponent { count: 0, .. })));
        fs::write(folder.path().join("a.wasm"), b"x").expect("write");
        let located = find().expect("one component").expect("a path");
        assert!(located.component.ends_with("a.wasm") && located.manifest.ends_with("plugin.toml"));
        fs::write(folder.path().join("b.wasm"), b"x").expect("write");
        assert!(matches!(find(), Err(LoadError::NoComponent { count: 2, .. })));
    }

    #[test]
    fn a_pinned_component_is_read_only_with_its_digest() {
        let folder = tempfile::tempdir().expect("folder");
        fs::write(folder.path().join("a.wasm"), b"x").expect("write");
        let digest = crate::package::digest(b"x");
        let find = |written: &str| Located::find(written, folder.path()).expect("found").expect("a path");
        let located = find(&format!("a.wasm{PIN}{digest}"));
        assert_eq!(located.read().expect("the pinned content"), b"x");
        let again = find(&located.reference(&digest));
        assert_eq!(again, located, "a reference finds the same file again");
        fs::write(folder.path().join("a.wasm"), b"y").expect("write");
        assert!(matches!(located.read(), Err(LoadError::Digest { .. })));
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = Located::find("./nothing.wasm", Path::new("/nowhere")).expect_err("missing");
        assert!(error.to_string().contains("nothing.wasm"), "{error}");
    }
}
