//! What grids and script last said of a contact.

use greffon_core::ids::{ContactId, PracticeId};
use greffon_core::model::view::Said;
use greffon_core::ports::storage::Stored;

use crate::error::failed;
use crate::rows;
use crate::sql::{On, Sql};

const GET: Sql = Sql::both(
    "SELECT doc
     FROM contact_views
     WHERE practice = $1 AND contact = $2",
);

/// What was said of an earlier version of the contact never replaces what was said
/// of a later one.
const KEEP: Sql = Sql::both(
    "INSERT INTO contact_views (practice, contact, doc)
     SELECT $1, $2, $3
     FROM contacts
     WHERE practice = $1 AND id = $2 AND version = $4
     ON CONFLICT (contact) DO UPDATE SET doc = excluded.doc",
);

pub(crate) async fn get(on: On<'_>, practice: &PracticeId, contact: ContactId) -> Stored<Option<Said>> {
    let row = fetch!(fetch_optional, (String,), on, GET, practice.as_str(), contact.0).map_err(failed)?;
    // What another version of greffon wrote and this one cannot read is asked again.
    Ok(row.and_then(|(doc,)| serde_json::from_str(&doc).ok()))
}

pub(crate) async fn keep(on: On<'_>, practice: &PracticeId, contact: ContactId, said: &Said) -> Stored<()> {
    let doc = rows::encode("view", said)?;
    execute!(on, KEEP, practice.as_str(), contact.0, doc, said.of.contact).map_err(failed)?;
    Ok(())
}
