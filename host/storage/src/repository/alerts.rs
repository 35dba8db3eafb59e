//! Alerts.

use greffon_core::ids::{AlertId, PracticeId};
use greffon_core::model::alert::{Alert, AlertState, LiveState};
use greffon_core::model::care::Level;
use greffon_core::ports::storage::{Listed, Page, Stored};
use uuid::Uuid;

use crate::cursor;
use crate::error::failed;
use crate::rows::{self, DocRow, Document};
use crate::sql::{On, Sql};

const TABLE: &str = "alerts";

/// The name of the list over practices in its cursors.
const LIVE: &str = "live alerts";

const GET: Sql = Sql::both(
    "SELECT doc
     FROM alerts
     WHERE practice = $1 AND id = $2",
);

/// Not scoped: it is the scoping of an alert that is named alone.
const PRACTICE: Sql = Sql::both(
    "SELECT practice
     FROM alerts
     WHERE id = $1",
);

const INSERT: Sql = Sql::both(
    "INSERT INTO alerts (practice, id, state, raised_at, doc, urgency, version)
     VALUES ($1, $2, $3, $4, $5, $7, $6 + 1)
     ON CONFLICT DO NOTHING",
);

const UPDATE: Sql = Sql::both(
    "UPDATE alerts
     SET state = $3, raised_at = $4, doc = $5, urgency = $7, version = $6 + 1
     WHERE practice = $1 AND id = $2 AND version = $6",
);

const LIST: Sql = Sql::both(
    "SELECT raised_at AS at_ms, id, doc
     FROM alerts
     WHERE practice = $1 AND (raised_at, id) < ($2, $3)
     ORDER BY raised_at DESC, id DESC
     LIMIT $4",
);

const LIST_BY_STATE: Sql = Sql::both(
    "SELECT raised_at AS at_ms, id, doc
     FROM alerts
     WHERE practice = $1 AND (raised_at, id) < ($2, $3) AND state = $5
     ORDER BY raised_at DESC, id DESC
     LIMIT $4",
);

/// Over several practices, for whoever looks after all of these.
const LIST_LIVE: Sql = Sql {
    sqlite: "SELECT urgency, raised_at AS at_ms, id, doc
     FROM alerts
     WHERE state = $2 AND practice IN (SELECT value FROM json_each($1)) AND (urgency, raised_at, id) > ($3, $4, $5)
     ORDER BY urgency, raised_at, id
     LIMIT $6",
    postgres: "SELECT urgency, raised_at AS at_ms, id, doc
     FROM alerts
     WHERE state = $2 AND practice = ANY (ARRAY(SELECT value FROM json_array_elements_text($1::json)))
       AND (urgency, raised_at, id) > ($3, $4, $5)
     ORDER BY urgency, raised_at, id
     LIMIT $6",
};

row! {
    /// A row of the list over practices.
    struct LiveRow {
        urgency: i64,
        at_ms: i64,
        id: Uuid,
        doc: String,
    }
}

/// 1 for vital, and so on: an alert is more urgent than another when its number is smaller.
fn urgency(level: Level) -> i64 {
    Level::ALL.into_iter().zip(1..).find(|(one, _)| *one == level).map_or(1, |(_, number)| number)
}

impl Document for Alert {
    const THING: &'static str = "alert";

    fn practice(&self) -> &PracticeId {
        &self.practice
    }

    fn version(&mut self) -> &mut i64 {
        &mut self.version
    }
}

pub(crate) async fn get(on: On<'_>, practice: &PracticeId, id: AlertId) -> Stored<Option<Alert>> {
    let row = fetch!(fetch_optional, (String,), on, GET, practice.as_str(), id.0).map_err(failed)?;
    row.map(|(doc,)| rows::decode(TABLE, id, &doc)).transpose()
}

pub(crate) async fn practice_of(on: On<'_>, id: AlertId) -> Stored<Option<PracticeId>> {
    let row = fetch!(fetch_optional, (String,), on, PRACTICE, id.0).map_err(failed)?;
    Ok(row.map(|(practice,)| PracticeId(practice)))
}

pub(crate) async fn save(on: On<'_>, practice: &PracticeId, alert: &mut Alert) -> Stored<()> {
    let doc = rows::next_version(practice, alert)?;
    let written = execute!(
        on,
        if alert.version == 0 { INSERT } else { UPDATE },
        practice.as_str(),
        alert.id.0,
        alert.state.as_str(),
        alert.raised_at.0,
        doc,
        alert.version,
        urgency(alert.level),
    )
    .map_err(failed)?;
    rows::saved(alert, written)
}

pub(crate) async fn list(
    on: On<'_>,
    practice: &PracticeId,
    state: Option<AlertState>,
    page: &Page,
) -> Stored<Listed<Alert>> {
    let (raised, id) = rows::place(TABLE, page, rows::LATEST)?;
    let asked = rows::asked(page);
    let found = match state {
        None => fetch!(fetch_all, DocRow, on, LIST, practice.as_str(), raised, id, asked),
        Some(state) => {
            fetch!(fetch_all, DocRow, on, LIST_BY_STATE, practice.as_str(), raised, id, asked, state.as_str())
        }
    };
    rows::listed(TABLE, found.map_err(failed)?, page)
}

pub(crate) async fn list_live(
    on: On<'_>,
    practices: &[PracticeId],
    state: LiveState,
    page: &Page,
) -> Stored<Listed<Alert>> {
    let first = (i64::MIN, i64::MIN, Uuid::nil());
    let (urgent, raised, id) = cursor::place(LIVE, page)?.unwrap_or(first);
    let practices = rows::encode("practice", &practices)?;
    let asked = rows::asked(page);
    let state = AlertState::from(state).as_str();
    let found = fetch!(fetch_all, LiveRow, on, LIST_LIVE, practices, state, urgent, raised, id, asked);
    let mut found = found.map_err(failed)?;
    let next = rows::cut(&mut found, page).map(|last| cursor::after(LIVE, &(last.urgency, last.at_ms, last.id)));
    let items = found.iter().map(|row| rows::decode(TABLE, row.id, &row.doc)).collect::<Stored<_>>()?;
    Ok(Listed { items, next })
}
