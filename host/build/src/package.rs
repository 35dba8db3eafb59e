//! Which packages are plugins, and for which target.

use std::path::Path;

use greffon_kinds::{KINDS, PluginKind};
use serde::Deserialize;

use crate::error::{BuildError, read};
use crate::target::Target;

/// A package to build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its name in the workspace.
    pub name: String,
    /// What it is compiled for.
    pub target: Target,
}

#[derive(Deserialize)]
struct CargoManifest {
    package: CargoPackage,
}

#[derive(Deserialize)]
struct CargoPackage {
    name: String,
}

#[derive(Deserialize)]
struct PluginManifest {
    kind: String,
}

impl Package {
    /// Reads which package a folder holds and what kind of plugin it is, from
    /// its `Cargo.toml` and its `plugin.toml`. None: it has no `plugin.toml`.
    ///
    /// # Errors
    /// A manifest that cannot be read, or a kind that greffon does not have.
    pub fn in_folder(folder: &Path) -> Result<Option<Self>, BuildError> {
        let manifest = folder.join("plugin.toml");
        if !manifest.is_file() {
            return Ok(None);
        }
        let PluginManifest { kind } = parse(&manifest)?;
        let target = PluginKind::named(&kind).map(Target::of_kind).ok_or_else(|| BuildError::Manifest {
            path: manifest,
            why: format!("kind = \"{kind}\" is none of {}", KINDS.map(|spec| spec.word).join(", ")),
        })?;
        let CargoManifest { package } = parse(&folder.join("Cargo.toml"))?;
        Ok(Some(Self { name: package.name, target }))
    }
}

fn parse<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, BuildError> {
    toml::from_slice(&read(path)?)
        .map_err(|error| BuildError::Manifest { path: path.to_owned(), why: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(plugin: Option<&str>) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("Cargo.toml"), "[package]\nname = \"agenda-x\"\n").unwrap();
        if let Some(text) = plugin {
            std::fs::write(folder.path().join("plugin.toml"), text).unwrap();
        }
        folder
    }

    #[test]
    fn a_folder_without_a_manifest_is_no_plugin() {
        assert_eq!(Package::in_folder(folder(None).path()).unwrap(), None);
    }

    #[test]
    fn the_kind_chooses_the_target() {
        let found = Package::in_folder(folder(Some("kind = \"agenda\"\nid = \"x\"\n")).path()).unwrap();
        assert_eq!(found, Some(Package { name: "agenda-x".into(), target: Target::Wasi }));
        let found = Package::in_folder(folder(Some("kind = \"script\"\n")).path()).unwrap();
        assert_eq!(found.map(|package| package.target), Some(Target::Pure));
    }

    #[test]
    fn an_unknown_kind_is_named_in_the_error() {
        let error = Package::in_folder(folder(Some("kind = \"calendar\"\n")).path()).unwrap_err();
        assert!(error.to_string().contains("kind = \"calendar\""), "{error}");
    }
}
