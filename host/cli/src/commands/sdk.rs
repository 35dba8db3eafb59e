//! `greffon sdk export`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Subcommand;
use greffon_bundled::kit::{self, KitFile};

use crate::output;

#[derive(Subcommand)]
pub enum Sdk {
    /// Write the Rust SDK, the contract and their README into a folder
    Export {
        /// A folder that is empty or not there yet
        folder: PathBuf,
    },
}

impl Sdk {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let Self::Export { folder } = self;
        export(&folder)?;
        output::note(&format!(
            "begin with {}, or with: greffon plugin new --kind triage --sdk {} triage-mine",
            folder.join("README.md").display(),
            folder.display()
        ));
        output::data(&folder.display().to_string())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Writes the SDK into a folder.
///
/// # Errors
/// A folder that has something in it, or that cannot be written.
pub(super) fn export(folder: &Path) -> anyhow::Result<()> {
    must_be_free(folder)?;
    write(folder, kit::SDK, str::to_owned)
}

/// Refuses a folder that has something in it: nothing that somebody wrote is
/// ever replaced.
pub(super) fn must_be_free(folder: &Path) -> anyhow::Result<()> {
    match std::fs::read_dir(folder).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => bail!("{} is not empty\n\nhint: name another folder, or remove this one", folder.display()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("cannot use {}", folder.display())),
    }
}

/// Writes files of the kit below a folder, each as `change` wants its text.
pub(super) fn write(folder: &Path, files: &[KitFile], change: impl Fn(&str) -> String) -> anyhow::Result<()> {
    for file in files {
        put(&folder.join(file.name), &change(file.text))?;
    }
    Ok(())
}

/// Writes a file and the folders above it.
pub(super) fn put(path: &Path, text: &str) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
