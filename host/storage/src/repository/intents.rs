//! Booking intents, with their claims.

use greffon_core::ids::{ContactId, IntentId, OpId, PatientId, PracticeId};
use greffon_core::model::intent::Intent;
use greffon_core::ports::storage::{Listed, Page, StorageError, Stored};
use greffon_core::time::Span;
use uuid::Uuid;

use crate::error::failed;
use crate::repository::claims::{self, taken};
use crate::rows::{self, DocRow, Document};
use crate::sql::{On, Sql};

const TABLE: &str = "intents";

const GET: Sql = Sql::both(
    "SELECT doc
     FROM intents
     WHERE practice = $1 AND id = $2",
);

const GET_ALL: Sql = Sql {
    sqlite: "SELECT id, doc
     FROM intents
     WHERE practice = $1 AND id IN (SELECT unhex(value, '-') FROM json_each($2))",
    postgres: "SELECT id, doc
     FROM intents
     WHERE practice = $1 AND id IN (SELECT value::uuid FROM json_array_elements_text($2::json))",
};

const ABOUT: Sql = Sql {
    sqlite: "SELECT intents.id, intents.doc
     FROM (
         SELECT contacts.id
         FROM json_each($2) AS wanted
         CROSS JOIN contacts
         WHERE contacts.practice = $1 AND contacts.patient = unhex(wanted.value, '-')
         ORDER BY contacts.received_at DESC, contacts.id DESC
         LIMIT $3
     ) AS newest
     CROSS JOIN intents
     WHERE intents.practice = $1 AND intents.contact = newest.id",
    postgres: "SELECT made.id, made.doc
     FROM (
         SELECT about.id
         FROM json_array_elements_text($2::json) AS wanted (patient)
         CROSS JOIN LATERAL (
             SELECT id, received_at
             FROM contacts
             WHERE practice = $1 AND patient = wanted.patient::uuid
             ORDER BY received_at DESC, id DESC
             LIMIT $3
         ) AS about
         ORDER BY about.received_at DESC, about.id DESC
         LIMIT $3
     ) AS newest
     CROSS JOIN LATERAL (SELECT id, doc FROM intents WHERE practice = $1 AND contact = newest.id) AS made",
};

const IN_CONTACT: Sql = Sql::both(
    "SELECT id, doc
     FROM intents
     WHERE practice = $1 AND contact = $2
     ORDER BY id",
);

/// Claims are of live intents only.
const HOLDING: Sql = Sql {
    sqlite: "SELECT id, doc
     FROM intents
     WHERE practice = $1 AND id IN (
         SELECT intent
         FROM claims
         WHERE practice = $1 AND resource IN (SELECT value FROM json_each($2)) AND end_ms > $3 AND start_ms < $4
     )
     ORDER BY id",
    postgres: "SELECT id, doc
     FROM intents
     WHERE practice = $1 AND id IN (
         SELECT intent
         FROM claims
         WHERE practice = $1 AND resource IN (SELECT value FROM json_array_elements_text($2::json))
           AND end_ms > $3 AND start_ms < $4
     )
     ORDER BY id",
};

/// Ids are in the order of their making (UUIDv7).
const TO_VERIFY: Sql = Sql::both(
    "SELECT CAST(0 AS BIGINT) AS at_ms, id, doc
     FROM intents
     WHERE practice = $1 AND state = 'needs-human' AND (CAST(0 AS BIGINT), id) < ($2, $3)
     ORDER BY id DESC
     LIMIT $4",
);

const GET_BY_OP: Sql = Sql::both(
    "SELECT doc
     FROM intents
     WHERE practice = $1 AND op = $2",
);

