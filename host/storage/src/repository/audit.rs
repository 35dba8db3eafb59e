//! The journal. Rows are written once; triggers of the database refuse the rest.

use greffon_core::ids::{ContactId, PracticeId};
use greffon_core::model::audit::AuditEvent;
use greffon_core::ports::storage::{Listed, Page, StorageError, Stored};
use serde::Serialize;
use uuid::Uuid;

use crate::error::failed;
use crate::rows::{self, DocRow};
use crate::sql::{On, Sql};

const TABLE: &str = "audit";

const THING: &str = "audit event";

/// All lines of a transaction, as one JSON text.
const INSERT: Sql = Sql {
    sqlite: "INSERT INTO audit (practice, id, at, action, contact, doc)
     SELECT $1, unhex(value ->> 'id', '-'), value ->> 'at', value ->> 'action', unhex(value ->> 'contact', '-'),
            value ->> 'doc'
     FROM json_each($2)
     WHERE true
     ON CONFLICT DO NOTHING",
    postgres: "INSERT INTO audit (practice, id, at, action, contact, doc)
     SELECT $1, id, at, action, contact, doc
     FROM json_to_recordset($2::json) AS line (id uuid, at bigint, action text, contact uuid, doc text)
     ON CONFLICT DO NOTHING",
};

const LIST: Sql = Sql::both(
    "SELECT at AS at_ms, id, doc
     FROM audit
     WHERE practice = $1 AND (at, id) < ($2, $3)
     ORDER BY at DESC, id DESC
     LIMIT $4",
);

const LIST_BY_CONTACT: Sql = Sql::both(
    "SELECT at AS at_ms, id, doc
     FROM audit
     WHERE practice = $1 AND (at, id) < ($2, $3) AND contact = $5
     ORDER BY at DESC, id DESC
     LIMIT $4",
);

/// A line that is written with its transaction.
#[derive(Serialize)]
pub(crate) struct Line {
    id: Uuid,
    at: i64,
    action: String,
    contact: Option<Uuid>,
    doc: String,
}

/// The line of an event, if it can be stored.
pub(crate) fn line(practice: &PracticeId, event: &AuditEvent) -> Stored<Line> {
    if event.practice != *practice {
        return Err(StorageError::NotStorable {
            thing: THING,
            why: "it belongs to another practice than the transaction",
        });
    }
    Ok(Line {
        id: event.id.0,
        at: event.at.0,
        action: rows::key("audit action", &event.action)?.to_owned(),
        contact: event.contact.map(|contact| contact.0),
        doc: rows::encode(THING, event)?,
    })
}

/// Writes lines, all in one statement.
///
/// # Errors
/// `Exists` when one of them was written before; the others may then have been.
pub(crate) async fn write(on: On<'_>, practice: &PracticeId, lines: &[Line]) -> Stored<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let all = rows::encode(THING, &lines)?;
    let written = execute!(on, INSERT, practice.as_str(), all).map_err(failed)?;
    rows::all_new(THING, written, lines.len())
}

pub(crate) async fn list(
    on: On<'_>,
    practice: &PracticeId,
    contact: Option<ContactId>,
    page: &Page,
) -> Stored<Listed<AuditEvent>> {
    let (at, id) = rows::place(TABLE, page, rows::LATEST)?;
    let asked = rows::asked(page);
    let found = match contact {
        None => fetch!(fetch_all, DocRow, on, LIST, practice.as_str(), at, id, asked),
        Some(contact) => fetch!(fetch_all, DocRow, on, LIST_BY_CONTACT, practice.as_str(), at, id, asked, contact.0),
    };
    rows::listed(TABLE, found.map_err(failed)?, page)
}
