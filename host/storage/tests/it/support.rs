//! A fresh database per test, on each backend, gone afterwards.

use std::future::Future;
use std::io::Write as _;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use greffon_core::ids::PracticeId;
use greffon_core::ports::clock::{Clock, Ids as _, RandomIds, SystemClock};
use greffon_core::ports::idempotency::Idempotency;
use greffon_core::ports::keyvalue::KeyValue;
use greffon_core::ports::sealed_state::SealedStates;
use greffon_core::ports::storage::{Page, Storage, Transaction};
use greffon_core::time::Instant;
use greffon_simulation::{MemoryIdempotency, MemoryKeyValue, MemorySealedStates, MemoryStorage};
use greffon_storage::{Database, LeaseTime, StorageOptions, connect, migrate};
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, SqliteConnection};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Where a server is looked for when `GREFFON_TEST_POSTGRES_URL` names none.
const LOCAL_POSTGRES: &str = "postgres://postgres@127.0.0.1:5432/postgres";

/// Runs each test on both databases and in memory: `contract! { name_of_a_function, … }`.
/// Tests behind `; databases:` are of the tables themselves and run on both
/// databases only.
macro_rules! contract {
    ($($name:ident,)+ $(; databases: $($own:ident,)+)?) => {
        databases! { $($name,)+ $($($own,)+)? }
        mod memory {
            $(#[test] fn $name() { $crate::support::in_memory(super::$name); })+
        }
    };
}

/// Runs each test on both databases.
macro_rules! databases {
    ($($name:ident,)+) => {
        mod sqlite {
            $(#[test] fn $name() { $crate::support::on_sqlite(super::$name); })+
        }
        mod postgres {
            $(#[test] fn $name() { $crate::support::on_postgres(super::$name); })+
        }
    };
}

/// The ports of one storage.
#[derive(Clone)]
pub struct Fixture {
    pub db: Arc<dyn Storage>,
    pub keys: Arc<dyn Idempotency>,
    pub space: Arc<dyn KeyValue>,
    pub states: Arc<dyn SealedStates>,
    /// What leases and due times are read off.
    pub clock: Arc<TestClock>,
    database: Option<(Arc<Database>, String)>,
}

/// A clock that shows what it is told to.
#[derive(Default)]
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn set(&self, now: Instant) {
        self.0.store(now.0, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        Instant(self.0.load(Ordering::SeqCst))
    }
}

pub fn options() -> StorageOptions {
    StorageOptions {
        readers: 2,
        connections: 8,
        wait: Duration::from_secs(20),
        lease_time: LeaseTime::Database,
        lookup_key: None,
    }
}

/// The practice of most tests.
pub fn nord() -> PracticeId {
    "nord".into()
}

pub fn page(limit: u32) -> Page {
    Page { limit, cursor: None }
}

impl Fixture {
    /// A migrated database, and how to reach it from outside.
    async fn open(url: String) -> Self {
        let clock = Arc::new(TestClock::default());
        let fixture = Self::node(url, clock, None).await;
        migrate(fixture.database()).await.unwrap();
        fixture
    }

    async fn node(url: String, clock: Arc<TestClock>, lease_time: Option<LeaseTime>) -> Self {
        let lease_time = lease_time.unwrap_or_else(|| LeaseTime::Injected(Arc::clone(&clock) as _));
        Self::opened(url, clock, StorageOptions { lease_time, ..options() }).await
    }

    async fn opened(url: String, clock: Arc<TestClock>, options: StorageOptions) -> Self {
        let db = connect(&url, options).await.unwrap();
        Self {
            db: db.clone(),
            keys: db.clone(),
            space: db.clone(),
            states: db.clone(),
            clock,
            database: Some((db, url)),
        }
    }

    /// What the simulation takes for a database.
    fn in_memory() -> Self {
        let clock = Arc::new(TestClock::default());
        Self {
            db: Arc::new(MemoryStorage::on(clock.clone())),
            keys: Arc::new(MemoryIdempotency::on(clock.clone())),
            space: Arc::new(MemoryKeyValue::default()),
            states: Arc::new(MemorySealedStates::on(clock.clone())),
            clock,
            database: None,
        }
    }

    /// A transaction of the practice of most tests.
    pub async fn begin(&self) -> Box<dyn Transaction> {
        self.db.begin(&nord()).await.unwrap()
    }

    /// A second node on the same database.
    pub async fn second_node(&self) -> Self {
        match &self.database {
            Some((_, url)) => Self::node(url.clone(), Arc::clone(&self.clock), None).await,
            None => self.clone(),
        }
    }

    /// A second node that takes the time from the database, as in production.
    pub async fn real_node(&self) -> Self {
        Self::node(self.url().to_owned(), Arc::clone(&self.clock), Some(LeaseTime::Database)).await
    }

    /// A second node whose operator gives a key for the terms of patients.
    pub async fn node_with_key(&self, key: [u8; 32]) -> Self {
        let options = StorageOptions { lookup_key: Some(key), ..options() };
        Self::opened(self.url().to_owned(), Arc::clone(&self.clock), options).await
    }

    /// The node goes.
    pub async fn close(&self) {
        if let Some((database, _)) = &self.database {
            database.close().await;
        }
    }

    /// The database itself, in the tests of `databases!`.
    pub fn database(&self) -> &Arc<Database> {
        &self.database.as_ref().expect("a test of databases! has one").0
    }

    fn url(&self) -> &str {
        self.database.as_ref().map_or("", |(_, url)| url)
    }

    /// The file of a database that is one.
    pub fn file(&self) -> Option<PathBuf> {
        self.url().strip_prefix("sqlite:").map(PathBuf::from)
    }

    pub fn is_postgres(&self) -> bool {
        self.url().starts_with("postgres")
    }

    /// Runs SQL beside greffon, as a person with a shell would; the rows that it
    /// changed, or what the database said.
    pub async fn raw(&self, sql: &str) -> Result<u64, String> {
        raw(self.url(), sql).await
    }
}

pub async fn raw(url: &str, sql: &str) -> Result<u64, String> {
    let sql = AssertSqlSafe(sql.to_owned());
    let done = if url.starts_with("postgres") {
        let mut connection = PgConnection::connect(url).await.unwrap();
        let done = sqlx::raw_sql(sql).execute(&mut connection).await.map(|done| done.rows_affected());
        connection.close().await.unwrap();
        done
    } else {
        let options = SqliteConnectOptions::from_str(url).unwrap().busy_timeout(Duration::from_secs(20));
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        let done = sqlx::raw_sql(sql).execute(&mut connection).await.map(|done| done.rows_affected());
        connection.close().await.unwrap();
        done
    };
    done.map_err(|error| error.as_database_error().map_or_else(|| error.to_string(), |said| said.message().to_owned()))
}

pub fn on_sqlite<F>(test: impl FnOnce(Fixture) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite:{}", folder.path().join("greffon.db").display());
    runtime().block_on(async {
        let fixture = Fixture::open(url).await;
        test(fixture.clone()).await;
        fixture.close().await;
    });
}

pub fn in_memory<F>(test: impl FnOnce(Fixture) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    runtime().block_on(test(Fixture::in_memory()));
}

pub fn on_postgres<F>(test: impl FnOnce(Fixture) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let Some(admin) = postgres() else { return };
    runtime().block_on(async {
        let url = create_database(admin).await;
        let fixture = Fixture::open(url.clone()).await;
        // In a task of its own, so that the database is dropped after a panic too.
        let outcome = tokio::spawn(test(fixture.clone())).await;
        fixture.close().await;
        drop_database(admin, &url).await;
        if let Err(failed) = outcome {
            std::panic::resume_unwind(failed.into_panic());
        }
    });
}

/// A database without greffon's tables, for the tests of the set-up itself.
pub fn on_empty_postgres<F>(test: impl FnOnce(String) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let Some(admin) = postgres() else { return };
    runtime().block_on(async {
        let url = create_database(admin).await;
        let outcome = tokio::spawn(test(url.clone())).await;
        drop_database(admin, &url).await;
        if let Err(failed) = outcome {
            std::panic::resume_unwind(failed.into_panic());
        }
    });
}

pub fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// The server to test on, if one answers. Says once, past the capture of test
/// output, when none does; under CI that is a failure.
fn postgres() -> Option<&'static str> {
    static ADMIN: OnceLock<Option<String>> = OnceLock::new();
    let admin = ADMIN.get_or_init(|| {
        let url = std::env::var("GREFFON_TEST_POSTGRES_URL").unwrap_or_else(|_| LOCAL_POSTGRES.to_owned());
        let answers = runtime().block_on(async {
            let connecting = tokio::time::timeout(Duration::from_secs(5), PgConnection::connect(&url));
            matches!(connecting.await, Ok(Ok(_)))
        });
        if !answers {
            let line = "postgres: not reachable, contract suite ran on sqlite only\n";
            std::io::stderr().write_all(line.as_bytes()).unwrap();
        }
        answers.then_some(url)
    });
    if admin.is_none() && std::env::var_os("CI").is_some() {
        panic!("postgres: not reachable, and CI is set: start one, or name it in GREFFON_TEST_POSTGRES_URL");
    }
    admin.as_deref()
}

async fn create_database(admin: &str) -> String {
    let name = format!("greffon_test_{}", RandomIds.next(SystemClock.now()).simple());
    raw(admin, &format!("CREATE DATABASE {name} TEMPLATE template0")).await.unwrap();
    PgConnectOptions::from_str(admin).unwrap().database(&name).to_url_lossy().to_string()
}

async fn drop_database(admin: &str, url: &str) {
    let options = PgConnectOptions::from_str(url).unwrap();
    let name = options.get_database().unwrap();
    raw(admin, &format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
}
