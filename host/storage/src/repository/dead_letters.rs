//! Jobs that were given up.

use greffon_core::ids::{JobId, PracticeId};
use greffon_core::model::dead_letter::{DeadLetter, DeadLetterState};
use greffon_core::ports::storage::{Listed, Page, Stored};

use crate::error::failed;
use crate::rows::{self, DocRow, Document};
use crate::sql::{On, Sql};

const TABLE: &str = "dead_letters";

const GET: Sql = Sql::both(
    "SELECT doc
     FROM dead_letters
     WHERE practice = $1 AND id = $2",
);

/// Not scoped: it is the scoping of a dead letter that is named alone.
const PRACTICE: Sql = Sql::both(
    "SELECT practice
     FROM dead_letters
     WHERE id = $1",
);

const INSERT: Sql = Sql::both(
    "INSERT INTO dead_letters (practice, id, state, died_at, doc, version)
     VALUES ($1, $2, $3, $4, $5, $6 + 1)
     ON CONFLICT DO NOTHING",
);

const UPDATE: Sql = Sql::both(
    "UPDATE dead_letters
     SET state = $3, died_at = $4, doc = $5, version = $6 + 1
     WHERE practice = $1 AND id = $2 AND version = $6",
);

const LIST: Sql = Sql::both(
    "SELECT died_at AS at_ms, id, doc
     FROM dead_letters
     WHERE practice = $1 AND (died_at, id) < ($2, $3)
     ORDER BY died_at DESC, id DESC
     LIMIT $4",
);

const LIST_BY_STATE: Sql = Sql::both(
    "SELECT died_at AS at_ms, id, doc
     FROM dead_letters
     WHERE practice = $1 AND (died_at, id) < ($2, $3) AND state = $5
     ORDER BY died_at DESC, id DESC
     LIMIT $4",
);

impl Document for DeadLetter {
    const THING: &'static str = "dead letter";

    fn practice(&self) -> &PracticeId {
        &self.practice
    }

    fn version(&mut self) -> &mut i64 {
        &mut self.version
    }
}

pub(crate) async fn get(on: On<'_>, practice: &PracticeId, id: JobId) -> Stored<Option<DeadLetter>> {
    let row = fetch!(fetch_optional, (String,), on, GET, practice.as_str(), id.0).map_err(failed)?;
    row.map(|(doc,)| rows::decode(TABLE, id, &doc)).transpose()
}

pub(crate) async fn practice_of(on: On<'_>, id: JobId) -> Stored<Option<PracticeId>> {
    let row = fetch!(fetch_optional, (String,), on, PRACTICE, id.0).map_err(failed)?;
    Ok(row.map(|(practice,)| PracticeId(practice)))
}

pub(crate) async fn save(on: On<'_>, practice: &PracticeId, letter: &mut DeadLetter) -> Stored<()> {
    let doc = rows::next_version(practice, letter)?;
    let written = execute!(
        on,
        if letter.version == 0 { INSERT } else { UPDATE },
        practice.as_str(),
        letter.id.0,
        letter.state.as_str(),
        letter.died_at.0,
        doc,
        letter.version,
    )
    .map_err(failed)?;
    rows::saved(letter, written)
}

pub(crate) async fn list(
    on: On<'_>,
    practice: &PracticeId,
    state: Option<DeadLetterState>,
    page: &Page,
) -> Stored<Listed<DeadLetter>> {
    let (died, id) = rows::place(TABLE, page, rows::LATEST)?;
    let asked = rows::asked(page);
    let found = match state {
        None => fetch!(fetch_all, DocRow, on, LIST, practice.as_str(), died, id, asked),
        Some(state) => {
            fetch!(fetch_all, DocRow, on, LIST_BY_STATE, practice.as_str(), died, id, asked, state.as_str())
        }
    };
    rows::listed(TABLE, found.map_err(failed)?, page)
}
