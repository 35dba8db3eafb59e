//! Patients, and what they are found by.

use greffon_core::ids::{PatientId, PracticeId};
use greffon_core::model::patient::{Patient, Term, terms_of_patient};
use greffon_core::ports::storage::{Listed, Page, Stored};
use uuid::Uuid;

use crate::error::failed;
use crate::lookup_key::LookupKey;
use crate::rows::{self, DocRow, Document};
use crate::sql::{On, Sql};

const TABLE: &str = "patients";

const GET: Sql = Sql::both(
    "SELECT doc
     FROM patients
     WHERE practice = $1 AND id = $2",
);

const INSERT: Sql = Sql::both(
    "INSERT INTO patients (practice, id, doubtful, merged_into, created_at, terms_key, doc, version, heard_of_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8 + 1, $9)
     ON CONFLICT DO NOTHING",
);

const UPDATE: Sql = Sql::both(
    "UPDATE patients
     SET doubtful = $3, merged_into = $4, created_at = $5, terms_key = $6, doc = $7, version = $8 + 1,
         heard_of_at = $9
     WHERE practice = $1 AND id = $2 AND version = $8",
);

/// Those that have a term, those of the first terms first, and upwards those that they
/// were found to be. Each step goes from few rows into an index, whatever the planner thinks
/// of tables that it has not counted yet: `CROSS JOIN` keeps that order on SQLite, a
/// `LATERAL` with a `LIMIT` on PostgreSQL.
const WITH_TERMS: Sql = Sql {
    sqlite: "WITH RECURSIVE found (id) AS (
         SELECT patient
         FROM (
             SELECT named.patient
             FROM json_each($2) AS wanted
             CROSS JOIN patient_terms AS named
             WHERE named.practice = $1 AND named.term = unhex(wanted.value)
             GROUP BY named.patient
             ORDER BY MIN(wanted.key), named.patient
             LIMIT $3
         )
         UNION
         SELECT patients.merged_into
         FROM found
         CROSS JOIN patients
         WHERE patients.id = found.id AND patients.practice = $1 AND patients.merged_into IS NOT NULL
     )
     SELECT patients.id, patients.doc
     FROM found
     CROSS JOIN patients
     WHERE patients.id = found.id AND patients.practice = $1",
    postgres: "WITH RECURSIVE found (id) AS (
         SELECT patient
         FROM (
             SELECT named.patient
             FROM json_array_elements_text($2::json) WITH ORDINALITY AS wanted (term, place)
             CROSS JOIN LATERAL (
                 SELECT patient
                 FROM patient_terms
                 WHERE practice = $1 AND term = decode(wanted.term, 'hex')
                 ORDER BY patient
                 LIMIT $3
             ) AS named
             GROUP BY named.patient
             ORDER BY MIN(wanted.place), named.patient
             LIMIT $3
         ) AS first
         UNION
         SELECT named.merged_into
         FROM found
         CROSS JOIN LATERAL (
             SELECT merged_into
             FROM patients
             WHERE practice = $1 AND id = found.id
             LIMIT 1
         ) AS named
         WHERE named.merged_into IS NOT NULL
     )
     SELECT named.id, named.doc
     FROM found
     CROSS JOIN LATERAL (
         SELECT id, doc
         FROM patients
         WHERE practice = $1 AND id = found.id
         LIMIT 1
     ) AS named",
};

const DOUBTFUL: Sql = Sql::both(
    "SELECT created_at AS at_ms, id, doc
     FROM patients
     WHERE practice = $1 AND doubtful = 1 AND (created_at, id) > ($2, $3)
     ORDER BY created_at, id
     LIMIT $4",
);

const LOSE_TERMS: Sql = Sql {
    sqlite: "DELETE FROM patient_terms
     WHERE patient = $1 AND term NOT IN (SELECT unhex(value) FROM json_each($2))",
    postgres: "DELETE FROM patient_terms
     WHERE patient = $1 AND term NOT IN (SELECT decode(value, 'hex') FROM json_array_elements_text($2::json))",
};

const ADD_TERMS: Sql = Sql {
    sqlite: "INSERT INTO patient_terms (practice, term, patient)
     SELECT $1, unhex(value), $2
     FROM json_each($3)
     WHERE true
     ON CONFLICT DO NOTHING",
    postgres: "INSERT INTO patient_terms (practice, term, patient)
     SELECT $1, decode(value, 'hex'), $2
     FROM json_array_elements_text($3::json)
     ON CONFLICT DO NOTHING",
};

