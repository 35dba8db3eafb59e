//! Commitments.

use greffon_core::ids::{CommitmentId, PracticeId};
use greffon_core::model::commitment::{Commitment, CommitmentState};
use greffon_core::ports::storage::{Listed, Page, Stored};
use greffon_core::time::Span;
use uuid::Uuid;

use crate::error::failed;
use crate::rows::{self, DocRow, Document};
use crate::sql::{On, Sql};

const TABLE: &str = "commitments";

const GET: Sql = Sql::both(
    "SELECT doc
     FROM commitments
     WHERE practice = $1 AND id = $2",
);

const GET_ALL: Sql = Sql {
    sqlite: "SELECT id, doc
     FROM commitments
     WHERE practice = $1 AND id IN (SELECT unhex(value, '-') FROM json_each($2))",
    postgres: "SELECT id, doc
     FROM commitments
     WHERE practice = $1 AND id IN (SELECT value::uuid FROM json_array_elements_text($2::json))",
};

/// Not scoped: it is the scoping of a commitment that is named alone.
const PRACTICE: Sql = Sql::both(
    "SELECT practice
     FROM commitments
     WHERE id = $1",
);

const INSERT: Sql = Sql::both(
    "INSERT INTO commitments (practice, id, state, due_at, doc, version)
     VALUES ($1, $2, $3, $4, $5, $6 + 1)
     ON CONFLICT DO NOTHING",
);

const UPDATE: Sql = Sql::both(
    "UPDATE commitments
     SET state = $3, due_at = $4, doc = $5, version = $6 + 1
     WHERE practice = $1 AND id = $2 AND version = $6",
);

const LIST: Sql = Sql::both(
    "SELECT due_at AS at_ms, id, doc
     FROM commitments
     WHERE practice = $1 AND (due_at, id) > ($2, $3)
     ORDER BY due_at, id
     LIMIT $4",
);

const LIST_BY_STATE: Sql = Sql::both(
    "SELECT due_at AS at_ms, id, doc
     FROM commitments
     WHERE practice = $1 AND (due_at, id) > ($2, $3) AND state = $5
     ORDER BY due_at, id
     LIMIT $4",
);

/// Open commitments of a stretch of time.
const OPEN: Sql = Sql::both(
    "SELECT due_at AS at_ms, id, doc
     FROM commitments
     WHERE practice = $1 AND state IN ('promised', 'in-progress') AND due_at >= $2 AND due_at < $3
     ORDER BY due_at, id",
);

impl Document for Commitment {
    const THING: &'static str = "commitment";

    fn practice(&self) -> &PracticeId {
        &self.practice
    }

    fn version(&mut self) -> &mut i64 {
        &mut self.version
    }
}

/// Those of these that are there, in this order.
pub(crate) async fn get_all(on: On<'_>, practice: &PracticeId, ids: &[CommitmentId]) -> Stored<Vec<Commitment>> {
    let list = rows::encode("id", &ids)?;
    let mut found = fetch!(fetch_all, (Uuid, String), on, GET_ALL, practice.as_str(), list).map_err(failed)?;
    found.sort_by_key(|(id, _)| ids.iter().position(|asked| asked.0 == *id));
    found.iter().map(|(id, doc)| rows::decode(TABLE, id, doc)).collect()
}

pub(crate) async fn get(on: On<'_>, practice: &PracticeId, id: CommitmentId) -> Stored<Option<Commitment>> {
    let row = fetch!(fetch_optional, (String,), on, GET, practice.as_str(), id.0).map_err(failed)?;
    row.map(|(doc,)| rows::decode(TABLE, id, &doc)).transpose()
}

pub(crate) async fn practice_of(on: On<'_>, id: CommitmentId) -> Stored<Option<PracticeId>> {
    let row = fetch!(fetch_optional, (String,), on, PRACTICE, id.0).map_err(failed)?;
    Ok(row.map(|(practice,)| PracticeId(practice)))
}

pub(crate) async fn save(on: On<'_>, practice: &PracticeId, commitment: &mut Commitment) -> Stored<()> {
    let doc = rows::next_version(practice, commitment)?;
    let written = execute!(
        on,
        if commitment.version == 0 { INSERT } else { UPDATE },
        practice.as_str(),
        commitment.id.0,
        commitment.state.as_str(),
        commitment.due.0,
        doc,
        commitment.version,
    )
    .map_err(failed)?;
    rows::saved(commitment, written)
}

pub(crate) async fn open(on: On<'_>, practice: &PracticeId, due: Span) -> Stored<Vec<Commitment>> {
    let found = fetch!(fetch_all, DocRow, on, OPEN, practice.as_str(), due.start.0, due.end.0).map_err(failed)?;
    found.iter().map(|row| rows::decode(TABLE, row.id, &row.doc)).collect()
}

pub(crate) async fn list(
    on: On<'_>,
    practice: &PracticeId,
    state: Option<CommitmentState>,
    page: &Page,
) -> Stored<Listed<Commitment>> {
    let (due, id) = rows::place(TABLE, page, rows::EARLIEST)?;
    let asked = rows::asked(page);
    let found = match state {
        None => fetch!(fetch_all, DocRow, on, LIST, practice.as_str(), due, id, asked),
        Some(state) => {
            fetch!(fetch_all, DocRow, on, LIST_BY_STATE, practice.as_str(), due, id, asked, state.as_str())
        }
    };
    rows::listed(TABLE, found.map_err(failed)?, page)
}
