//! Appointments: the mirror of confirmed intents.

use greffon_core::ids::{AppointmentId, FeatureId, PracticeId};
use greffon_core::model::intent::Appointment;
use greffon_core::ports::storage::{Listed, Page, StorageError, Stored};
use greffon_core::time::Span;

use crate::cursor;
use crate::error::failed;
use crate::rows::{self, Document};
use crate::sql::{On, Sql};

const TABLE: &str = "appointments";

/// Beyond any calendar: an agenda's garbage must not make the search overflow.
const FAR_MS: i64 = 1 << 61;

const GET: Sql = Sql::both(
    "SELECT doc
     FROM appointments
     WHERE practice = $1 AND feature = $2 AND id = $3",
);

const GET_ALL: Sql = Sql {
    sqlite: "SELECT id, doc
     FROM appointments
     WHERE practice = $1 AND (feature, id) IN (SELECT value ->> 0, value ->> 1 FROM json_each($2))",
    postgres: "SELECT id, doc
     FROM appointments
     WHERE practice = $1 AND (feature, id) IN (SELECT value ->> 0, value ->> 1 FROM json_array_elements($2::json))",
};

const GET_BY_NAME: Sql = Sql::both(
    "SELECT doc
     FROM appointments
     WHERE practice = $1 AND id = $2
     -- One more than the one that can be meant.
     LIMIT 2",
);

/// Not scoped: it is the scoping of an appointment that is named alone.
const PRACTICES: Sql = Sql::both(
    "SELECT DISTINCT practice
     FROM appointments
     WHERE id = $1
     ORDER BY practice",
);

const INSERT: Sql = Sql::both(
    "INSERT INTO appointments (practice, feature, id, start_ms, end_ms, length_ms, doc, version)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8 + 1)
     ON CONFLICT DO NOTHING",
);

const UPDATE: Sql = Sql::both(
    "UPDATE appointments
     SET start_ms = $4, end_ms = $5, length_ms = $6, doc = $7, version = $8 + 1
     WHERE practice = $1 AND feature = $2 AND id = $3 AND version = $8",
);

const LIST: Sql = Sql::both(
    "SELECT start_ms, feature, id, doc
     FROM appointments
     WHERE practice = $1
       AND start_ms < $2
       AND end_ms > $3
       -- Nothing that began earlier than the longest appointment lasts can
       -- reach into the window: so the past is not read.
       AND start_ms > $3 - (SELECT COALESCE(MAX(length_ms), 0) FROM appointments WHERE practice = $1)
       AND (start_ms, feature, id) > ($4, $5, $6)
     ORDER BY start_ms, feature, id
     LIMIT $7",
);

row! {
    struct AppointmentRow {
        start_ms: i64,
        feature: String,
        id: String,
        doc: String,
    }
}

impl Document for Appointment {
    const THING: &'static str = "appointment";

    fn practice(&self) -> &PracticeId {
        &self.practice
    }

    fn version(&mut self) -> &mut i64 {
        &mut self.version
    }
}

/// One appointment. Without a feature, the only one of that name: of two it
/// would be a guess, so there is none.
pub(crate) async fn get(
    on: On<'_>,
    practice: &PracticeId,
    feature: Option<&FeatureId>,
    id: &AppointmentId,
) -> Stored<Option<Appointment>> {
    if !rows::possible(id.as_str()) || feature.is_some_and(|feature| !rows::possible(feature.as_str())) {
        return Ok(None);
    }
    let found = match feature {
        Some(feature) => {
            fetch!(fetch_all, (String,), on, GET, practice.as_str(), feature.as_str(), id.as_str())
        }
        None => fetch!(fetch_all, (String,), on, GET_BY_NAME, practice.as_str(), id.as_str()),
    };
    match found.map_err(failed)?.as_slice() {
        [(doc,)] => rows::decode(TABLE, id, doc).map(Some),
        _ => Ok(None),
    }
}

/// Those of these that are there.
pub(crate) async fn get_all(
    on: On<'_>,
    practice: &PracticeId,
    names: &[(&FeatureId, &AppointmentId)],
) -> Stored<Vec<Appointment>> {
    let is_possible =
        |(feature, id): &&(&FeatureId, &AppointmentId)| rows::possible(feature.as_str()) && rows::possible(id.as_str());
    let possible: Vec<_> = names.iter().filter(is_possible).collect();
    if possible.is_empty() {
        return Ok(Vec::new());
    }
    let list = rows::encode("appointment", &possible)?;
    let found = fetch!(fetch_all, (String, String), on, GET_ALL, practice.as_str(), list).map_err(failed)?;
    found.iter().map(|(id, doc)| rows::decode(TABLE, id, doc)).collect()
}

pub(crate) async fn practices_of(on: On<'_>, id: &AppointmentId) -> Stored<Vec<PracticeId>> {
    if !rows::possible(id.as_str()) {
        return Ok(Vec::new());
    }
    let found = fetch!(fetch_all, (String,), on, PRACTICES, id.as_str()).map_err(failed)?;
    Ok(found.into_iter().map(|(practice,)| PracticeId(practice)).collect())
}

pub(crate) async fn save(on: On<'_>, practice: &PracticeId, appointment: &mut Appointment) -> Stored<()> {
    let doc = rows::next_version(practice, appointment)?;
    let span = appointment.held.span;
    let written = execute!(
        on,
        if appointment.version == 0 { INSERT } else { UPDATE },
        practice.as_str(),
        rows::key("feature", appointment.feature.as_str())?,
        rows::key("appointment id", appointment.id.as_str())?,
        span.start.0,
        span.end.0,
        span.end.millis_since(span.start).clamp(0, FAR_MS),
        doc,
        appointment.version,
    )
    .map_err(failed)?;
    rows::saved(appointment, written)
}

pub(crate) async fn list(on: On<'_>, practice: &PracticeId, window: Span, page: &Page) -> Stored<Listed<Appointment>> {
    let first = (i64::MIN, String::new(), String::new());
    let (at, feature, id) = cursor::place(TABLE, page)?.unwrap_or(first);
    if !rows::possible(&feature) || !rows::possible(&id) {
        return Err(StorageError::InvalidCursor);
    }
    let mut found = fetch!(
        fetch_all,
        AppointmentRow,
        on,
        LIST,
        practice.as_str(),
        window.end.0,
        window.start.0.max(-FAR_MS),
        at,
        feature,
        id,
        rows::asked(page),
    )
    .map_err(failed)?;
    let next = rows::cut(&mut found, page)
        .map(|last| cursor::after(TABLE, &(last.start_ms, last.feature.as_str(), last.id.as_str())));
    let items = found.iter().map(|row| rows::decode(TABLE, &row.id, &row.doc)).collect::<Stored<_>>()?;
    Ok(Listed { items, next })
}
