//! Backups of an SQLite database that is being worked on, and their way back.

mod error;
mod restore;
mod take;
mod unfinished;

use std::path::Path;

use greffon_core::time::Instant;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};

pub use self::error::BackupError;
pub use self::restore::{Restored, restore};
pub use self::take::{Written, back_up};
pub(crate) use self::unfinished::unfinished;
use crate::error::Cause;
use crate::sql::On;

/// What a backup says of itself, in its own row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupMark {
    /// From when on what was committed may not be in it.
    pub taken_at: Instant,
    /// The version of greffon that took it.
    pub version: String,
    /// The installation that it is of.
    pub installation: String,
    /// The last migration of its schema.
    pub schema_version: i64,
}

/// Opens a database file that nobody else has, without a log beside it.
async fn open_alone(path: &Path) -> Result<SqliteConnection, Cause> {
    let options = SqliteConnectOptions::new().filename(path).journal_mode(SqliteJournalMode::Delete);
    Ok(options.synchronous(SqliteSynchronous::Full).connect().await?)
}

/// Looks at every page, row and reference of a database.
///
/// # Errors
/// What is wrong, as SQLite says it.
async fn check(connection: &mut SqliteConnection) -> Result<(), Cause> {
    let said = sqlx::query_scalar::<_, String>("PRAGMA integrity_check").fetch_all(&mut *connection).await?;
    if said != ["ok"] {
        return Err(Cause(said.join("; ")));
    }
    let broken = sqlx::query("PRAGMA foreign_key_check").fetch_all(connection).await?;
    if broken.is_empty() { Ok(()) } else { Err(Cause(format!("{} rows name what is not there", broken.len()))) }
}

/// Whether a database has a table of this name.
async fn has_table(connection: &mut SqliteConnection, name: &str) -> Result<bool, Cause> {
    let found = sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = $1");
    Ok(found.bind(name).fetch_one(connection).await? > 0)
}

/// Syncs the entries of a folder, so that a name survives a power cut.
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    if cfg!(unix) { std::fs::File::open(folder)?.sync_all() } else { Ok(()) }
}

/// The folder in which a file lies.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

async fn close(connection: SqliteConnection) -> Result<(), Cause> {
    Ok(connection.close().await?)
}

fn on(connection: &mut SqliteConnection) -> On<'_> {
    On::Sqlite(connection)
}
