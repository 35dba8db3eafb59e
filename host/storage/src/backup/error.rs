//! Why there is no backup, or why one is not restored. Every text names the remedy.

use std::path::PathBuf;

use thiserror::Error;

use crate::error::{Cause, SetupError};

/// Why a backup is not taken or restored. The database is as it was.
#[derive(Debug, Error)]
pub enum BackupError {
    /// A server's database is copied by its own tools.
    #[error("{location} is a PostgreSQL database, which its own tools copy")]
    OfServer {
        /// The URL without its password.
        location: String,
    },
    /// A database that goes with its process.
    #[error("sqlite::memory: goes with its process and cannot be copied: give `storage` a file")]
    Temporary,
    /// There is nothing to copy.
    #[error("there is no database at {}: check `storage` in greffon.toml", .0.display())]
    NoDatabase(PathBuf),
    /// Nothing is written over.
    #[error("{} exists and is not overwritten: choose another name, or move it away", .0.display())]
    Exists(PathBuf),
    /// The system says no.
    #[error("cannot {what} {}: {source}; check the folder, its rights and the room on its disk", path.display())]
    File {
        /// `write`, `read`…
        what: &'static str,
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Something else, or a copy made in another way.
    #[error("{} is no backup of greffon's: {why}; take one with \"greffon backup FILE\"", path.display())]
    NotABackup {
        /// Which file.
        path: PathBuf,
        /// What is missing in it.
        why: String,
    },
    /// It was a database, and is not whole.
    #[error("{} is damaged and is not used: {cause}; use another backup", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What SQLite says.
        cause: Cause,
    },
    /// It belongs to another greffon: plugins would take its entries for somebody else's.
    #[error(
        "{} is a backup of another installation ({found}) than the database in place ({known}): restore it beside \
         another greffon.toml, or move the database in place away first", path.display()
    )]
    OtherInstallation {
        /// Which file.
        path: PathBuf,
        /// Of which.
        found: String,
        /// Which one is there.
        known: String,
    },
    /// The database.
    #[error(transparent)]
    Setup(#[from] SetupError),
}

impl BackupError {
    pub(super) fn file(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { what, path, source }
    }
}

impl From<Cause> for BackupError {
    fn from(cause: Cause) -> Self {
        Self::Setup(SetupError::Database(cause))
    }
}
