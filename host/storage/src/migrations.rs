//! Migrations: forward only, embedded, applied all together or not at all.

use std::collections::HashMap;
use std::sync::LazyLock;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{Connection as _, PgConnection, SqlSafeStr as _};

use crate::database::{Backend, Database};
use crate::error::{Cause, SetupError, code_is};
use crate::sql::{On, Sql};

include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

static SQLITE: LazyLock<Migrator> = LazyLock::new(|| embedded(SQLITE_FILES));
static POSTGRES: LazyLock<Migrator> = LazyLock::new(|| embedded(POSTGRES_FILES));

fn embedded(files: &[(i64, &'static str, &'static str)]) -> Migrator {
    let migration = |&(version, description, text): &(i64, &'static str, &'static str)| {
        Migration::new(version, description.into(), MigrationType::Simple, text.into_sql_str(), false)
    };
    Migrator::with_migrations(files.iter().map(migration).collect())
}

const JOURNAL_EXISTS: Sql = Sql {
    sqlite: "SELECT COUNT(*) FROM sqlite_master WHERE name = '_sqlx_migrations'",
    postgres: "SELECT COUNT(*) FROM pg_catalog.pg_class WHERE oid = to_regclass('_sqlx_migrations')",
};

const APPLIED: Sql = Sql::both("SELECT version, checksum FROM _sqlx_migrations ORDER BY version");

/// Held until the migrations are committed, so that two nodes that start at
/// once do not both create a table. The number is arbitrary and only greffon's.
const LOCK_SCHEMA: &str = "SELECT pg_advisory_xact_lock(7310579622470283)";

/// Brings the schema up to this binary, in one transaction. The names of the
/// migrations that were applied, oldest first; none when there was nothing to do.
///
/// # Errors
/// [`SetupError`]; nothing was changed then.
pub async fn migrate(database: &Database) -> Result<Vec<String>, SetupError> {
    match &*database.backend {
        Backend::Sqlite { writer, .. } => {
            let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
            let missing = missing(On::Sqlite(&mut transaction)).await?;
            SQLITE.run_direct(None, &mut *transaction, false).await.map_err(refused)?;
            transaction.commit().await?;
            Ok(missing)
        }
        Backend::Postgres { pool, .. } => {
            // A connection of its own, whose patience does not go back to the pool.
            let mut connection = pool.acquire().await?.detach();
            sqlx::query("SET statement_timeout = 0").execute(&mut connection).await?;
            sqlx::query("SET lock_timeout = 0").execute(&mut connection).await?;
            let mut transaction = connection.begin().await?;
            sqlx::query(LOCK_SCHEMA).execute(&mut *transaction).await?;
            let missing = missing(On::Postgres(&mut transaction)).await?;
            require_btree_gist(&mut transaction).await?;
            POSTGRES.run_direct(None, &mut *transaction, false).await.map_err(refused)?;
            transaction.commit().await?;
            connection.close().await?;
            Ok(missing)
        }
    }
}

/// The last migration that this database has, 0 without any, and how many it lacks.
///
/// # Errors
/// [`SetupError`], when the schema is newer than this binary or was edited.
pub(crate) async fn state(mut on: On<'_>) -> Result<(i64, usize), SetupError> {
    let pending = missing(on.again()).await?.len();
    let (journals,) = fetch!(fetch_one, (i64,), on.again(), JOURNAL_EXISTS)?;
    let applied = match journals {
        0 => Vec::new(),
        _ => fetch!(fetch_all, (i64, Vec<u8>), on, APPLIED)?,
    };
    Ok((applied.last().map_or(0, |(version, _)| *version), pending))
}

/// The names of the migrations that this database lacks, oldest first.
///
/// # Errors
/// [`SetupError`], when the schema is newer than this binary or was edited.
pub async fn pending(database: &Database) -> Result<Vec<String>, SetupError> {
    match &*database.backend {
        Backend::Sqlite { readers, .. } => {
            let mut connection = readers.acquire().await?;
            missing(On::Sqlite(&mut connection)).await
        }
        Backend::Postgres { pool, .. } => {
            let mut connection = pool.acquire().await?;
            missing(On::Postgres(&mut connection)).await
        }
    }
}

