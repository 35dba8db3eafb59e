//! The records that are one patient: the one that stands for them now, and those that were
//! joined to it. What any of them says of relations and wishes counts.

use crate::flow::rows::Rows;
use crate::ids::{PatientId, PracticeId};
use crate::model::patient::{MAX_MERGED, Patient};
use crate::ports::storage::{Storage, Stored, Transaction};

/// The records of a patient, the one that stands for them first; none when it is not known
/// which patient, or it is not kept any more.
pub(crate) async fn records_of(
    storage: &dyn Storage,
    practice: &PracticeId,
    patient: Option<PatientId>,
) -> Stored<Vec<Patient>> {
    all(&mut Rows::Stored(storage, practice), patient).await
}

/// The same in a transaction.
pub(crate) async fn records_in(tx: &mut dyn Transaction, patient: Option<PatientId>) -> Stored<Vec<Patient>> {
    all(&mut Rows::Locked(tx), patient).await
}

/// The same of each patient whom a contact may be about.
pub(crate) async fn records_with(rows: &mut Rows<'_>, patients: Vec<PatientId>) -> Stored<Vec<Patient>> {
    let mut records = Vec::new();
    for patient in patients {
        records.extend(all(rows, Some(patient)).await?);
    }
    Ok(records)
}

/// The record that stands for a patient now.
pub(super) async fn standing_in_storage(
    storage: &dyn Storage,
    practice: &PracticeId,
    patient: PatientId,
) -> Stored<Option<Patient>> {
    root(&mut Rows::Stored(storage, practice), patient).await
}

/// The same in a transaction.
pub(super) async fn standing_in(tx: &mut dyn Transaction, patient: PatientId) -> Stored<Option<Patient>> {
    root(&mut Rows::Locked(tx), patient).await
}

async fn root(rows: &mut Rows<'_>, patient: PatientId) -> Stored<Option<Patient>> {
    let mut next = patient;
    for _ in 0..=MAX_MERGED {
        let Some(found) = rows.patient(next).await? else { return Ok(None) };
        match found.merged_into {
            Some(into) => next = into,
            None => return Ok(Some(found)),
        }
    }
    Ok(None)
}

async fn all(rows: &mut Rows<'_>, patient: Option<PatientId>) -> Stored<Vec<Patient>> {
    let Some(patient) = patient else { return Ok(Vec::new()) };
    let Some(root) = root(rows, patient).await? else { return Ok(Vec::new()) };
    let mut records = vec![root];
    for name in records[0].absorbed.clone() {
        records.extend(rows.patient(name).await?);
    }
    Ok(records)
}
