//! Puts a backup in the place of the database, while no process works on it.
//!
//! What is put in place is a copy that was looked through, migrated and marked before
//! anything is moved. From the rename to `FILE.restoring-TIME` on the restore only goes
//! forward: the database in place is moved aside, file by file, and the copy gets its name.
//! Whoever opens the database in between is refused, so that nothing is read that is half of
//! the one and half of the other; the next restore first ends what was begun.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use greffon_core::ports::storage::Storage as _;
use greffon_core::time::Instant;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tempfile::{Builder, NamedTempFile};

use super::unfinished::{RESTORING, unfinished};
use super::{BackupError, BackupMark, check, close, folder_of, has_table, on, open_alone, sync_folder};
use crate::database::{StorageOptions, connect};
use crate::error::Cause;
use crate::migrations;
use crate::role;
use crate::url::{Location, shown};

/// What the name of a database ends in that was moved aside.
const BEFORE: &str = ".before-restore-";

/// What SQLite keeps beside a database: its log belongs to it.
const BESIDE: [&str; 3] = ["", "-wal", "-shm"];

/// First bytes of every SQLite database.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// A restore that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What the backup says of itself.
    pub mark: BackupMark,
    /// Where the database of before is now; `None` when there was none.
    pub aside: Option<PathBuf>,
    /// A restore that had been interrupted was ended first: the database that it put in
    /// place is aside as well.
    pub ended_another: bool,
}

/// Puts the backup `from` in the place of the database that `url` names, and marks it as
/// restored: every practice compares its agendas before it writes and sends again. The
/// database in place is moved aside, never removed. `now` is when.
///
/// # Errors
/// [`BackupError`]: when a process works on the database, and when `from` is not what this
/// greffon can put there. Nothing was changed then.
pub async fn restore(url: &str, from: &Path, now: Instant) -> Result<Restored, BackupError> {
    let location = Location::parse(url)?;
    let shown = shown(&location);
    let path = match location {
        Location::File(path) => path,
        Location::Temporary => return Err(BackupError::Temporary),
        Location::Server(_) => return Err(BackupError::OfServer { location: shown }),
    };
    let folder = folder_of(&path);
    std::fs::create_dir_all(folder).map_err(BackupError::file("create", folder))?;
    // Until the end: nobody may work on the database from now on.
    let _role = role::take(&path, &shown)?;
    let ended_another = match unfinished(&path) {
        Some(begun) => finish(&path, &begun)?.is_some(),
        None => false,
    };
    let copy = copy_of(from, &path)?;
    let mark = examine(copy.path(), from).await?;
    refuse_another(&path, from, &mark).await?;
    prepare(copy.path(), &mark, now).await?;
    let begun = begin(copy, &path, now)?;
    let aside = finish(&path, &begun)?;
    Ok(Restored { mark, aside, ended_another })
}

/// Copies the backup beside the database, for this user's eyes only.
fn copy_of(from: &Path, path: &Path) -> Result<NamedTempFile, BackupError> {
    use std::io::Read as _;
    let mut file = std::fs::File::open(from).map_err(BackupError::file("read", from))?;
    let not = |why: &str| BackupError::NotABackup { path: from.to_owned(), why: why.to_owned() };
    if !file.metadata().map_err(BackupError::file("read", from))?.is_file() {
        return Err(not("it is no file"));
    }
    let mut head = Vec::new();
    file.by_ref().take(MAGIC.len() as u64).read_to_end(&mut head).map_err(BackupError::file("read", from))?;
    if head != MAGIC {
        return Err(not("it is no SQLite database"));
    }
    let folder = folder_of(path);
    let copy = Builder::new().prefix(".greffon-restore-").tempfile_in(folder);
    let mut copy = copy.map_err(BackupError::file("write in", folder))?;
    std::io::Write::write_all(&mut copy, &head).map_err(BackupError::file("write in", folder))?;
    std::io::copy(&mut file, &mut copy).map_err(BackupError::file("copy", from))?;
    Ok(copy)
}

/// Looks whether the copy is a whole backup of a schema that this greffon knows.
async fn examine(copy: &Path, from: &Path) -> Result<BackupMark, BackupError> {
    let damaged = |cause| BackupError::Damaged { path: from.to_owned(), cause };
    let mut connection = open_alone(copy).await.map_err(damaged)?;
    let mark = read_mark(&mut connection, from).await;
    let looked = match mark {
        Ok(mark) => {
            let (schema_version, _) = migrations::state(on(&mut connection)).await?;
            let whole = check(&mut connection).await;
            match whole {
                Ok(()) if schema_version != mark.schema_version => {
                    Err(damaged(Cause("its schema is not the one that it was taken with".to_owned())))
                }
                Ok(()) => Ok(mark),
                Err(cause) => Err(damaged(cause)),
            }
        }
        Err(error) => Err(error),
    };
    close(connection).await.map_err(damaged)?;
    looked
}

