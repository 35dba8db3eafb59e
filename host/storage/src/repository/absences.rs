//! Absences that were told.

use greffon_core::ids::{AbsenceId, PracticeId};
use greffon_core::model::absence::ReportedAbsence;
use greffon_core::ports::storage::Stored;
use greffon_core::time::Span;
use uuid::Uuid;

use crate::error::failed;
use crate::rows::{self, Document};
use crate::sql::{On, Sql};

const TABLE: &str = "absences";

const GET: Sql = Sql::both(
    "SELECT doc
     FROM absences
     WHERE practice = $1 AND id = $2",
);

/// One that was ended before it began takes no time.
const OVERLAPPING: Sql = Sql::both(
    "SELECT id, doc
     FROM absences
     WHERE practice = $1 AND until_ms > $2 AND from_ms < $3 AND from_ms < until_ms
     ORDER BY from_ms, id",
);

const INSERT: Sql = Sql::both(
    "INSERT INTO absences (practice, id, from_ms, until_ms, doc, version)
     VALUES ($1, $2, $3, $4, $5, $6 + 1)
     ON CONFLICT DO NOTHING",
);

const UPDATE: Sql = Sql::both(
    "UPDATE absences
     SET from_ms = $3, until_ms = $4, doc = $5, version = $6 + 1
     WHERE practice = $1 AND id = $2 AND version = $6",
);

impl Document for ReportedAbsence {
    const THING: &'static str = "absence";

    fn practice(&self) -> &PracticeId {
        &self.practice
    }

    fn version(&mut self) -> &mut i64 {
        &mut self.version
    }
}

pub(crate) async fn get(on: On<'_>, practice: &PracticeId, id: AbsenceId) -> Stored<Option<ReportedAbsence>> {
    let row = fetch!(fetch_optional, (String,), on, GET, practice.as_str(), id.0).map_err(failed)?;
    row.map(|(doc,)| rows::decode(TABLE, id, &doc)).transpose()
}

pub(crate) async fn overlapping(on: On<'_>, practice: &PracticeId, window: Span) -> Stored<Vec<ReportedAbsence>> {
    let found = fetch!(fetch_all, (Uuid, String), on, OVERLAPPING, practice.as_str(), window.start.0, window.end.0)
        .map_err(failed)?;
    found.iter().map(|(id, doc)| rows::decode(TABLE, id, doc)).collect()
}

pub(crate) async fn save(on: On<'_>, practice: &PracticeId, absence: &mut ReportedAbsence) -> Stored<()> {
    let doc = rows::next_version(practice, absence)?;
    let until = absence.until.map_or(i64::MAX, |until| until.0);
    let sql = if absence.version == 0 { INSERT } else { UPDATE };
    let written = execute!(on, sql, practice.as_str(), absence.id.0, absence.from.0, until, doc, absence.version)
        .map_err(failed)?;
    rows::saved(absence, written)
}
