//! Booking intents, with their claims.

use greffon_core::ids::{IntentId, OpId, PracticeId};
use greffon_core::model::intent::Intent;
use greffon_core::ports::storage::Stored;

use crate::error::failed;
use crate::repository::claims;
use crate::rows::{self, Document};
use crate::sql::{On, Sql};

const TABLE: &str = "intents";

const GET: Sql = Sql::both(
    "SELECT doc
     FROM intents
     WHERE practice = $1 AND id = $2",
);

const GET_BY_OP: Sql = Sql::both(
    "SELECT doc
     FROM intents
     WHERE practice = $1 AND op = $2",
);

const INSERT: Sql = Sql::both(
    "INSERT INTO intents (practice, id, op, state, doc, version)
     VALUES ($1, $2, $3, $4, $5, $6 + 1)
     ON CONFLICT DO NOTHING",
);

const UPDATE: Sql = Sql::both(
    "UPDATE intents
     SET state = $4, doc = $5, version = $6 + 1
     WHERE practice = $1 AND id = $2
       -- An op-id is for ever.
       AND op = $3
       AND version = $6",
);

impl Document for Intent {
    const THING: &'static str = "intent";

    fn practice(&self) -> &PracticeId {
        &self.practice
    }

    fn version(&mut self) -> &mut i64 {
        &mut self.version
    }
}

pub(crate) async fn get(on: On<'_>, practice: &PracticeId, id: IntentId) -> Stored<Option<Intent>> {
    let row = fetch!(fetch_optional, (String,), on, GET, practice.as_str(), id.0).map_err(failed)?;
    row.map(|(doc,)| rows::decode(TABLE, id, &doc)).transpose()
}

pub(crate) async fn get_by_op(on: On<'_>, practice: &PracticeId, op: &OpId) -> Stored<Option<Intent>> {
    if !rows::possible(op.as_str()) {
        return Ok(None);
    }
    let row = fetch!(fetch_optional, (String,), on, GET_BY_OP, practice.as_str(), op.as_str()).map_err(failed)?;
    row.map(|(doc,)| rows::decode(TABLE, op, &doc)).transpose()
}

/// Saves the intent and makes its claims what it says. Runs inside a savepoint
/// of the caller: after an error, part of it may have been done.
pub(crate) async fn save(mut on: On<'_>, practice: &PracticeId, intent: &mut Intent) -> Stored<()> {
    let doc = rows::next_version(practice, intent)?;
    let written = execute!(
        on.again(),
        if intent.version == 0 { INSERT } else { UPDATE },
        practice.as_str(),
        intent.id.0,
        rows::key("op-id", intent.op.as_str())?,
        intent.state.as_str(),
        doc,
        intent.version,
    )
    .map_err(failed)?;
    // The version moves on last, so that after a refused claim it is still the
    // one that was read.
    if written > 0 {
        claims::hold(on, intent).await?;
    }
    rows::saved(intent, written)
}
