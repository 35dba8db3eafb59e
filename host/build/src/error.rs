//! Why there is no component.

use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use thiserror::Error;

use crate::target::Target;

/// Why there is no component. Each text names the remedy.
#[derive(Debug, Error)]
pub enum BuildError {
    /// The compiler has no standard library for the target, and rustup did not
    /// install it.
    #[error(
        "the Rust target {triple} is not installed and rustup did not add it ({why}): run `rustup target add {triple}`",
        triple = target.triple()
    )]
    MissingTarget {
        /// Which target.
        target: Target,
        /// What rustup said.
        why: String,
    },
    /// Cargo ended with a failure; its own messages stand above.
    #[error("cargo could not build {} for {} ({status}): see its messages above", packages.join(", "), target.triple())]
    Cargo {
        /// Which packages.
        packages: Vec<String>,
        /// For what.
        target: Target,
        /// How cargo ended.
        status: ExitStatus,
    },
    /// Cargo built the package, but no wasm library came of it.
    #[error(
        "package \"{package}\" makes no wasm file for {}: its Cargo.toml needs `[lib] crate-type = [\"cdylib\"]`",
        target.triple()
    )]
    NoArtifact {
        /// Which package.
        package: String,
        /// For what.
        target: Target,
    },
    /// The module could not be wrapped into a component.
    #[error(
        "\"{package}\" is not a plugin ({why}): export one kind with a macro of greffon-sdk, such as `export_triage!`"
    )]
    NotAComponent {
        /// Which package.
        package: String,
        /// What is wrong with it.
        why: String,
    },
    /// A pure plugin asks for a function of its surroundings.
    #[error(
        "\"{package}\" imports {import}: a triage or script plugin is pure and imports no function; take the time and \
         the settings from its parameters"
    )]
    NotPure {
        /// Which package.
        package: String,
        /// The first such import.
        import: String,
    },
    /// A plugin's folder holds a manifest that cannot be read.
    #[error("{}: {why}", path.display())]
    Manifest {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A file cannot be read or a program cannot be started.
    #[error("{what}: {source}")]
    Io {
        /// Which file or program.
        what: String,
        /// Why.
        source: std::io::Error,
    },
}

/// The bytes of a file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, BuildError> {
    std::fs::read(path).map_err(|source| BuildError::Io { what: path.display().to_string(), source })
}
