//! Contacts.

use greffon_core::ids::{ContactId, PatientId, PracticeId};
use greffon_core::model::contact::{Contact, ContactState};
use greffon_core::ports::storage::{Listed, Page, Stored};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::failed;
use crate::rows::{self, DocRow, Document};
use crate::sql::{On, Sql};

const TABLE: &str = "contacts";

const GET: Sql = Sql::both(
    "SELECT doc
     FROM contacts
     WHERE practice = $1 AND id = $2",
);

/// Not scoped: it is the scoping of a contact that is named alone.
const PRACTICE: Sql = Sql::both(
    "SELECT practice
     FROM contacts
     WHERE id = $1",
);

const INSERT: Sql = Sql::both(
    "INSERT INTO contacts (practice, id, state, received_at, origin_hash, patient, doc, version)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8 + 1)
     ON CONFLICT DO NOTHING",
);

const UPDATE: Sql = Sql::both(
    "UPDATE contacts
     SET state = $3, received_at = $4, origin_hash = $5, patient = $6, doc = $7, version = $8 + 1
     WHERE practice = $1 AND id = $2 AND version = $8",
);

const LIST: Sql = Sql::both(
    "SELECT received_at AS at_ms, id, doc
     FROM contacts
     WHERE practice = $1 AND (received_at, id) < ($2, $3)
     ORDER BY received_at DESC, id DESC
     LIMIT $4",
);

const LIST_BY_STATE: Sql = Sql::both(
    "SELECT received_at AS at_ms, id, doc
     FROM contacts
     WHERE practice = $1 AND (received_at, id) < ($2, $3) AND state = $5
     ORDER BY received_at DESC, id DESC
     LIMIT $4",
);

/// Of each index only the newest rows are read: a condition with `OR` would let PostgreSQL
/// read the whole practice backwards for somebody who never called.
const LATEST_OF: Sql = Sql {
    sqlite: "WITH named (id, received_at) AS (
         SELECT id, received_at
         FROM (
             SELECT id, received_at
             FROM contacts
             WHERE practice = $1 AND origin_hash = $2
             ORDER BY received_at DESC, id DESC
             LIMIT $4
         )
         UNION
         SELECT contacts.id, contacts.received_at
         FROM json_each($3) AS wanted
         CROSS JOIN contacts
         WHERE contacts.practice = $1 AND contacts.patient = unhex(wanted.value, '-')
     )
     SELECT contacts.id, contacts.doc
     FROM (SELECT id, received_at FROM named ORDER BY received_at DESC, id DESC LIMIT $4) AS newest
     CROSS JOIN contacts
     WHERE contacts.practice = $1 AND contacts.id = newest.id
     ORDER BY newest.received_at DESC, newest.id DESC",
    postgres: "WITH named (id, received_at) AS (
         (
             SELECT id, received_at
             FROM contacts
             WHERE practice = $1 AND origin_hash = $2
             ORDER BY received_at DESC, id DESC
             LIMIT $4
         )
         UNION
         SELECT about.id, about.received_at
         FROM json_array_elements_text($3::json) AS wanted (patient)
         CROSS JOIN LATERAL (
             SELECT id, received_at
             FROM contacts
             WHERE practice = $1 AND patient = wanted.patient::uuid
             ORDER BY received_at DESC, id DESC
             LIMIT $4
         ) AS about
     )
     SELECT newest.id, one.doc
     FROM (SELECT id, received_at FROM named ORDER BY received_at DESC, id DESC LIMIT $4) AS newest
     CROSS JOIN LATERAL (SELECT doc FROM contacts WHERE practice = $1 AND id = newest.id LIMIT 1) AS one
     ORDER BY newest.received_at DESC, newest.id DESC",
};

impl Document for Contact {
    const THING: &'static str = "contact";

    fn practice(&self) -> &PracticeId {
        &self.practice
    }

    fn version(&mut self) -> &mut i64 {
        &mut self.version
    }
}

pub(crate) async fn get(on: On<'_>, practice: &PracticeId, id: ContactId) -> Stored<Option<Contact>> {
    let row = fetch!(fetch_optional, (String,), on, GET, practice.as_str(), id.0).map_err(failed)?;
    row.map(|(doc,)| rows::decode(TABLE, id, &doc)).transpose()
}

pub(crate) async fn practice_of(on: On<'_>, id: ContactId) -> Stored<Option<PracticeId>> {
    let row = fetch!(fetch_optional, (String,), on, PRACTICE, id.0).map_err(failed)?;
    Ok(row.map(|(practice,)| PracticeId(practice)))
}

pub(crate) async fn save(on: On<'_>, practice: &PracticeId, contact: &mut Contact) -> Stored<()> {
    let doc = rows::next_version(practice, contact)?;
    let written = execute!(
        on,
        if contact.version == 0 { INSERT } else { UPDATE },
        practice.as_str(),
        contact.id.0,
        contact.state.as_str(),
        contact.received_at.0,
        contact.origin.as_deref().map(|origin| origin_hash(practice, origin)),
        contact.patient.patient().map(|patient| patient.0),
        doc,
        contact.version,
    )
    .map_err(failed)?;
    rows::saved(contact, written)
}

pub(crate) async fn list(
    on: On<'_>,
    practice: &PracticeId,
    state: Option<ContactState>,
    page: &Page,
) -> Stored<Listed<Contact>> {
    let (at, id) = rows::place(TABLE, page, rows::LATEST)?;
    let asked = rows::asked(page);
    let found = match state {
        None => fetch!(fetch_all, DocRow, on, LIST, practice.as_str(), at, id, asked),
        Some(state) => {
            fetch!(fetch_all, DocRow, on, LIST_BY_STATE, practice.as_str(), at, id, asked, state.as_str())
        }
    };
    rows::listed(TABLE, found.map_err(failed)?, page)
}

pub(crate) async fn latest_of(
    on: On<'_>,
    practice: &PracticeId,
    origin: Option<&str>,
    patients: &[PatientId],
    limit: u32,
) -> Stored<Vec<Contact>> {
    let hash = origin.map(|origin| origin_hash(practice, origin));
    let named = rows::encode("patient", &patients)?;
    let found = fetch!(fetch_all, (Uuid, String), on, LATEST_OF, practice.as_str(), hash, named, i64::from(limit))
        .map_err(failed)?;
    found.iter().map(|(id, doc)| rows::decode(TABLE, id, doc)).collect()
}

/// Finds contacts of one origin without keeping the number outside `doc`. The
/// practice is in it, so that rows of two practices cannot be joined; who has
/// the database and tries all numbers finds it nevertheless.
fn origin_hash(practice: &PracticeId, origin: &str) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(practice.as_str());
    // No practice's name holds a NUL, so that two pairs never run together.
    hash.update([0]);
    hash.update(origin);
    hash.finalize().to_vec()
}