const INSERT: Sql = Sql {
    sqlite: concat!(
        "INSERT INTO intents (practice, id, op, state, doc, version, contact)
     SELECT $1, $2, $3, $4, $5, $6 + 1, $9
     WHERE NOT EXISTS (",
        taken!(@sqlite "1"),
        ")
     ON CONFLICT DO NOTHING"
    ),
    postgres: concat!(
        "INSERT INTO intents (practice, id, op, state, doc, version, contact)
     SELECT $1, $2, $3, $4, $5, $6 + 1, $9
     WHERE NOT EXISTS (",
        taken!(@postgres "1"),
        ")
     ON CONFLICT DO NOTHING"
    ),
};

/// An op-id is for ever.
const UPDATE: Sql = Sql {
    sqlite: concat!(
        "UPDATE intents
     SET state = $4, doc = $5, version = $6 + 1, contact = $9
     WHERE practice = $1 AND id = $2 AND op = $3 AND version = $6
       AND NOT EXISTS (",
        taken!(@sqlite "1"),
        ")"
    ),
    postgres: concat!(
        "UPDATE intents
     SET state = $4, doc = $5, version = $6 + 1, contact = $9
     WHERE practice = $1 AND id = $2 AND op = $3 AND version = $6
       AND NOT EXISTS (",
        taken!(@postgres "1"),
        ")"
    ),
};

/// Which resource is taken, if nothing else kept the intent from being saved.
const TAKEN: Sql = Sql {
    sqlite: concat!(
        taken!(@sqlite "claims.resource"),
        " AND CASE $6 WHEN 0
             THEN NOT EXISTS (SELECT 1 FROM intents WHERE id = $2 OR (practice = $1 AND op = $3))
             ELSE EXISTS (SELECT 1 FROM intents WHERE practice = $1 AND id = $2 AND op = $3 AND version = $6)
             END
         LIMIT 1"
    ),
    postgres: concat!(
        taken!(@postgres "claims.resource"),
        " AND CASE $6 WHEN 0
             THEN NOT EXISTS (SELECT 1 FROM intents WHERE id = $2 OR (practice = $1 AND op = $3))
             ELSE EXISTS (SELECT 1 FROM intents WHERE practice = $1 AND id = $2 AND op = $3 AND version = $6)
             END
         LIMIT 1"
    ),
};

impl Document for Intent {
    const THING: &'static str = "intent";

    fn practice(&self) -> &PracticeId {
        &self.practice
    }

    fn version(&mut self) -> &mut i64 {
        &mut self.version
    }
}

/// Those of these that are there, in this order.
pub(crate) async fn get_all(on: On<'_>, practice: &PracticeId, ids: &[IntentId]) -> Stored<Vec<Intent>> {
    let list = rows::encode("id", &ids)?;
    let mut found = fetch!(fetch_all, (Uuid, String), on, GET_ALL, practice.as_str(), list).map_err(failed)?;
    found.sort_by_key(|(id, _)| ids.iter().position(|asked| asked.0 == *id));
    found.iter().map(|(id, doc)| rows::decode(TABLE, id, doc)).collect()
}

pub(crate) async fn get(on: On<'_>, practice: &PracticeId, id: IntentId) -> Stored<Option<Intent>> {
    let row = fetch!(fetch_optional, (String,), on, GET, practice.as_str(), id.0).map_err(failed)?;
    row.map(|(doc,)| rows::decode(TABLE, id, &doc)).transpose()
}

/// Those that were made in the latest contacts about one of these patients.
pub(crate) async fn about(
    on: On<'_>,
    practice: &PracticeId,
    patients: &[PatientId],
    contacts: u32,
) -> Stored<Vec<Intent>> {
    let list = rows::encode("id", &patients)?;
    let found =
        fetch!(fetch_all, (Uuid, String), on, ABOUT, practice.as_str(), list, i64::from(contacts)).map_err(failed)?;
    found.iter().map(|(id, doc)| rows::decode(TABLE, id, doc)).collect()
}

/// Those that were made in this contact.
pub(crate) async fn in_contact(on: On<'_>, practice: &PracticeId, contact: ContactId) -> Stored<Vec<Intent>> {
    let found = fetch!(fetch_all, (Uuid, String), on, IN_CONTACT, practice.as_str(), contact.0).map_err(failed)?;
    found.iter().map(|(id, doc)| rows::decode(TABLE, id, doc)).collect()
}

/// Those that hold a live claim on one of these resources inside a window, by id.
pub(crate) async fn holding(
    on: On<'_>,
    practice: &PracticeId,
    resources: &[String],
    window: Span,
) -> Stored<Vec<Intent>> {
    let list = rows::encode("claim", &resources)?;
    let found = fetch!(fetch_all, (Uuid, String), on, HOLDING, practice.as_str(), list, window.start.0, window.end.0)
        .map_err(failed)?;
    found.iter().map(|(id, doc)| rows::decode(TABLE, id, doc)).collect()
}

/// Those that wait for a person, newest first.
pub(crate) async fn to_verify(on: On<'_>, practice: &PracticeId, page: &Page) -> Stored<Listed<Intent>> {
    let (at, id) = rows::place(TABLE, page, rows::LATEST)?;
    let asked = rows::asked(page);
    let found = fetch!(fetch_all, DocRow, on, TO_VERIFY, practice.as_str(), at, id, asked).map_err(failed)?;
    rows::listed(TABLE, found, page)
}

pub(crate) async fn get_by_op(on: On<'_>, practice: &PracticeId, op: &OpId) -> Stored<Option<Intent>> {
    if !rows::possible(op.as_str()) {
        return Ok(None);
    }
    let row = fetch!(fetch_optional, (String,), on, GET_BY_OP, practice.as_str(), op.as_str()).map_err(failed)?;
    row.map(|(doc,)| rows::decode(TABLE, op, &doc)).transpose()
}

/// Saves the intent and makes its claims what it says; `before` is the intent of the
/// version that is replaced, where the transaction knows it. After a refusal nothing
/// was done.
pub(crate) async fn save(
    mut on: On<'_>,
    practice: &PracticeId,
    intent: &mut Intent,
    before: Option<&Intent>,
) -> Stored<()> {
    let doc = rows::next_version(practice, intent)?;
    let op = rows::key("op-id", intent.op.as_str())?;
    let wanted = claims::rows_of(intent)?;
    let json = rows::encode("claim", &wanted)?;
    let (name, id, state, version, chain) =
        (practice.as_str(), intent.id.0, intent.state.as_str(), intent.version, intent.chain.0);
    let save = if version == 0 { INSERT } else { UPDATE };
    let doc = doc.as_str();
    let contact = intent.contact.map(|contact| contact.0);
    let written =
        execute!(on.again(), save, name, id, op, state, doc, version, json.as_str(), chain, contact).map_err(failed)?;
    if written > 0 {
        let held = match before.filter(|before| before.version == version) {
            _ if version == 0 => Some(Vec::new()),
            Some(before) => Some(claims::rows_of(before)?),
            None => None,
        };
        if held.as_ref() != Some(&wanted) {
            let holds_some = held.is_none_or(|held| !held.is_empty());
            claims::replace(on, intent, holds_some, &wanted, &json).await?;
        }
    } else if !wanted.is_empty() {
        let taken =
            fetch!(fetch_optional, (String,), on, TAKEN, name, id, op, state, doc, version, json.as_str(), chain);
        if let Some((resource,)) = taken.map_err(failed)? {
            return Err(StorageError::ClaimTaken { resource });
        }
    }
    rows::saved(intent, written)
}
