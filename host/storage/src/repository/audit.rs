//! The journal. Rows are written once; triggers of the database refuse the rest.

use greffon_core::ids::{ContactId, PracticeId};
use greffon_core::model::audit::AuditEvent;
use greffon_core::ports::storage::{Listed, Page, StorageError, Stored};

use crate::error::failed;
use crate::rows::{self, DocRow};
use crate::sql::{On, Sql};

const TABLE: &str = "audit";

const THING: &str = "audit event";

const INSERT: Sql = Sql::both(
    "INSERT INTO audit (practice, id, at, action, contact, doc)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT DO NOTHING",
);

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

pub(crate) async fn write(on: On<'_>, practice: &PracticeId, event: &AuditEvent) -> Stored<()> {
    if event.practice != *practice {
        return Err(StorageError::NotStorable {
            thing: THING,
            why: "it belongs to another practice than the transaction",
        });
    }
    let doc = rows::encode(THING, event)?;
    let written = execute!(
        on,
        INSERT,
        practice.as_str(),
        event.id.0,
        event.at.0,
        rows::key("audit action", &event.action)?,
        event.contact.map(|contact| contact.0),
        doc,
    )
    .map_err(failed)?;
    if written == 0 { Err(StorageError::Exists { thing: THING }) } else { Ok(()) }
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
