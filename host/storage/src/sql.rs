//! One SQL text for both databases, run by a macro that picks the driver.
//! `$1` placeholders work on both.

use sqlx::{PgConnection, SqliteConnection};

/// A statement: one text where the dialects agree, two side by side where they
/// do not.
#[derive(Clone, Copy)]
pub(crate) struct Sql {
    /// As SQLite reads it.
    pub(crate) sqlite: &'static str,
    /// As PostgreSQL reads it.
    pub(crate) postgres: &'static str,
}

impl Sql {
    /// A text that both read.
    pub(crate) const fn both(text: &'static str) -> Self {
        Self { sqlite: text, postgres: text }
    }
}

/// The connection that a statement runs on.
pub(crate) enum On<'c> {
    /// SQLite.
    Sqlite(&'c mut SqliteConnection),
    /// PostgreSQL.
    Postgres(&'c mut PgConnection),
}

impl On<'_> {
    /// The same connection for one statement of several.
    pub(crate) fn again(&mut self) -> On<'_> {
        match self {
            Self::Sqlite(connection) => On::Sqlite(connection),
            Self::Postgres(connection) => On::Postgres(connection),
        }
    }
}

/// A row by the names of its columns, on both databases. sqlx's derive does the
/// same, at the price of building both drivers a second time for the compiler.
macro_rules! row {
    ($(#[$attribute:meta])* $seen:vis struct $name:ident { $($(#[$said:meta])* $shown:vis $column:ident: $type:ty,)* }) => {
        $(#[$attribute])*
        $seen struct $name {
            $($(#[$said])* $shown $column: $type,)*
        }

        impl<'r, R: sqlx::Row> sqlx::FromRow<'r, R> for $name
        where
            &'static str: sqlx::ColumnIndex<R>,
            $($type: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,)*
        {
            fn from_row(row: &'r R) -> sqlx::Result<Self> {
                Ok(Self { $($column: row.try_get(stringify!($column))?,)* })
            }
        }
    };
}

/// Runs a statement; the number of rows that it wrote.
macro_rules! execute {
    ($on:expr, $sql:expr $(, $value:expr)* $(,)?) => {{
        let statement: $crate::sql::Sql = $sql;
        match $on {
            $crate::sql::On::Sqlite(connection) => sqlx::query(statement.sqlite)
                $(.bind($value))*
                .execute(connection)
                .await
                .map(|done| done.rows_affected()),
            $crate::sql::On::Postgres(connection) => sqlx::query(statement.postgres)
                $(.bind($value))*
                .execute(connection)
                .await
                .map(|done| done.rows_affected()),
        }
    }};
}

/// Runs a statement and reads rows: `fetch!(fetch_optional, (String,), on, SQL, …)`.
macro_rules! fetch {
    ($how:ident, $row:ty, $on:expr, $sql:expr $(, $value:expr)* $(,)?) => {{
        let statement: $crate::sql::Sql = $sql;
        match $on {
            $crate::sql::On::Sqlite(connection) => sqlx::query_as::<_, $row>(statement.sqlite)
                $(.bind($value))*
                .$how(connection)
                .await,
            $crate::sql::On::Postgres(connection) => sqlx::query_as::<_, $row>(statement.postgres)
                $(.bind($value))*
                .$how(connection)
                .await,
        }
    }};
}
