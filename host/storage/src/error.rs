//! Errors. What reaches a log or a client never holds a row's content: the
//! driver's own errors may (`Failing row contains …`), so they end here.

use std::path::PathBuf;

use greffon_core::ports::storage::StorageError;
use thiserror::Error;

/// What the database said: code and message, without the row it was about.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct Cause(pub(crate) String);

impl From<sqlx::Error> for Cause {
    fn from(error: sqlx::Error) -> Self {
        Self(match error {
            sqlx::Error::Database(error) => match error.code() {
                Some(code) => format!("{} (code {code})", error.message()),
                None => error.message().to_owned(),
            },
            sqlx::Error::Io(error) => error.to_string(),
            sqlx::Error::Tls(error) => error.to_string(),
            sqlx::Error::Protocol(text) => text,
            sqlx::Error::PoolTimedOut => "no connection became free in time".to_owned(),
            sqlx::Error::PoolClosed => "the storage was closed".to_owned(),
            sqlx::Error::ColumnDecode { index, .. } => format!("column {index} is not of the type that was expected"),
            sqlx::Error::RowNotFound => "a row that must exist was not there".to_owned(),
            _ => "the driver failed".to_owned(),
        })
    }
}

/// Why a storage cannot be opened or migrated. Every text names the remedy.
#[derive(Debug, Error)]
pub enum SetupError {
    /// The scheme chooses the database, and this one chooses none.
    #[error("unknown storage scheme \"{scheme}\": use sqlite:PATH or postgres://USER@HOST/DATABASE")]
    UnknownScheme {
        /// What stands before the first colon.
        scheme: String,
    },
    /// The rest of the URL is wrong.
    #[error("storage url is not usable: {why}")]
    InvalidUrl {
        /// What is wrong and what is expected; never the URL, which may hold a password.
        why: String,
    },
    /// The database file or its folder cannot be made.
    #[error("cannot create {}: {source}; create the folder, or give this user the right to write there", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// An SQLite file has one working process, and another one is it.
    #[error(
        "{location} is in use by {holder}: stop it first. One process works on an SQLite file, and \"greffon serve\" \
         works off the queue itself; several processes need PostgreSQL"
    )]
    InUse {
        /// The URL.
        location: String,
        /// `process 4711`.
        holder: String,
    },
    /// Other nodes of greffon are connected to a server's database.
    #[error(
        "{count} other connections of greffon are open on {location}: stop every node first. What they hold in memory is \
         not of the restored database"
    )]
    InUseByNodes {
        /// The URL without its password.
        location: String,
        /// How many connections.
        count: i64,
    },
    /// A restore was interrupted between two files.
    #[error(
        "a restore of {location} was interrupted before its end, and nothing is read until it has one: run \
         \"greffon restore FILE\" again"
    )]
    RestoreUnfinished {
        /// The URL.
        location: String,
    },
    /// Nobody answers there, or not to us.
    #[error("cannot open {location}: {cause}; check that it runs, and the storage url")]
    Unreachable {
        /// The URL without its password.
        location: String,
        /// What the driver said.
        cause: Cause,
    },
    /// SQLite could not switch to write-ahead logging.
    #[error("{location} lies on a file system without write-ahead logging: move it to a local disk")]
    NoWriteAheadLog {
        /// The URL.
        location: String,
    },
    /// PostgreSQL's `btree_gist` is missing and this role may not create it.
    #[error(
        "postgres extension \"btree_gist\" is missing and this role may not create it: \
         let a superuser run CREATE EXTENSION btree_gist; in database \"{database}\""
    )]
    ExtensionNotPermitted {
        /// In which database.
        database: String,
    },
    /// PostgreSQL's `btree_gist` is not on the server's disk.
    #[error("postgres extension \"btree_gist\" is not installed: install the server's contrib package ({cause})")]
    ExtensionNotInstalled {
        /// What the server said.
        cause: Cause,
    },
    /// Somebody newer wrote this database.
    #[error(
        "the database has migration {found}, this greffon knows them up to {known}: run the greffon that wrote it, or a newer one"
    )]
    SchemaNewer {
        /// The version that is unknown.
        found: i64,
        /// The last that is known.
        known: i64,
    },
    /// Migrations were not applied yet.
    #[error("the database lacks {pending} migrations: run \"greffon migrate\"")]
    SchemaOlder {
        /// How many.
        pending: usize,
    },
    /// A file under `migrations/` was edited after it was applied.
    #[error("migration {version} was applied with another content: restore its file, and add a new migration instead")]
    MigrationEdited {
        /// Which.
        version: i64,
    },
    /// A migration did not succeed; none of this run was kept.
    #[error("cannot migrate the database: {cause}; nothing was changed")]
    Migration {
        /// What the database said.
        cause: Cause,
    },
    /// The database stopped answering.
    #[error("the database does not answer: {0}")]
    Database(#[from] Cause),
}

impl From<sqlx::Error> for SetupError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

/// PostgreSQL's SQLSTATE or SQLite's extended result code.
pub(crate) fn code_is(error: &sqlx::Error, codes: &[&str]) -> bool {
    error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .is_some_and(|code| codes.contains(&code.as_ref()))
}

/// The driver's error as the domain knows it. Serialisation failures and
/// deadlocks mean that somebody else was there: read again, decide again.
pub(crate) fn failed(error: sqlx::Error) -> StorageError {
    if code_is(&error, &["40001", "40P01"]) {
        return StorageError::Stale { thing: "transaction" };
    }
    unavailable(Cause::from(error))
}

/// The database does not answer, because of this.
pub(crate) fn unavailable(cause: impl std::error::Error + Send + Sync + 'static) -> StorageError {
    StorageError::Unavailable(Box::new(cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_that_was_too_long_says_so() {
        let error = failed(sqlx::Error::PoolTimedOut);
        let StorageError::Unavailable(cause) = error else { panic!("{error}") };
        assert_eq!(cause.to_string(), "no connection became free in time");
    }

    #[test]
    fn decoding_errors_do_not_carry_the_value() {
        let source = "invalid digit in \"+33612345678\"".into();
        let cause = Cause::from(sqlx::Error::ColumnDecode { index: "doc".to_owned(), source });
        assert_eq!(cause.to_string(), "column doc is not of the type that was expected");
    }
}