async fn read_mark(connection: &mut SqliteConnection, from: &Path) -> Result<BackupMark, BackupError> {
    let damaged = |cause: Cause| BackupError::Damaged { path: from.to_owned(), cause };
    let not = |why: &str| BackupError::NotABackup { path: from.to_owned(), why: why.to_owned() };
    for table in ["_sqlx_migrations", "installation"] {
        if !has_table(connection, table).await.map_err(damaged)? {
            return Err(not("it is no database of greffon's"));
        }
    }
    // Before the mark: a schema that is newer may keep it elsewhere.
    migrations::state(on(connection)).await?;
    if !has_table(connection, "backup_mark").await.map_err(damaged)? {
        return Err(not("it was copied by hand, and may lack what its log held"));
    }
    let read = "SELECT taken_at, version, installation, schema_version FROM backup_mark";
    let mark = sqlx::query_as::<_, (i64, String, String, i64)>(read).fetch_optional(&mut *connection).await;
    let Some((taken_at, version, installation, schema_version)) = mark.map_err(|error| damaged(error.into()))? else {
        return Err(not("it was copied by hand, and may lack what its log held"));
    };
    let own = sqlx::query_scalar::<_, String>("SELECT id FROM installation").fetch_one(connection).await;
    if own.map_err(|error| damaged(error.into()))? != installation {
        return Err(damaged(Cause("its installation is not the one that it was taken of".to_owned())));
    }
    Ok(BackupMark { taken_at: Instant(taken_at), version, installation, schema_version })
}

/// Refuses a backup of another installation than the database in place, as far as that one
/// can be read: it may be the reason for the restore.
async fn refuse_another(path: &Path, from: &Path, mark: &BackupMark) -> Result<(), BackupError> {
    if !path.is_file() {
        return Ok(());
    }
    let read = async {
        let mut connection = SqliteConnectOptions::new().filename(path).read_only(true).connect().await?;
        sqlx::query_scalar::<_, String>("SELECT id FROM installation").fetch_one(&mut connection).await
    };
    match read.await {
        Ok(known) if known != mark.installation => {
            Err(BackupError::OtherInstallation { path: from.to_owned(), found: mark.installation.clone(), known })
        }
        _ => Ok(()),
    }
}

/// Brings the copy to this version's schema and marks it as restored.
async fn prepare(copy: &Path, mark: &BackupMark, now: Instant) -> Result<(), BackupError> {
    let database = connect(&format!("sqlite:{}", copy.display()), StorageOptions::default()).await?;
    let prepared = async {
        migrations::migrate(&database).await?;
        database.forget_mark().await?;
        database.mark_restored(now, Some(mark.taken_at)).await.map_err(|error| Cause(error.to_string()))?;
        Ok::<_, BackupError>(())
    };
    let prepared = prepared.await;
    // Folds the log into the file.
    database.close().await;
    prepared
}

/// The point from which on the restore only goes forward.
fn begin(copy: NamedTempFile, path: &Path, now: Instant) -> Result<PathBuf, BackupError> {
    let stamp: String = now.to_string().chars().filter(char::is_ascii_alphanumeric).collect();
    let begun = with(path, &format!("{RESTORING}{stamp}"));
    copy.as_file().sync_all().map_err(BackupError::file("write", &begun))?;
    copy.persist_noclobber(&begun).map_err(|failed| BackupError::File {
        what: "write",
        path: begun.clone(),
        source: failed.error,
    })?;
    sync_folder(folder_of(path)).map_err(BackupError::file("write", &begun))?;
    Ok(begun)
}

/// Moves the database in place aside, and the copy into its place. Where it is now.
fn finish(path: &Path, begun: &Path) -> Result<Option<PathBuf>, BackupError> {
    let name = begun.to_string_lossy();
    let stamp = name.rsplit_once(RESTORING).map_or("", |(_, stamp)| stamp);
    let aside = with(path, &format!("{BEFORE}{stamp}"));
    let mut moved = None;
    // The log first: a database that is moved without it would be found without it.
    for suffix in BESIDE.iter().rev() {
        let (here, there) = (with(path, suffix), with(&aside, suffix));
        match std::fs::rename(&here, &there) {
            Ok(()) if suffix.is_empty() => moved = Some(aside.clone()),
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(source) => return Err(BackupError::File { what: "move aside", path: here, source }),
        }
    }
    std::fs::rename(begun, path).map_err(BackupError::file("move into place", begun))?;
    sync_folder(folder_of(path)).map_err(BackupError::file("write in", folder_of(path)))?;
    Ok(moved)
}

fn with(path: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
