//! The database: which one, its connections, and how a transaction begins.

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use greffon_core::ids::PracticeId;
use greffon_core::model::job::Lane;
use greffon_core::ports::idempotency::KeyClaim;
use greffon_core::ports::storage::Stored;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Postgres, Sqlite};
use tempfile::TempDir;
use tokio::sync::OnceCell;

use crate::agenda_queues::AgendaQueues;
use crate::backup;
use crate::error::{Cause, SetupError, failed, unavailable};
use crate::lease_time::{LeaseClock, LeaseTime};
use crate::line::{Line, Standing, Turn};
use crate::lookup_key::LookupKey;
use crate::postgres_transaction::PostgresTransaction;
use crate::repository::{agenda_turns, idempotency, jobs, sealed_states};
use crate::role;
use crate::sql::On;
use crate::turns::Turns;
use crate::url::{Location, shown};
use crate::wake::Wake;

/// Bytes that SQLite's write-ahead log keeps after a checkpoint.
const WAL_KEPT_BYTES: &str = "67108864";

/// A node that died in a transaction frees its locks after this, even when
/// its connection looks alive.
const IDLE_IN_TRANSACTION: &str = "60s";

/// No statement of this crate takes longer, except migrations.
const LONGEST_STATEMENT: &str = "30s";

/// Of PostgreSQL's connections, those that only alerts use.
const ALERT_CONNECTIONS: u32 = 4;

/// Longest pause between two looks at a lane: another node may have added to it.
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// The same for alerts.
const LONGEST_PAUSE_OF_ALERTS: Duration = Duration::from_millis(100);

/// Connections of other processes under the name that this one has.
const OTHER_NODES: &str = "SELECT COUNT(*)
     FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()
         AND application_name = current_setting('application_name')";

/// How often it is looked whether they have gone, and how long between two looks.
const LOOKS_FOR_NODES: u32 = 20;
const BETWEEN_LOOKS_FOR_NODES: Duration = Duration::from_millis(50);

/// Where the limits of transactions are told, for whoever counts them: sqlx tells
/// of the statements between, and not alike on both databases of their limits.
const TOLD: &str = "greffon_storage::transaction";

/// How the storage is opened.
#[derive(Clone)]
pub struct StorageOptions {
    /// SQLite: connections that read beside the one that writes; 1 to 64.
    pub readers: u32,
    /// PostgreSQL: connections of this node, beside four that are for alerts
    /// alone; 2 to 1,000.
    pub connections: u32,
    /// Longest wait for a connection, a turn to write or a lock; then the
    /// operation fails as unavailable.
    pub wait: Duration,
    /// The time of leases and due times.
    pub lease_time: LeaseTime,
    /// The key of the hashes by which patients are found; one that the database holds
    /// itself when absent.
    pub lookup_key: Option<[u8; 32]>,
}

impl fmt::Debug for StorageOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StorageOptions")
            .field("readers", &self.readers)
            .field("connections", &self.connections)
            .field("wait", &self.wait)
            .field("lease_time", &self.lease_time)
            .finish_non_exhaustive()
    }
}

impl Default for StorageOptions {
    fn default() -> Self {
        Self {
            readers: 4,
            connections: 16,
            wait: Duration::from_secs(10),
            lease_time: LeaseTime::Database,
            lookup_key: None,
        }
    }
}

/// An open database. Implements the ports `Storage`, `AgendaTurns`, `KeyValue`,
/// `SealedStates` and `Idempotency`.
pub struct Database {
    pub(crate) backend: Arc<Backend>,
    /// The `$1` of statements that are written with `timed!`.
    pub(crate) lease_clock: Arc<LeaseClock>,
    pub(crate) wake: Arc<Wake>,
    /// Those on this node who wait for their turn at an agenda.
    pub(crate) agenda_queues: Arc<AgendaQueues>,
    location: String,
    wait: Duration,
    standing: Standing,
    /// The key that every transaction must still hold.
    claim: Option<KeyClaim>,
    /// Read once, when no operator gave one.
    lookup: Arc<OnceCell<LookupKey>>,
}