/// Not scoped: the terms of all practices are hashed with one key.
const OTHER_KEY: Sql = Sql::both(
    "SELECT practice, id
     FROM patients
     WHERE terms_key <> $1
     ORDER BY practice, id
     LIMIT $2",
);

const KEY: Sql = Sql::both(
    "UPDATE patients
     SET terms_key = $3
     WHERE practice = $1 AND id = $2",
);

impl Document for Patient {
    const THING: &'static str = "patient";

    fn practice(&self) -> &PracticeId {
        &self.practice
    }

    fn version(&mut self) -> &mut i64 {
        &mut self.version
    }
}

pub(crate) async fn get(on: On<'_>, practice: &PracticeId, id: PatientId) -> Stored<Option<Patient>> {
    let row = fetch!(fetch_optional, (String,), on, GET, practice.as_str(), id.0).map_err(failed)?;
    row.map(|(doc,)| rows::decode(TABLE, id, &doc)).transpose()
}

pub(crate) async fn with_terms(
    on: On<'_>,
    key: &LookupKey,
    practice: &PracticeId,
    terms: &[Term],
    limit: u32,
) -> Stored<Vec<Patient>> {
    let wanted = hashes(key, practice, terms)?;
    let found = fetch!(fetch_all, (Uuid, String), on, WITH_TERMS, practice.as_str(), wanted, i64::from(limit))
        .map_err(failed)?;
    found.iter().map(|(id, doc)| rows::decode(TABLE, id, doc)).collect()
}

pub(crate) async fn save(mut on: On<'_>, key: &LookupKey, practice: &PracticeId, patient: &mut Patient) -> Stored<()> {
    let doc = rows::next_version(practice, patient)?;
    let is_new = patient.version == 0;
    let written = execute!(
        on.again(),
        if is_new { INSERT } else { UPDATE },
        practice.as_str(),
        patient.id.0,
        i64::from(patient.is_doubtful()),
        patient.merged_into.map(|into| into.0),
        patient.created_at.0,
        key.fingerprint(),
        doc,
        patient.version,
        patient.last_heard_of().0,
    )
    .map_err(failed)?;
    rows::saved(patient, written)?;
    write_terms(on, key, practice, patient, is_new).await
}

/// Patients whose terms are hashed with another key, at most `limit`.
pub(crate) async fn of_other_keys(on: On<'_>, key: &LookupKey, limit: u32) -> Stored<Vec<(PracticeId, PatientId)>> {
    let found =
        fetch!(fetch_all, (String, Uuid), on, OTHER_KEY, key.fingerprint(), i64::from(limit)).map_err(failed)?;
    Ok(found.into_iter().map(|(practice, id)| (PracticeId(practice), PatientId(id))).collect())
}

/// Hashes what a patient is found by with the present key.
pub(crate) async fn renew_terms(mut on: On<'_>, key: &LookupKey, practice: &PracticeId, id: PatientId) -> Stored<()> {
    let Some(patient) = get(on.again(), practice, id).await? else { return Ok(()) };
    write_terms(on.again(), key, practice, &patient, false).await?;
    execute!(on, KEY, practice.as_str(), id.0, key.fingerprint()).map_err(failed)?;
    Ok(())
}

async fn write_terms(
    mut on: On<'_>,
    key: &LookupKey,
    practice: &PracticeId,
    patient: &Patient,
    is_new: bool,
) -> Stored<()> {
    let wanted = hashes(key, practice, &terms_of_patient(patient))?;
    if !is_new {
        execute!(on.again(), LOSE_TERMS, patient.id.0, wanted.as_str()).map_err(failed)?;
    }
    execute!(on, ADD_TERMS, practice.as_str(), patient.id.0, wanted).map_err(failed)?;
    Ok(())
}

pub(crate) async fn doubtful(on: On<'_>, practice: &PracticeId, page: &Page) -> Stored<Listed<Patient>> {
    let (at, id) = rows::place(TABLE, page, rows::EARLIEST)?;
    let found = fetch!(fetch_all, DocRow, on, DOUBTFUL, practice.as_str(), at, id, rows::asked(page));
    rows::listed(TABLE, found.map_err(failed)?, page)
}

/// The terms as they are stored, as a JSON list of hexadecimal digits.
fn hashes(key: &LookupKey, practice: &PracticeId, terms: &[Term]) -> Stored<String> {
    let hashed: Vec<String> = terms.iter().map(|term| key.hash(practice, term)).collect();
    rows::encode("term", &hashed)
}
