//! Builds plugins written in Rust to WebAssembly components.
//!
//! Used by build scripts (the bundled plugins, the guests of the tests) and by
//! the cli. One call runs cargo at most once per target, however many packages
//! it is given.
//!
//! * A [`Target::Wasi`] plugin is compiled for `wasm32-wasip2`, whose linker
//!   writes a component.
//! * A [`Target::Pure`] plugin is compiled for `wasm32-unknown-unknown`, whose
//!   standard library imports nothing, and wrapped into a component here. One
//!   that imports a function is refused.
//!
//! The nested cargo has a target folder of its own: the outer one is locked by
//! the cargo that runs the build script.

mod cargo;
mod component;
mod environment;
mod error;
mod package;
mod sources;
mod target;
mod toolchain;

use std::path::{Path, PathBuf};

pub use error::BuildError;
pub use package::Package;
pub use target::Target;

/// What came of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// Name of the package.
    pub package: String,
    /// Bytes of the component.
    pub component: Vec<u8>,
    /// Files that the component was made from, absolute, sorted: its sources,
    /// those of its path dependencies, every file that they include, and the
    /// manifests.
    pub sources: Vec<PathBuf>,
}

impl Built {
    /// Tells cargo to run the calling build script again when a source changes.
    pub fn watch(&self) {
        for path in &self.sources {
            println!("cargo::rerun-if-changed={}", path.display());
        }
    }
}

/// Builds one package of the workspace in `workspace_dir`.
///
/// # Errors
/// As [`build_components`].
pub fn build_component(
    workspace_dir: &Path,
    package: &str,
    target: Target,
    target_dir: &Path,
) -> Result<Built, BuildError> {
    let package = Package { name: package.to_owned(), target };
    let mut built = build_components(workspace_dir, std::slice::from_ref(&package), target_dir)?;
    built.pop().ok_or(BuildError::NoArtifact { package: package.name, target })
}

/// Builds packages of the workspace that `workspace_dir` is in, small and
/// without a panic machinery, into `target_dir`, and returns them in the order
/// given. Cargo's messages go to the standard error output.
///
/// # Errors
/// A target that is neither installed nor installable, a package that does not
/// compile or makes no component, a pure one that imports a function.
pub fn build_components(
    workspace_dir: &Path,
    packages: &[Package],
    target_dir: &Path,
) -> Result<Vec<Built>, BuildError> {
    let mut artifacts = Vec::new();
    for target in [Target::Pure, Target::Wasi] {
        let names: Vec<&str> =
            packages.iter().filter(|package| package.target == target).map(|package| package.name.as_str()).collect();
        if names.is_empty() {
            continue;
        }
        toolchain::require(target)?;
        artifacts.extend(cargo::build(workspace_dir, &names, target, target_dir)?);
    }
    packages
        .iter()
        .map(|package| {
            let artifact = artifacts
                .iter()
                .find(|artifact| artifact.package == package.name && artifact.target == package.target)
                .ok_or_else(|| BuildError::NoArtifact { package: package.name.clone(), target: package.target })?;
            let wasm = error::read(&artifact.file)?;
            let component = match package.target {
                Target::Pure => component::wrap(&package.name, &wasm)?,
                Target::Wasi => wasm,
            };
            Ok(Built { package: package.name.clone(), component, sources: sources::of(workspace_dir, artifact)? })
        })
        .collect()
}

/// The folder for nested builds beside the outer build that `out_dir` (the
/// `OUT_DIR` of a build script) belongs to: `<outer target>/plugins`. All build
/// scripts of a workspace share it, and with it the compiled SDK.
#[must_use]
pub fn nested_target_dir(out_dir: &Path) -> PathBuf {
    // Cargo marks the root of its target folder with this file; five levels
    // up (`<target>/<profile>/build/<package>/out`) is where it is without.
    let marked = out_dir.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file());
    marked.or_else(|| out_dir.ancestors().nth(4)).unwrap_or(out_dir).join("plugins")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_builds_go_beside_the_outer_one() {
        let target = tempfile::tempdir().unwrap();
        let out = target.path().join("debug/build/greffon-bundled-0123/out");
        std::fs::create_dir_all(&out).unwrap();
        assert_eq!(nested_target_dir(&out), target.path().join("plugins"));
    }

    #[test]
    fn nested_builds_find_the_marked_root_of_a_cross_build() {
        let target = tempfile::tempdir().unwrap();
        let out = target.path().join("aarch64-unknown-linux-gnu/debug/build/greffon-bundled-0123/out");
        std::fs::create_dir_all(&out).unwrap();
        std::fs::write(target.path().join("CACHEDIR.TAG"), "").unwrap();
        assert_eq!(nested_target_dir(&out), target.path().join("plugins"));
    }
}
