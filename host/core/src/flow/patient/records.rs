//! The records that are one patient: the one that stands for them now, and those that were
//! joined to it. What any of them says of relations and wishes counts.

use async_trait::async_trait;

use crate::ids::{PatientId, PracticeId};
use crate::model::patient::{MAX_MERGED, Patient};
use crate::ports::storage::{Storage, Stored, Transaction};

/// Where records are read.
#[async_trait]
trait Registry: Send {
    async fn record(&mut self, id: PatientId) -> Stored<Option<Patient>>;
}

struct InStorage<'a>(&'a dyn Storage, &'a PracticeId);

#[async_trait]
impl Registry for InStorage<'_> {
    async fn record(&mut self, id: PatientId) -> Stored<Option<Patient>> {
        self.0.patient(self.1, id).await
    }
}

struct InTransaction<'a>(&'a mut dyn Transaction);

#[async_trait]
impl Registry for InTransaction<'_> {
    async fn record(&mut self, id: PatientId) -> Stored<Option<Patient>> {
        self.0.patient(id).await
    }
}

/// The records of a patient, the one that stands for them first; none when it is not known
/// which patient, or it is not kept any more.
pub(crate) async fn records_of(
    storage: &dyn Storage,
    practice: &PracticeId,
    patient: Option<PatientId>,
) -> Stored<Vec<Patient>> {
    all(&mut InStorage(storage, practice), patient).await
}

/// The same in a transaction, of each patient whom a contact may be about.
pub(crate) async fn records_in(
    tx: &mut dyn Transaction,
    patients: impl IntoIterator<Item = PatientId> + Send,
) -> Stored<Vec<Patient>> {
    let patients: Vec<PatientId> = patients.into_iter().collect();
    let mut records = Vec::new();
    for patient in patients {
        records.extend(all(&mut InTransaction(&mut *tx), Some(patient)).await?);
    }
    Ok(records)
}

/// The record that stands for a patient now.
pub(super) async fn standing_in_storage(
    storage: &dyn Storage,
    practice: &PracticeId,
    patient: PatientId,
) -> Stored<Option<Patient>> {
    root(&mut InStorage(storage, practice), patient).await
}

/// The same in a transaction.
pub(super) async fn standing_in(tx: &mut dyn Transaction, patient: PatientId) -> Stored<Option<Patient>> {
    root(&mut InTransaction(tx), patient).await
}

async fn root(registry: &mut dyn Registry, patient: PatientId) -> Stored<Option<Patient>> {
    let mut next = patient;
    for _ in 0..=MAX_MERGED {
        let Some(found) = registry.record(next).await? else { return Ok(None) };
        match found.merged_into {
            Some(into) => next = into,
            None => return Ok(Some(found)),
        }
    }
    Ok(None)
}

async fn all(registry: &mut dyn Registry, patient: Option<PatientId>) -> Stored<Vec<Patient>> {
    let Some(patient) = patient else { return Ok(Vec::new()) };
    let Some(root) = root(registry, patient).await? else { return Ok(Vec::new()) };
    let mut records = vec![root];
    for name in records[0].absorbed.clone() {
        records.extend(registry.record(name).await?);
    }
    Ok(records)
}
