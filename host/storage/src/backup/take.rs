//! Takes a backup beside whoever works on the database.
//!
//! `VACUUM INTO` reads one snapshot of the database in a transaction of its own: all that
//! was committed before it began, and nothing of what comes after. In a database with a
//! write-ahead log a reader keeps no writer waiting; the log grows for as long as it lasts
//! and shrinks afterwards. SQLite's backup interface would copy page by page, and begin
//! again whenever another process writes meanwhile.

use std::path::{Path, PathBuf};
use std::time::Duration;

use greffon_core::time::Instant;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tempfile::{Builder, NamedTempFile};

use super::{BackupError, BackupMark, check, close, folder_of, has_table, on, open_alone, sync_folder};
use crate::error::{Cause, SetupError};
use crate::migrations;
use crate::url::{Location, shown};

/// How long a lock of another process is waited for.
const WAIT: Duration = Duration::from_secs(10);

/// Pause between two looks at how far it is.
const LOOK: Duration = Duration::from_millis(200);

/// A backup that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// What it says of itself.
    pub mark: BackupMark,
    /// Its size.
    pub bytes: u64,
}

/// Copies the database that `url` names to the new file `to`, for this user's eyes only,
/// while others read and write it: what was committed before the call is in the copy. The
/// copy is written under another name, looked through, synced, and has its own name only
/// then. `version` is greffon's and `now` when it is; `progress` hears how many bytes were
/// written, of about how many.
///
/// # Errors
/// [`BackupError`]; there is no file `to` then.
pub async fn back_up(
    url: &str,
    to: &Path,
    version: &str,
    now: Instant,
    progress: impl Fn(u64, u64),
) -> Result<Written, BackupError> {
    let path = source(url)?;
    if to.symlink_metadata().is_ok() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let folder = folder_of(to);
    // Made with the rights of this user alone.
    let copy = Builder::new().prefix(".greffon-backup-").tempfile_in(folder);
    let copy = copy.map_err(BackupError::file("write in", folder))?;
    let schema_version = copy_into(&path, copy.path(), progress).await?;
    let mark = mark(copy.path(), version, schema_version, now).await?;
    let bytes = keep(copy, to)?;
    Ok(Written { mark, bytes })
}

/// The file that is copied.
fn source(url: &str) -> Result<PathBuf, BackupError> {
    let location = Location::parse(url)?;
    let shown = shown(&location);
    match location {
        Location::File(path) if path.is_file() => Ok(path),
        Location::File(path) => Err(BackupError::NoDatabase(path)),
        Location::Temporary => Err(BackupError::Temporary),
        Location::Server(_) => Err(BackupError::OfServer { location: shown }),
    }
}

/// Copies the database; the last migration of its schema.
async fn copy_into(from: &Path, to: &Path, progress: impl Fn(u64, u64)) -> Result<i64, BackupError> {
    let options = SqliteConnectOptions::new().filename(from).busy_timeout(WAIT);
    let mut connection = options.connect().await.map_err(Cause::from)?;
    let (schema_version, pending) = migrations::state(on(&mut connection)).await?;
    if !has_table(&mut connection, "backup_mark").await? {
        return Err(SetupError::SchemaOlder { pending }.into());
    }
    let pages = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
    let size = sqlx::query_scalar::<_, i64>(pages).fetch_one(&mut connection).await.map_err(Cause::from)?;
    let size = u64::try_from(size).unwrap_or(0);
    vacuum_into(&mut connection, to, |written| progress(written.min(size), size)).await?;
    progress(size, size);
    close(connection).await?;
    Ok(schema_version)
}

async fn vacuum_into(connection: &mut SqliteConnection, to: &Path, progress: impl Fn(u64)) -> Result<(), BackupError> {
    let name = to.to_str().ok_or_else(|| BackupError::NotABackup {
        path: to.to_owned(),
        why: "SQLite takes names in UTF-8 only".to_owned(),
    })?;
    let copying = sqlx::query("VACUUM INTO $1").bind(name).execute(connection);
    let mut copying = std::pin::pin!(copying);
    loop {
        match tokio::time::timeout(LOOK, copying.as_mut()).await {
            Ok(done) => return Ok(done.map(drop).map_err(Cause::from)?),
            Err(_) => progress(to.metadata().map_or(0, |file| file.len())),
        }
    }
}

/// Writes into the copy what it is, and looks whether all of it is there.
async fn mark(copy: &Path, version: &str, schema_version: i64, now: Instant) -> Result<BackupMark, BackupError> {
    let mut connection = open_alone(copy).await?;
    let installation = sqlx::query_scalar::<_, String>("SELECT id FROM installation").fetch_one(&mut connection);
    let installation = installation.await.map_err(Cause::from)?;
    let mark = "INSERT OR REPLACE INTO backup_mark (only, taken_at, version, installation, schema_version)
                VALUES (1, $1, $2, $3, $4)";
    let marked = sqlx::query(mark).bind(now.0).bind(version).bind(&installation).bind(schema_version);
    marked.execute(&mut connection).await.map_err(Cause::from)?;
    let whole = check(&mut connection).await;
    close(connection).await?;
    whole.map_err(|cause| BackupError::Damaged { path: copy.to_owned(), cause })?;
    Ok(BackupMark { taken_at: now, version: version.to_owned(), installation, schema_version })
}

/// Gives the copy its name, unless somebody else has taken it meanwhile. Its size.
fn keep(copy: NamedTempFile, to: &Path) -> Result<u64, BackupError> {
    // The driver wrote through a handle of its own: this one is only for the sync.
    copy.as_file().sync_all().map_err(BackupError::file("write", to))?;
    let file = copy.persist_noclobber(to).map_err(|failed| match failed.error.kind() {
        std::io::ErrorKind::AlreadyExists => BackupError::Exists(to.to_owned()),
        _ => BackupError::File { what: "write", path: to.to_owned(), source: failed.error },
    })?;
    sync_folder(folder_of(to)).map_err(BackupError::file("write", to))?;
    Ok(file.metadata().map_or(0, |file| file.len()))
}