async fn missing(mut on: On<'_>) -> Result<Vec<String>, SetupError> {
    let migrator = match on {
        On::Sqlite(_) => &*SQLITE,
        On::Postgres(_) => &*POSTGRES,
    };
    let (journals,) = fetch!(fetch_one, (i64,), on.again(), JOURNAL_EXISTS)?;
    let applied = match journals {
        0 => Vec::new(),
        _ => fetch!(fetch_all, (i64, Vec<u8>), on, APPLIED)?,
    };
    compare(applied, migrator)
}

fn compare(applied: Vec<(i64, Vec<u8>)>, migrator: &Migrator) -> Result<Vec<String>, SetupError> {
    let mut applied = applied.into_iter().collect::<HashMap<_, _>>();
    let mut pending = Vec::new();
    for migration in migrator.iter() {
        match applied.remove(&migration.version) {
            None => pending.push(format!("{} {}", migration.version, migration.description)),
            Some(checksum) if checksum != *migration.checksum => {
                return Err(SetupError::MigrationEdited { version: migration.version });
            }
            Some(_) => {}
        }
    }
    match applied.into_keys().max() {
        Some(found) => {
            let known = migrator.iter().map(|migration| migration.version).max().unwrap_or(0);
            Err(SetupError::SchemaNewer { found, known })
        }
        None => Ok(pending),
    }
}

/// The claims' exclusion constraint compares text and numbers in a GiST index,
/// which takes this extension. A database's owner may create it since
/// PostgreSQL 13; elsewhere somebody else must, and is told so.
async fn require_btree_gist(connection: &mut PgConnection) -> Result<(), SetupError> {
    let (installed,) =
        sqlx::query_as::<_, (i64,)>("SELECT COUNT(*) FROM pg_catalog.pg_extension WHERE extname = 'btree_gist'")
            .fetch_one(&mut *connection)
            .await?;
    if installed > 0 {
        return Ok(());
    }
    let (database,) =
        sqlx::query_as::<_, (String,)>("SELECT current_database()::text").fetch_one(&mut *connection).await?;
    match sqlx::query("CREATE EXTENSION btree_gist").execute(connection).await {
        Ok(_) => Ok(()),
        Err(error) if code_is(&error, &["42501"]) => Err(SetupError::ExtensionNotPermitted { database }),
        Err(error) if code_is(&error, &["0A000", "58P01"]) => {
            Err(SetupError::ExtensionNotInstalled { cause: error.into() })
        }
        Err(error) => Err(error.into()),
    }
}

fn refused(error: MigrateError) -> SetupError {
    let cause = match error {
        MigrateError::Execute(error) => Cause::from(error),
        MigrateError::ExecuteMigration(error, version) => Cause(format!("migration {version}: {}", Cause::from(error))),
        other => Cause(other.to_string()),
    };
    SetupError::Migration { cause }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(migrator: &Migrator) -> Vec<(i64, Vec<u8>)> {
        migrator.iter().map(|migration| (migration.version, migration.checksum.to_vec())).collect()
    }

    #[test]
    fn both_databases_have_the_same_migrations() {
        let names = |migrator: &Migrator| -> Vec<_> {
            migrator.iter().map(|migration| (migration.version, migration.description.clone())).collect()
        };
        assert_eq!(names(&SQLITE), names(&POSTGRES));
        assert!(!names(&SQLITE).is_empty());
    }

    #[test]
    fn what_is_not_applied_is_pending() {
        assert_eq!(compare(Vec::new(), &SQLITE).unwrap().len(), SQLITE.iter().count());
        assert!(compare(applied(&SQLITE), &SQLITE).unwrap().is_empty());
        let last = compare(applied(&SQLITE)[..1].to_vec(), &SQLITE).unwrap();
        assert_eq!(last.first().map(String::as_str), Some("20261121100100 intents"));
    }

    #[test]
    fn a_schema_newer_than_the_binary_is_refused_with_the_remedy() {
        let mut newer = applied(&SQLITE);
        newer.push((99990101000000, vec![1]));
        let error = compare(newer, &SQLITE).unwrap_err().to_string();
        assert!(error.contains("migration 99990101000000") && error.contains("or a newer one"), "{error}");
    }

    #[test]
    fn an_edited_migration_is_refused_with_the_remedy() {
        let mut edited = applied(&SQLITE);
        edited[0].1[0] ^= 1;
        let error = compare(edited, &SQLITE).unwrap_err().to_string();
        assert!(error.contains("migration 20261121100000") && error.contains("restore its file"), "{error}");
    }
}
