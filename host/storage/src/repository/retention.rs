//! What is old: found, and removed with all that belongs to it.

use greffon_core::ids::PracticeId;
use greffon_core::model::contact::Contact;
use greffon_core::model::patient::Patient;
use greffon_core::model::trail::Trail;
use greffon_core::ports::storage::{Listed, Page, StorageError, Stored};
use greffon_core::time::Instant;

use crate::error::failed;
use crate::rows::{self, DocRow};
use crate::sql::{On, Sql};

const OLD_CONTACTS: Sql = Sql::both(
    "SELECT received_at AS at_ms, id, doc
     FROM contacts
     WHERE practice = $1 AND state = 'closed' AND received_at < $2 AND (received_at, id) > ($3, $4)
     ORDER BY received_at, id
     LIMIT $5",
);

const OLD_PATIENTS: Sql = Sql::both(
    "SELECT heard_of_at AS at_ms, id, doc
     FROM patients
     WHERE practice = $1 AND merged_into IS NULL AND heard_of_at < $2 AND (heard_of_at, id) > ($3, $4)
     ORDER BY heard_of_at, id
     LIMIT $5",
);

/// The view goes with it, by its foreign key.
const CONTACT: Sql = Sql::both(
    "DELETE FROM contacts
     WHERE practice = $1 AND id = $2 AND version = $3",
);

const PINS: Sql = Sql::both(
    "DELETE FROM pins
     WHERE practice = $1 AND contact = $2",
);

const CLAIMS: Sql = Sql {
    sqlite: "DELETE FROM claims
     WHERE practice = $1 AND intent IN (SELECT unhex(value, '-') FROM json_each($2))",
    postgres: "DELETE FROM claims
     WHERE practice = $1 AND intent IN (SELECT value::uuid FROM json_array_elements_text($2::json))",
};

const INTENTS: Sql = Sql {
    sqlite: "DELETE FROM intents
     WHERE practice = $1 AND id IN (SELECT unhex(value, '-') FROM json_each($2))",
    postgres: "DELETE FROM intents
     WHERE practice = $1 AND id IN (SELECT value::uuid FROM json_array_elements_text($2::json))",
};

const COMMITMENTS: Sql = Sql {
    sqlite: "DELETE FROM commitments
     WHERE practice = $1 AND id IN (SELECT unhex(value, '-') FROM json_each($2))",
    postgres: "DELETE FROM commitments
     WHERE practice = $1 AND id IN (SELECT value::uuid FROM json_array_elements_text($2::json))",
};

const ALERT: Sql = Sql::both(
    "DELETE FROM alerts
     WHERE practice = $1 AND id = $2",
);

const APPOINTMENT: Sql = Sql::both(
    "DELETE FROM appointments
     WHERE practice = $1 AND feature = $2 AND id = $3",
);

/// Messages of a state in which nothing is sent any more.
const MESSAGES: Sql = Sql::both(
    "DELETE FROM messages
     WHERE practice = $1 AND id IN (
         SELECT id
         FROM messages
         WHERE practice = $1 AND created_at < $2 AND state NOT IN ('queued', 'sending')
         ORDER BY created_at, id
         LIMIT $3
     )",
);

const TERMS: Sql = Sql {
    sqlite: "DELETE FROM patient_terms
     WHERE patient IN (SELECT unhex(value, '-') FROM json_each($1))",
    postgres: "DELETE FROM patient_terms
     WHERE patient IN (SELECT value::uuid FROM json_array_elements_text($1::json))",
};

const PATIENTS: Sql = Sql {
    sqlite: "DELETE FROM patients
     WHERE practice = $1 AND id IN (SELECT unhex(value, '-') FROM json_each($2))",
    postgres: "DELETE FROM patients
     WHERE practice = $1 AND id IN (SELECT value::uuid FROM json_array_elements_text($2::json))",
};

