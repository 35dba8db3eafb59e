//! The database: which one, its connections, and how a transaction begins.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use greffon_core::ids::PracticeId;
use greffon_core::ports::storage::Stored;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Acquire, Postgres, Sqlite};
use tempfile::TempDir;

use crate::error::{Cause, SetupError, failed};
use crate::lease_time::{LeaseClock, LeaseTime};
use crate::sql::On;
use crate::turns::{Turn, Turns};
use crate::url::{Location, shown};

/// Bytes that SQLite's write-ahead log keeps after a checkpoint.
const WAL_KEPT_BYTES: &str = "67108864";

/// A node that died in a transaction frees its locks after this, even when
/// its connection looks alive.
const IDLE_IN_TRANSACTION: &str = "60s";

/// No statement of this crate takes longer, except migrations.
const LONGEST_STATEMENT: &str = "30s";

/// Said explicitly, because the server's default may be another.
const BEGIN_POSTGRES: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

/// Held to the end of the transaction, on all nodes: writers of one practice
/// follow each other, so that what a transaction read is still so when it
/// writes. On SQLite the single writer does as much.
const LOCK_PRACTICE: &str = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";

/// How the storage is opened.
#[derive(Clone, Debug)]
pub struct StorageOptions {
    /// SQLite: connections that read beside the one that writes; 1 to 64.
    pub readers: u32,
    /// PostgreSQL: connections of this node in all; 2 to 1,000.
    pub connections: u32,
    /// Longest wait for a connection, a turn to write or a lock; then the
    /// operation fails as unavailable.
    pub wait: Duration,
    /// The time of leases and due times.
    pub lease_time: LeaseTime,
}

impl Default for StorageOptions {
    fn default() -> Self {
        Self { readers: 4, connections: 16, wait: Duration::from_secs(10), lease_time: LeaseTime::Database }
    }
}

/// An open database. Implements the ports `Storage`, `KeyValue` and `Idempotency`.
pub struct Database {
    pub(crate) backend: Backend,
    /// The `$1` of statements that are written with `timed!`.
    pub(crate) lease_clock: Arc<LeaseClock>,
    location: String,
    wait: Duration,
}

pub(crate) enum Backend {
    Sqlite {
        /// One connection: waiting for it is the queue of all writers, first
        /// come first served.
        writer: SqlitePool,
        readers: SqlitePool,
        /// Where `sqlite::memory:` is; removed with the database.
        _temporary: Option<TempDir>,
    },
    Postgres {
        pool: PgPool,
        turns: Turns,
    },
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("location", &self.location).finish_non_exhaustive()
    }
}

impl fmt::Display for Database {
    /// The URL without its password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.location)
    }
}

/// Opens the database that `url` names: `sqlite:PATH` (created when absent,
/// readable by this user only), `sqlite::memory:` (a temporary file, for tests)
/// or `postgres://USER@HOST/DATABASE`. Migrates nothing: see [`crate::migrate`].
///
/// # Errors
/// Each case of [`SetupError`] names what to do.
pub async fn connect(url: &str, options: StorageOptions) -> Result<Arc<Database>, SetupError> {
    let location = Location::parse(url)?;
    let shown = shown(&location);
    let wait = options.wait;
    let lease_clock = match &location {
        Location::File(_) | Location::Temporary => LeaseClock::of_process(&options.lease_time),
        Location::Server(_) => LeaseClock::of_server(&options.lease_time),
    };
    let backend = match location {
        Location::File(path) => sqlite(&path, None, &options, &shown).await?,
        Location::Temporary => {
            let folder = TempDir::with_prefix("greffon-")
                .map_err(|source| SetupError::File { path: std::env::temp_dir(), source })?;
            let path = folder.path().join("greffon.db");
            sqlite(&path, Some(folder), &options, &shown).await?
        }
        Location::Server(server) => postgres(*server, &options, &shown).await?,
    };
    Ok(Arc::new(Database { backend, lease_clock: Arc::new(lease_clock), location: shown, wait }))
}

impl Database {
    /// Closes all connections, waiting for those in use. Afterwards every
    /// operation fails as unavailable.
    pub async fn close(&self) {
        match &self.backend {
            Backend::Sqlite { writer, readers, .. } => {
                readers.close().await;
                // Last, because the last connection folds the log into the file.
                writer.close().await;
            }
            Backend::Postgres { pool, .. } => pool.close().await,
        }
    }

    /// A connection that only reads.
    pub(crate) async fn reader(&self) -> Stored<Connection> {
        let connection = match &self.backend {
            Backend::Sqlite { readers, .. } => readers.acquire().await.map(Connection::Sqlite),
            Backend::Postgres { pool, .. } => pool.acquire().await.map(Connection::Postgres),
        };
        connection.map_err(failed)
    }

    /// A connection for a single statement that writes.
    pub(crate) async fn writer(&self) -> Stored<Connection> {
        let connection = match &self.backend {
            Backend::Sqlite { writer, .. } => writer.acquire().await.map(Connection::Sqlite),
            Backend::Postgres { pool, .. } => pool.acquire().await.map(Connection::Postgres),
        };
        connection.map_err(failed)
    }