pub(crate) enum Backend {
    Sqlite {
        /// One connection.
        writer: SqlitePool,
        /// Those who wait for it.
        line: Arc<Line>,
        readers: SqlitePool,
        path: PathBuf,
        /// The lock of the one working process, when this is it.
        role: Mutex<Option<File>>,
        /// Where `sqlite::memory:` is; removed with the database.
        _temporary: Option<TempDir>,
    },
    Postgres {
        pool: PgPool,
        /// Connections that only alerts use.
        alerts: PgPool,
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
    let (backend, lease_clock) = (Arc::new(backend), Arc::new(lease_clock));
    Ok(Arc::new(Database {
        backend,
        lease_clock,
        wake: Arc::default(),
        agenda_queues: Arc::default(),
        location: shown,
        wait,
        standing: Standing::Last,
        claim: None,
        lookup: Arc::new(OnceCell::new_with(options.lookup_key.map(LookupKey::of))),
    }))
}

impl Database {
    /// The same database for the delivery of alerts: it stands first wherever it
    /// waits to write, and has connections of its own on PostgreSQL.
    #[must_use]
    pub fn for_alerts(&self) -> Arc<Self> {
        Arc::new(Self { standing: Standing::First, ..self.again() })
    }

    /// The same database, whose transactions of a practice hold a key.
    pub(crate) fn under(&self, claim: KeyClaim) -> Arc<Self> {
        Arc::new(Self { claim: Some(claim), ..self.again() })
    }

    fn again(&self) -> Self {
        Self {
            backend: Arc::clone(&self.backend),
            lease_clock: Arc::clone(&self.lease_clock),
            wake: Arc::clone(&self.wake),
            agenda_queues: Arc::clone(&self.agenda_queues),
            location: self.location.clone(),
            wait: self.wait,
            standing: self.standing,
            claim: self.claim.clone(),
            lookup: Arc::clone(&self.lookup),
        }
    }

    /// The key of the hashes by which patients are found.
    pub(crate) async fn lookup_key(&self) -> Stored<LookupKey> {
        let read = async || Ok(LookupKey::of_installation(&self.installation().await?));
        self.lookup.get_or_try_init(read).await.cloned()
    }

    /// Makes this the working process: the one that serves, runs jobs and holds
    /// leases. An SQLite file has one; on PostgreSQL there may be many. To be taken
    /// before the schema is touched.
    ///
    /// # Errors
    /// [`SetupError::InUse`] when another process has this role, with the remedy.
    pub fn take_role(&self) -> Result<(), SetupError> {
        let Backend::Sqlite { path, role, .. } = &*self.backend else { return Ok(()) };
        let lock = role::take(path, &self.location)?;
        *role.lock().unwrap_or_else(PoisonError::into_inner) = Some(lock);
        Ok(())
    }

    /// Ends all leases of jobs, turns at agendas and holds of sealed states of an
    /// SQLite file whose role this process has taken: whoever held them is gone. On
    /// PostgreSQL other nodes hold theirs.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn void_leases(&self) -> Result<(), SetupError> {
        let Backend::Sqlite { role, .. } = &*self.backend else { return Ok(()) };
        if role.lock().unwrap_or_else(PoisonError::into_inner).is_none() {
            return Ok(());
        }
        let void = async {
            let mut writer = self.writer().await?;
            jobs::void(writer.on()).await?;
            agenda_turns::void(writer.on()).await?;
            sealed_states::void(writer.on()).await
        };
        void.await.map_err(|error| SetupError::Database(Cause(error.to_string())))?;
        Ok(())
    }

    /// Ends when a job of the lane may be due: at once when this process has
    /// committed one, when the next one known falls due, and otherwise after a
    /// short while, because another node may have committed one.
    pub async fn until_due(&self, lane: Lane) {
        let longest = if lane == Lane::Alert { LONGEST_PAUSE_OF_ALERTS } else { LONGEST_PAUSE };
        let next = async { jobs::next_in(self.reader().await?.on(), &self.lease_clock, lane).await };
        let pause = match next.await {
            Ok(Some(wait)) if !wait.is_zero() => wait.min(longest),
            // What is due and could not be leased waits for its practice's share.
            _ => longest,
        };
        // Too late is as good as heard.
        drop(tokio::time::timeout(pause, self.wake.heard(lane)).await);
    }

