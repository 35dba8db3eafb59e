//! Restores of the database, what each practice has done since, and what was under way in
//! the restored backup.

use greffon_core::ids::{IntentId, MessageId, PracticeId};
use greffon_core::model::recovery::{Recovery, Restore, UnderWay};
use greffon_core::ports::storage::{StorageError, Stored};
use greffon_core::time::Instant;
use uuid::Uuid;

use crate::error::failed;
use crate::rows::{self, Document};
use crate::sql::{On, Sql};

const TABLE: &str = "recoveries";

const LAST: Sql = Sql::both(
    "SELECT number, restored_at, taken_at
     FROM restores
     ORDER BY number DESC
     LIMIT 1",
);

const RESTORED: Sql = Sql::both(
    "INSERT INTO restores (number, restored_at, taken_at)
     VALUES ($1, $2, $3)",
);

const FORGET_ALL: Sql = Sql::both("DELETE FROM under_way");

/// Of all practices: a restore is of the whole database.
const MESSAGES_UNDER_WAY: Sql = Sql::both(
    "INSERT INTO under_way (practice, kind, id)
     SELECT practice, 'message', id
     FROM messages
     WHERE state IN ('queued', 'sending')",
);

const INTENTS_UNDER_WAY: Sql = Sql::both(
    "INSERT INTO under_way (practice, kind, id)
     SELECT practice, 'intent', id
     FROM intents
     WHERE state IN ('drafted', 'claimed', 'held', 'sending', 'unknown', 'compensating')",
);

/// The last restore with the practice's own row, in one statement: it is asked often.
const GET: Sql = Sql::both(
    "SELECT restores.number AS number, restored_at, taken_at, recoveries.number AS own, version, doc
     FROM restores
     LEFT JOIN recoveries ON practice = $1
     ORDER BY restores.number DESC
     LIMIT 1",
);

const INSERT: Sql = Sql::both(
    "INSERT INTO recoveries (practice, doc, version, number)
     VALUES ($1, $2, $3 + 1, $4)
     ON CONFLICT DO NOTHING",
);

const UPDATE: Sql = Sql::both(
    "UPDATE recoveries
     SET doc = $2, version = $3 + 1, number = $4
     WHERE practice = $1 AND version = $3",
);

const UNDER_WAY: Sql = Sql::both(
    "SELECT kind, id
     FROM under_way
     WHERE practice = $1
     ORDER BY kind DESC, id
     LIMIT $2",
);

const IS_UNDER_WAY: Sql = Sql::both(
    "SELECT COUNT(*)
     FROM under_way
     WHERE practice = $1 AND kind = $2 AND id = $3",
);

const END: Sql = Sql::both(
    "DELETE FROM under_way
     WHERE practice = $1 AND kind = $2 AND id = $3",
);

row! {
    /// The last restore, and what a practice has done since some restore.
    struct RecoveryRow {
        number: i64,
        restored_at: i64,
        taken_at: Option<i64>,
        own: Option<i64>,
        version: Option<i64>,
        doc: Option<String>,
    }
}

impl Document for Recovery {
    const THING: &'static str = "recovery";

    fn practice(&self) -> &PracticeId {
        &self.practice
    }

    fn version(&mut self) -> &mut i64 {
        &mut self.version
    }
}

/// Writes down that the database was restored, with what is under way in it.
pub(crate) async fn mark(mut on: On<'_>, at: Instant, taken_at: Option<Instant>) -> Stored<Restore> {
    let last = fetch!(fetch_optional, (i64, i64, Option<i64>), on.again(), LAST).map_err(failed)?;
    let number = last.map_or(1, |(number, ..)| number.saturating_add(1));
    execute!(on.again(), RESTORED, number, at.0, taken_at.map(|at| at.0)).map_err(failed)?;
    for sql in [FORGET_ALL, MESSAGES_UNDER_WAY, INTENTS_UNDER_WAY] {
        execute!(on.again(), sql).map_err(failed)?;
    }
    restore(number, at.0, taken_at.map(|at| at.0))
}

pub(crate) async fn get(on: On<'_>, practice: &PracticeId) -> Stored<Option<Recovery>> {
    let row = fetch!(fetch_optional, RecoveryRow, on, GET, practice.as_str()).map_err(failed)?;
    let Some(row) = row else { return Ok(None) };
    match row.doc.filter(|_| row.own == Some(row.number)) {
        Some(doc) => rows::decode(TABLE, practice, &doc).map(Some),
        None => {
            let fresh = Recovery::new(practice.clone(), restore(row.number, row.restored_at, row.taken_at)?);
            Ok(Some(Recovery { version: row.version.unwrap_or(0), ..fresh }))
        }
    }
}

pub(crate) async fn save(on: On<'_>, practice: &PracticeId, recovery: &mut Recovery) -> Stored<()> {
    let doc = rows::next_version(practice, recovery)?;
    let sql = if recovery.version == 0 { INSERT } else { UPDATE };
    let number = i64::from(recovery.restore.number);
    let written = execute!(on, sql, practice.as_str(), doc, recovery.version, number).map_err(failed)?;
    rows::saved(recovery, written)
}

pub(crate) async fn under_way(on: On<'_>, practice: &PracticeId, limit: u32) -> Stored<Vec<UnderWay>> {
    let found =
        fetch!(fetch_all, (String, Uuid), on, UNDER_WAY, practice.as_str(), i64::from(limit)).map_err(failed)?;
    let what = |(kind, id): (String, Uuid)| match kind.as_str() {
        "message" => Ok(UnderWay::Message(MessageId(id))),
        "intent" => Ok(UnderWay::Intent(IntentId(id))),
        _ => Err(StorageError::Inconsistent { table: "under_way", row: id.to_string() }),
    };
    found.into_iter().map(what).collect()
}

pub(crate) async fn is_under_way(on: On<'_>, practice: &PracticeId, what: UnderWay) -> Stored<bool> {
    let (kind, id) = key(what);
    let (count,) = fetch!(fetch_one, (i64,), on, IS_UNDER_WAY, practice.as_str(), kind, id).map_err(failed)?;
    Ok(count > 0)
}

pub(crate) async fn end(on: On<'_>, practice: &PracticeId, what: UnderWay) -> Stored<()> {
    let (kind, id) = key(what);
    execute!(on, END, practice.as_str(), kind, id).map_err(failed)?;
    Ok(())
}

fn key(what: UnderWay) -> (&'static str, Uuid) {
    match what {
        UnderWay::Message(id) => ("message", id.0),
        UnderWay::Intent(id) => ("intent", id.0),
    }
}

fn restore(number: i64, restored_at: i64, taken_at: Option<i64>) -> Stored<Restore> {
    let inconsistent = |_| StorageError::Inconsistent { table: "restores", row: number.to_string() };
    let number = u32::try_from(number).map_err(inconsistent)?;
    Ok(Restore { number, restored_at: Instant(restored_at), taken_at: taken_at.map(Instant) })
}