    /// A transaction that writes, without a practice's turn.
    pub(crate) async fn open(&self) -> Stored<Open<'static>> {
        let open = match &self.backend {
            Backend::Sqlite { writer, .. } => writer.begin_with("BEGIN IMMEDIATE").await.map(Open::Sqlite),
            Backend::Postgres { pool, .. } => pool.begin_with(BEGIN_POSTGRES).await.map(Open::Postgres),
        };
        open.map_err(failed)
    }

    /// A transaction of one practice. On PostgreSQL it waits for the practice's
    /// turn, here and then over all nodes; on SQLite all writers wait alike.
    pub(crate) async fn open_for(&self, practice: &PracticeId) -> Stored<(Open<'static>, Option<Turn>)> {
        match &self.backend {
            Backend::Sqlite { .. } => Ok((self.open().await?, None)),
            Backend::Postgres { pool, turns } => {
                let turn = turns.take(practice, self.wait).await?;
                let mut transaction = pool.begin_with(BEGIN_POSTGRES).await.map_err(failed)?;
                sqlx::query(LOCK_PRACTICE).bind(practice.as_str()).execute(&mut *transaction).await.map_err(failed)?;
                Ok((Open::Postgres(transaction), Some(turn)))
            }
        }
    }
}

/// A connection on loan.
pub(crate) enum Connection {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

impl Connection {
    pub(crate) fn on(&mut self) -> On<'_> {
        match self {
            Self::Sqlite(connection) => On::Sqlite(connection),
            Self::Postgres(connection) => On::Postgres(connection),
        }
    }
}

/// An open transaction or savepoint: dropped, it never was.
pub(crate) enum Open<'c> {
    Sqlite(sqlx::Transaction<'c, Sqlite>),
    Postgres(sqlx::Transaction<'c, Postgres>),
}

impl Open<'_> {
    pub(crate) fn on(&mut self) -> On<'_> {
        match self {
            Self::Sqlite(transaction) => On::Sqlite(transaction),
            Self::Postgres(transaction) => On::Postgres(transaction),
        }
    }

    /// A savepoint inside.
    pub(crate) async fn savepoint(&mut self) -> Stored<Open<'_>> {
        let inside = match self {
            Self::Sqlite(transaction) => transaction.begin().await.map(Open::Sqlite),
            Self::Postgres(transaction) => transaction.begin().await.map(Open::Postgres),
        };
        inside.map_err(failed)
    }

    pub(crate) async fn commit(self) -> Stored<()> {
        let committed = match self {
            Self::Sqlite(transaction) => transaction.commit().await,
            Self::Postgres(transaction) => transaction.commit().await,
        };
        committed.map_err(failed)
    }
}

async fn sqlite(
    path: &Path,
    temporary: Option<TempDir>,
    options: &StorageOptions,
    shown: &str,
) -> Result<Backend, SetupError> {
    create(path).map_err(|source| SetupError::File { path: path.to_owned(), source })?;
    // FULL syncs the log at every commit, so that a commit survives a power
    // cut and not only a killed process. What goes with the process needs neither.
    let synchronous = if temporary.is_some() { SqliteSynchronous::Off } else { SqliteSynchronous::Full };
    let base = SqliteConnectOptions::new().filename(path).foreign_keys(true).busy_timeout(options.wait);
    let writing = base
        .clone()
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .pragma("journal_size_limit", WAL_KEPT_BYTES);
    let reading = base.pragma("query_only", "ON");

    // A connection to a local file does not go bad: it is neither tested nor
    // replaced, and there is nothing to save by closing it.
    let pool = SqlitePoolOptions::new()
        .acquire_timeout(options.wait)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None);
    let opened = async {
        let writer = pool.clone().max_connections(1).connect_with(writing).await?;
        let mode = sqlx::query_scalar::<_, String>("PRAGMA journal_mode").fetch_one(&writer).await?;
        let readers = pool.max_connections(options.readers.clamp(1, 64)).connect_with(reading).await?;
        Ok((writer, mode, readers))
    };
    let (writer, mode, readers) = opened.await.map_err(|error| unreachable(shown, error))?;
    if mode != "wal" {
        return Err(SetupError::NoWriteAheadLog { location: shown.to_owned() });
    }
    Ok(Backend::Sqlite { writer, readers, _temporary: temporary })
}

/// Makes the file, for this user's eyes only: SQLite gives its log the same rights.
fn create(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = std::fs::OpenOptions::new();
    file.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    match file.open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

async fn postgres(server: PgConnectOptions, options: &StorageOptions, shown: &str) -> Result<Backend, SetupError> {
    let lock_timeout = format!("{}ms", options.wait.as_millis());
    let named = if server.get_application_name().is_some() { server } else { server.application_name("greffon") };
    let server = named.options([
        ("lock_timeout", lock_timeout.as_str()),
        ("statement_timeout", LONGEST_STATEMENT),
        ("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION),
    ]);
    let pool = PgPoolOptions::new()
        .acquire_timeout(options.wait)
        .max_connections(options.connections.clamp(2, 1000))
        .connect_with(server)
        .await
        .map_err(|error| unreachable(shown, error))?;
    Ok(Backend::Postgres { pool, turns: Turns::default() })
}

fn unreachable(shown: &str, error: sqlx::Error) -> SetupError {
    SetupError::Unreachable { location: shown.to_owned(), cause: Cause::from(error) }
}