    /// Refuses what must happen while no process works on the database: of an SQLite file
    /// this becomes the working process, of a server's database no other node may be
    /// connected.
    ///
    /// # Errors
    /// [`SetupError::InUse`], [`SetupError::InUseByNodes`], or the database's.
    pub async fn work_alone(&self) -> Result<(), SetupError> {
        let Backend::Postgres { pool, alerts, .. } = &*self.backend else { return self.take_role() };
        let mut connection = pool.acquire().await?;
        let mut looks = 0;
        loop {
            let all = sqlx::query_scalar::<_, i64>(OTHER_NODES).fetch_one(&mut *connection).await?;
            // This process has others beside the one that asks.
            let own = i64::from(pool.size() + alerts.size()) - 1;
            let count = all - own;
            looks += 1;
            if count <= 0 {
                return Ok(());
            }
            if looks > LOOKS_FOR_NODES {
                return Err(SetupError::InUseByNodes { location: self.location.clone(), count });
            }
            // A node that has just been stopped is shown a moment longer.
            tokio::time::sleep(BETWEEN_LOOKS_FOR_NODES).await;
        }
    }

    /// Makes a database that was copied one that is worked on.
    pub(crate) async fn forget_mark(&self) -> Result<(), SetupError> {
        if let Backend::Sqlite { writer, .. } = &*self.backend {
            sqlx::query("DELETE FROM backup_mark").execute(writer).await?;
        }
        Ok(())
    }

    /// Closes all connections, waiting for those in use. Afterwards every
    /// operation fails as unavailable.
    pub async fn close(&self) {
        match &*self.backend {
            Backend::Sqlite { writer, readers, role, .. } => {
                readers.close().await;
                // Last, because the last connection folds the log into the file.
                writer.close().await;
                role.lock().unwrap_or_else(PoisonError::into_inner).take();
            }
            Backend::Postgres { pool, alerts, .. } => {
                alerts.close().await;
                pool.close().await;
            }
        }
    }

    /// A connection that only reads.
    pub(crate) async fn reader(&self) -> Stored<Connection> {
        let connection = match &*self.backend {
            Backend::Sqlite { readers, .. } => {
                readers.acquire().await.map(|connection| Connection::Sqlite { connection, _turn: None })
            }
            Backend::Postgres { pool, alerts, .. } => self.pool(pool, alerts).acquire().await.map(Connection::Postgres),
        };
        connection.map_err(failed)
    }

    /// A connection for a single statement that writes.
    pub(crate) async fn writer(&self) -> Stored<Connection> {
        let connection = match &*self.backend {
            Backend::Sqlite { writer, line, .. } => {
                let turn = Some(self.in_time(line.take(self.standing)).await?);
                writer.acquire().await.map(|connection| Connection::Sqlite { connection, _turn: turn })
            }
            Backend::Postgres { pool, alerts, .. } => self.pool(pool, alerts).acquire().await.map(Connection::Postgres),
        };
        connection.map_err(failed)
    }

    /// A transaction that writes, without a practice's turn.
    pub(crate) async fn open(&self) -> Stored<Open> {
        let open = match &*self.backend {
            Backend::Sqlite { writer, line, .. } => {
                let turn = self.in_time(line.take(self.standing)).await?;
                let begun = writer.begin_with("BEGIN IMMEDIATE").await;
                begun.map(|transaction| Open::Sqlite { transaction, turn })
            }
            Backend::Postgres { pool, alerts, .. } => {
                PostgresTransaction::begin(self.pool(pool, alerts)).await.map(Open::Postgres)
            }
        };
        tracing::trace!(target: TOLD, "BEGIN");
        open.map_err(failed)
    }

