//! The rows that a contact leaves, written by SQL and nothing else: the same
//! documents, in as many commits as a careful hand would make of the same road.

use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use anyhow::Context as _;
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Row as _};

use crate::load::Walk;
use crate::support::counting::LIMITS;

/// Whose rows they are.
const PRACTICE: &str = "bare";

/// Minutes of a booking, so that no two overlap.
const VISIT_MS: i64 = 15 * 60_000;

/// Writes contacts into a database that has greffon's tables.
#[derive(Clone)]
pub struct Bare {
    pool: Pool,
    docs: Arc<Docs>,
    written: Arc<AtomicI64>,
}

#[derive(Clone)]
enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// What one contact of greffon's left.
struct Docs {
    contact: String,
    intent: String,
    appointment: String,
    message: String,
    audit: Vec<String>,
    /// A page and the register of its agenda.
    values: Vec<Vec<u8>>,
}

/// A value of a statement.
#[derive(Clone)]
enum Value {
    Text(String),
    Number(i64),
    Bytes(Vec<u8>),
}

/// A statement with its values; `ID<$1>` is an id, written as text.
type Statement = (String, Vec<Value>);

/// Runs statements in which an id is written as this database reads it.
macro_rules! run {
    ($statements:expr, $before:literal, $after:literal, $on:expr) => {{
        let connection = $on;
        for (sql, values) in $statements {
            let sql = sql.replace("ID<", $before).replace('>', $after);
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for value in values {
                query = match value {
                    Value::Text(text) => query.bind(text),
                    Value::Number(number) => query.bind(number),
                    Value::Bytes(bytes) => query.bind(bytes),
                };
            }
            query.execute(&mut *connection).await?;
        }
    }};
}

impl Bare {
    /// The rows of a contact of this practice, to be written again.
    pub async fn of(url: &str, practice: &str) -> anyhow::Result<Self> {
        let pool = if url.starts_with("sqlite") {
            let options = SqliteConnectOptions::from_str(url)?.synchronous(SqliteSynchronous::Full);
            // One writes at a time, as in greffon; who waits does not spin.
            let pool = SqlitePoolOptions::new().max_connections(1).test_before_acquire(false);
            Pool::Sqlite(pool.connect_with(options).await?)
        } else {
            Pool::Postgres(PgPoolOptions::new().max_connections(16).connect(url).await?)
        };
        let docs = async |from: &str| {
            let sql = format!("SELECT doc FROM {from} WHERE practice = $1 ORDER BY id");
            pool.column::<String>(sql, practice).await
        };
        let one = async |table: &str| docs(table).await?.pop().with_context(|| format!("no row in {table}"));
        let values = "SELECT value FROM keyvalue WHERE practice = $1 ORDER BY key".to_owned();
        let docs = Docs {
            contact: one("contacts").await?,
            intent: one("intents").await?,
            appointment: one("appointments").await?,
            message: one("messages").await?,
            audit: docs("audit").await?,
            values: pool.column::<Vec<u8>>(values, practice).await?,
        };
        Ok(Self { pool, docs: Arc::new(docs), written: Arc::default() })
    }

    /// One contact, written whole.
    pub fn walk(&self) -> Walk {
        let bare = self.clone();
        Arc::new(move || {
            let bare = bare.clone();
            Box::pin(async move {
                let number = bare.written.fetch_add(1, Ordering::Relaxed);
                for step in bare.steps(number) {
                    bare.pool.commit(step).await?;
                }
                Ok(())
            })
        })
    }