/// Whether a record is the stored one, and no contact is about it or those that were
/// found to be it.
const UNNAMED: Sql = Sql {
    sqlite: "SELECT 1
     FROM patients
     WHERE practice = $1 AND id = $2 AND version = $3
       AND NOT EXISTS (
           SELECT 1
           FROM contacts
           WHERE practice = $1 AND patient IN (SELECT unhex(value, '-') FROM json_each($4))
       )",
    postgres: "SELECT 1
     FROM patients
     WHERE practice = $1 AND id = $2 AND version = $3
       AND NOT EXISTS (
           SELECT 1
           FROM contacts
           WHERE practice = $1 AND patient IN (SELECT value::uuid FROM json_array_elements_text($4::json))
       )",
};

pub(crate) async fn old_contacts(
    on: On<'_>,
    practice: &PracticeId,
    before: Instant,
    page: &Page,
) -> Stored<Listed<Contact>> {
    let table = "old contacts";
    let (at, id) = rows::place(table, page, rows::EARLIEST)?;
    let found = fetch!(fetch_all, DocRow, on, OLD_CONTACTS, practice.as_str(), before.0, at, id, rows::asked(page));
    rows::listed(table, found.map_err(failed)?, page)
}

pub(crate) async fn old_patients(
    on: On<'_>,
    practice: &PracticeId,
    before: Instant,
    page: &Page,
) -> Stored<Listed<Patient>> {
    let table = "old patients";
    let (at, id) = rows::place(table, page, rows::EARLIEST)?;
    let found = fetch!(fetch_all, DocRow, on, OLD_PATIENTS, practice.as_str(), before.0, at, id, rows::asked(page));
    rows::listed(table, found.map_err(failed)?, page)
}

pub(crate) async fn remove_contact(mut on: On<'_>, practice: &PracticeId, trail: &Trail) -> Stored<()> {
    let (name, contact) = (practice.as_str(), &trail.contact);
    let written = execute!(on.again(), CONTACT, name, contact.id.0, contact.version).map_err(failed)?;
    if written == 0 {
        return Err(StorageError::Stale { thing: "contact" });
    }
    execute!(on.again(), PINS, name, contact.id.0).map_err(failed)?;
    let intents: Vec<_> = trail.intents.iter().map(|intent| intent.id).collect();
    if !intents.is_empty() {
        let named = rows::encode("intent", &intents)?;
        execute!(on.again(), CLAIMS, name, named.as_str()).map_err(failed)?;
        execute!(on.again(), INTENTS, name, named).map_err(failed)?;
    }
    let commitments: Vec<_> = trail.commitments.iter().map(|commitment| commitment.id).collect();
    if !commitments.is_empty() {
        let named = rows::encode("commitment", &commitments)?;
        execute!(on.again(), COMMITMENTS, name, named).map_err(failed)?;
    }
    if let Some(alert) = contact.alert {
        execute!(on.again(), ALERT, name, alert.0).map_err(failed)?;
    }
    for one in &trail.appointments {
        execute!(on.again(), APPOINTMENT, name, one.feature.as_str(), one.id.as_str()).map_err(failed)?;
    }
    Ok(())
}

pub(crate) async fn remove_patient(mut on: On<'_>, practice: &PracticeId, patient: &Patient) -> Stored<bool> {
    let named = rows::encode("patient", &patient.all_names())?;
    let (name, id) = (practice.as_str(), patient.id.0);
    let unnamed = fetch!(fetch_optional, (i32,), on.again(), UNNAMED, name, id, patient.version, named.as_str());
    if unnamed.map_err(failed)?.is_none() {
        return Ok(false);
    }
    execute!(on.again(), TERMS, named.as_str()).map_err(failed)?;
    execute!(on, PATIENTS, name, named).map_err(failed)?;
    Ok(true)
}

pub(crate) async fn remove_messages(on: On<'_>, practice: &PracticeId, before: Instant, limit: u32) -> Stored<u64> {
    execute!(on, MESSAGES, practice.as_str(), before.0, i64::from(limit)).map_err(failed)
}