    /// A transaction of one practice. On PostgreSQL it waits for the practice's
    /// turn, here and then over all nodes; on SQLite all writers wait alike.
    pub(crate) async fn open_for(&self, practice: &PracticeId) -> Stored<(Open, Option<Turn>)> {
        let (mut open, turn) = match &*self.backend {
            Backend::Sqlite { .. } => (self.open().await?, None),
            Backend::Postgres { pool, alerts, turns } => {
                let turn = self.in_time(turns.take(practice, self.standing)).await?;
                let begun = PostgresTransaction::begin_for(self.pool(pool, alerts), practice).await;
                tracing::trace!(target: TOLD, "BEGIN");
                (Open::Postgres(begun.map_err(failed)?), Some(turn))
            }
        };
        if let Some(claim) = &self.claim {
            idempotency::hold(open.on(), &self.lease_clock, claim).await?;
        }
        Ok((open, turn))
    }

    /// PostgreSQL's connections for this standing.
    fn pool<'p>(&self, pool: &'p PgPool, alerts: &'p PgPool) -> &'p PgPool {
        match self.standing {
            Standing::First => alerts,
            Standing::Last => pool,
        }
    }

    async fn in_time(&self, turn: impl Future<Output = Turn>) -> Stored<Turn> {
        let waited = tokio::time::timeout(self.wait, turn).await;
        waited.map_err(|_| unavailable(Cause("no turn to write in time".to_owned())))
    }
}

/// A connection on loan. Fields are dropped in order: it is given back before
/// the next in line has its turn.
pub(crate) enum Connection {
    Sqlite { connection: PoolConnection<Sqlite>, _turn: Option<Turn> },
    Postgres(PoolConnection<Postgres>),
}

impl Connection {
    pub(crate) fn on(&mut self) -> On<'_> {
        match self {
            Self::Sqlite { connection, .. } => On::Sqlite(connection),
            Self::Postgres(connection) => On::Postgres(connection),
        }
    }
}

/// An open transaction: dropped, it never was.
pub(crate) enum Open {
    Sqlite { transaction: sqlx::Transaction<'static, Sqlite>, turn: Turn },
    Postgres(PostgresTransaction),
}

impl Open {
    pub(crate) fn on(&mut self) -> On<'_> {
        match self {
            Self::Sqlite { transaction, .. } => On::Sqlite(transaction),
            Self::Postgres(transaction) => On::Postgres(transaction.connection()),
        }
    }

    pub(crate) async fn commit(self) -> Stored<()> {
        let committed = match self {
            Self::Sqlite { transaction, turn } => {
                let committed = transaction.commit().await;
                drop(turn);
                committed
            }
            Self::Postgres(transaction) => transaction.commit().await,
        };
        tracing::trace!(target: TOLD, "COMMIT");
        committed.map_err(failed)
    }
}

async fn sqlite(
    path: &Path,
    temporary: Option<TempDir>,
    options: &StorageOptions,
    shown: &str,
) -> Result<Backend, SetupError> {
    if backup::unfinished(path).is_some() {
        return Err(SetupError::RestoreUnfinished { location: shown.to_owned() });
    }
    create(path).map_err(|source| SetupError::File { path: path.to_owned(), source })?;
    // FULL syncs the log at every commit, so that a commit survives a power
    // cut and not only a killed process. What goes with the process needs neither.
    let synchronous = if temporary.is_some() { SqliteSynchronous::Off } else { SqliteSynchronous::Full };
    let base = SqliteConnectOptions::new().filename(path).foreign_keys(true).busy_timeout(options.wait);
    let writing = base
        .clone()
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .pragma("journal_size_limit", WAL_KEPT_BYTES)
        // What is removed is overwritten, not only let go.
        .pragma("secure_delete", "ON");
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
    Ok(Backend::Sqlite {
        writer,
        line: Arc::default(),
        readers,
        path: path.to_owned(),
        role: Mutex::default(),
        _temporary: temporary,
    })
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
    let pools = PgPoolOptions::new().acquire_timeout(options.wait);
    let alerts = pools.clone().max_connections(ALERT_CONNECTIONS).connect_lazy_with(server.clone());
    let pool = pools.max_connections(options.connections.clamp(2, 1000)).connect_with(server).await;
    let pool = pool.map_err(|error| unreachable(shown, error))?;
    Ok(Backend::Postgres { pool, alerts, turns: Turns::default() })
}

fn unreachable(shown: &str, error: sqlx::Error) -> SetupError {
    SetupError::Unreachable { location: shown.to_owned(), cause: Cause::from(error) }
}