    /// What is written for a contact: a list for each commit.
    fn steps(&self, number: i64) -> Vec<Vec<Statement>> {
        let Docs { contact, intent, appointment, message, audit, values } = &*self.docs;
        let at = number * VISIT_MS;
        let practice = || Value::Text(PRACTICE.to_owned());
        let id = |kind: i64| Value::Text(format!("{kind:016x}{number:016x}"));
        let text = |text: &str| Value::Text(text.to_owned());
        let mut lines = audit.iter().enumerate();
        let mut journal = |count: usize| -> Statement {
            let lines: Vec<_> = lines.by_ref().take(count).collect();
            let row = |place: usize| {
                let first = 5 * place + 1;
                format!("(${}, ID<${}>, ${}, ${}, ${})", first, first + 1, first + 2, first + 3, first + 4)
            };
            let rows = (0..lines.len()).map(row).collect::<Vec<_>>().join(", ");
            let values = lines.into_iter().flat_map(|(line, doc)| {
                [practice(), id(100 + i64::try_from(line).unwrap_or(0)), Value::Number(at), text("bare"), text(doc)]
            });
            (format!("INSERT INTO audit (practice, id, at, action, doc) VALUES {rows}"), values.collect())
        };
        let update = |table: &str, kind: i64, doc: &str| -> Statement {
            let sql = format!(
                "UPDATE {table} SET state = $3, doc = $4, version = version + 1 WHERE practice = $1 AND id = ID<$2>"
            );
            (sql, vec![practice(), id(kind), text("bare"), text(doc)])
        };
        let job = |kind: i64| -> Statement {
            let sql = "INSERT INTO jobs (id, practice, kind, lane, run_at, due_at, attempt, doc) VALUES (ID<$1>, $2, $3, 9, $4, $4, 0, $5)";
            (sql.to_owned(), vec![id(kind), practice(), text("bare"), Value::Number(at), text("{}")])
        };
        let post = |kind: i64| -> Statement {
            let sql = "INSERT INTO messages (practice, id, state, created_at, doc, version) VALUES ($1, ID<$2>, $3, $4, $5, 1)";
            (sql.to_owned(), vec![practice(), id(kind), text("bare"), Value::Number(at), text(message)])
        };
        let keep = |key: String, value: &[u8]| -> Statement {
            let sql = "INSERT INTO keyvalue (practice, feature, bucket, key, value, revision) VALUES ($1, $1, $2, $3, $4, $5)
                       ON CONFLICT (practice, feature, bucket, key) DO UPDATE SET value = excluded.value, revision = excluded.revision";
            let bytes = |bytes: &[u8]| Value::Bytes(bytes.to_vec());
            (
                sql.to_owned(),
                vec![practice(), bytes(b"b"), bytes(key.as_bytes()), bytes(value), Value::Number(number + 1)],
            )
        };
        let taken = |kind: i64| ("DELETE FROM jobs WHERE id = ID<$1>".to_owned(), vec![id(kind)]);
        let received =
            "INSERT INTO contacts (practice, id, state, received_at, doc, version) VALUES ($1, ID<$2>, $3, $4, $5, 1)";
        let claimed = "INSERT INTO intents (practice, id, op, state, doc, version) VALUES ($1, ID<$2>, $3, $4, $5, 1)";
        let claims = "INSERT INTO claims (practice, resource, seat, start_ms, end_ms, intent, chain) VALUES ($1, $1, 0, $2, $3, ID<$4>, ID<$4>)";
        let mirrored = "INSERT INTO appointments (practice, feature, id, start_ms, end_ms, length_ms, doc, version) VALUES ($1, $1, $2, $3, $4, $5, $6, 1)";
        let (start, end) = (Value::Number(at), Value::Number(at + VISIT_MS));
        let name = format!("bare-{number}");
        vec![
            vec![
                (received.to_owned(), vec![practice(), id(1), text("bare"), start.clone(), text(contact)]),
                journal(2),
            ],
            vec![update("contacts", 1, contact), journal(2)],
            vec![
                update("contacts", 1, contact),
                (claimed.to_owned(), vec![practice(), id(2), text(&name), text("bare"), text(intent)]),
                (claims.to_owned(), vec![practice(), start.clone(), end.clone(), id(2)]),
                job(3),
                journal(1),
            ],
            vec![keep(format!("page-{number}"), &values[0])],
            vec![keep("register".to_owned(), &values[values.len() - 1])],
            vec![
                update("intents", 2, intent),
                (
                    mirrored.to_owned(),
                    vec![practice(), text(&name), start, end, Value::Number(VISIT_MS), text(appointment)],
                ),
                post(4),
                post(5),
                job(6),
                job(7),
                journal(3),
            ],
            vec![update("contacts", 1, contact), journal(1)],
            vec![update("messages", 4, message), journal(1)],
            vec![update("messages", 5, message), journal(1)],
            vec![update("messages", 4, message), taken(6), journal(1)],
            vec![update("messages", 5, message), taken(7), journal(1)],
        ]
    }
}

impl Pool {
    async fn column<T>(&self, sql: String, practice: &str) -> anyhow::Result<Vec<T>>
    where
        T: for<'r> sqlx::Decode<'r, sqlx::Sqlite>
            + for<'r> sqlx::Decode<'r, sqlx::Postgres>
            + sqlx::Type<sqlx::Sqlite>
            + sqlx::Type<sqlx::Postgres>,
    {
        let sql = AssertSqlSafe(sql);
        Ok(match self {
            Self::Sqlite(pool) => {
                let rows = sqlx::query(sql).bind(practice).fetch_all(pool).await?;
                rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?
            }
            Self::Postgres(pool) => {
                let rows = sqlx::query(sql).bind(practice).fetch_all(pool).await?;
                rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?
            }
        })
    }

    /// Runs statements in one commit; a single one commits by itself.
    async fn commit(&self, statements: Vec<Statement>) -> anyhow::Result<()> {
        let limits = statements.len() > 1;
        if limits {
            tracing::trace!(target: LIMITS, "BEGIN");
        }
        match self {
            Self::Sqlite(pool) if !limits => run!(statements, "unhex(", ")", &mut *pool.acquire().await?),
            Self::Sqlite(pool) => {
                let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
                run!(statements, "unhex(", ")", &mut *transaction);
                transaction.commit().await?;
            }
            Self::Postgres(pool) if !limits => {
                run!(statements, "CAST(", " AS uuid)", &mut *pool.acquire().await?);
            }
            Self::Postgres(pool) => {
                let mut transaction = pool.begin().await?;
                run!(statements, "CAST(", " AS uuid)", &mut *transaction);
                transaction.commit().await?;
            }
        }
        if limits {
            tracing::trace!(target: LIMITS, "COMMIT");
        }
        Ok(())
    }
}
