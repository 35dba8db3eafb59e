//! A fresh PostgreSQL database per test, dropped afterwards.

use anyhow::Context as _;
use sqlx::{Connection as _, Executor as _, PgConnection};

/// A database of this test's own.
pub struct Fresh {
    /// Where it is.
    pub url: String,
    server: String,
    name: String,
}

/// A fresh database on the server of `GREFFON_TEST_POSTGRES_URL` or of this
/// machine; `None` after saying so when there is none, a failure under CI.
pub async fn fresh() -> anyhow::Result<Option<Fresh>> {
    let server = std::env::var("GREFFON_TEST_POSTGRES_URL")
        .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".to_owned());
    let Ok(mut connection) = PgConnection::connect(&server).await else {
        let line = "peer absent: no PostgreSQL answers, the test that needs it did not run";
        assert!(std::env::var_os("CI").is_none(), "{line}");
        println!("{line}");
        return Ok(None);
    };
    let (id,): (String,) =
        sqlx::query_as("SELECT replace(gen_random_uuid()::text, '-', '')").fetch_one(&mut connection).await?;
    let name = format!("greffon_test_{id}");
    connection.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await?;
    let (base, _) = server.rsplit_once('/').context("the URL names a database")?;
    Ok(Some(Fresh { url: format!("{base}/{name}"), server, name }))
}

impl Drop for Fresh {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // A thread of its own: dropping happens inside a runtime that may be
        // shutting down.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
            runtime.block_on(async {
                let mut connection = PgConnection::connect(&server).await.ok()?;
                let drop = sqlx::AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"));
                connection.execute(drop).await.ok()
            })
        });
        drop(dropped.join());
    }
}
