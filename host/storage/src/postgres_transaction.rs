//! A transaction on PostgreSQL. sqlx's own begins with one statement; this one brings
//! the practice's lock along in the same round trip.

use greffon_core::ids::PracticeId;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnection, PgPool};
use sqlx::{AssertSqlSafe, Postgres};
use tokio::runtime::Handle;

/// Said explicitly, because the server's default may be another.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

/// An open transaction: dropped, it never was.
pub(crate) struct PostgresTransaction {
    /// `None` once it is committed.
    connection: Option<PoolConnection<Postgres>>,
}

impl PostgresTransaction {
    /// Begins one that waits for nobody.
    pub(crate) async fn begin(pool: &PgPool) -> sqlx::Result<Self> {
        Self::begin_with(pool, BEGIN.to_owned()).await
    }

    /// Begins one of a practice, and waits for the practice's lock, which holds to the
    /// end of the transaction, on all nodes: writers of one practice follow each other,
    /// so that what a transaction read is still so when it writes.
    pub(crate) async fn begin_for(pool: &PgPool, practice: &PracticeId) -> sqlx::Result<Self> {
        // Two statements at once bind no values: the practice is in it as hexadecimal
        // digits, which can be nothing else.
        let digits: String = practice.as_str().bytes().map(|byte| format!("{byte:02x}")).collect();
        let lock = format!("hashtextextended(convert_from(decode('{digits}', 'hex'), 'UTF8'), 0)");
        Self::begin_with(pool, format!("{BEGIN}; SELECT pg_advisory_xact_lock({lock})")).await
    }

    async fn begin_with(pool: &PgPool, statements: String) -> sqlx::Result<Self> {
        // From here on it is rolled back, also when whoever waits for the lock gives up.
        let mut begun = Self { connection: Some(pool.acquire().await?) };
        sqlx::raw_sql(AssertSqlSafe(statements)).execute(begun.connection()).await?;
        Ok(begun)
    }

    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        self.connection.as_deref_mut().expect("only a commit, which consumes it, takes the connection")
    }

    pub(crate) async fn commit(mut self) -> sqlx::Result<()> {
        sqlx::raw_sql("COMMIT").execute(self.connection()).await?;
        self.connection = None;
        Ok(())
    }
}

impl Drop for PostgresTransaction {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        let Ok(runtime) = Handle::try_current() else {
            connection.close_on_drop();
            return;
        };
        runtime.spawn(async move {
            if sqlx::raw_sql("ROLLBACK").execute(&mut *connection).await.is_err() {
                connection.close_on_drop();
            }
        });
    }
}
