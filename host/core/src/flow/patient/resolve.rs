//! A person says which records are one patient, and which are not.

use greffon_words::refusals;
use serde::{Deserialize, Serialize};

use super::Patients;
use crate::flow::act::Act;
use crate::flow::error::{Flow, FlowError, Thing};
use crate::flow::journal::Entry;
use crate::ids::{PatientId, PracticeId};
use crate::model::audit::Actor;
use crate::model::patient::{MAX_MERGED, Patient, distinguish, merge, part};
use crate::model::refusal::Refusal;
use crate::ports::storage::Transaction;

/// Two records and what is said of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NewJoin {
    /// The first is the second.
    Same(PatientId),
    /// They are two people.
    Distinct(PatientId),
    /// The first is not this one, which it was joined to, after all.
    Apart(PatientId),
}

impl Patients {
    /// Joins a record to another, tells them apart, or takes a joining back. Contacts keep
    /// the record that they name, so that nothing is lost by either.
    ///
    /// # Errors
    /// `NotFound(Patient)`, those of [`merge`], [`distinguish`] and [`part`], `Storage`.
    pub async fn resolve(&self, practice: &PracticeId, id: PatientId, join: NewJoin, actor: &Actor) -> Flow<Patient> {
        let practice = self.acts.practice(practice)?;
        let act = Act::new(&practice, actor, self.acts.now());
        let mut tx = self.storage.begin(&practice.id).await?;
        let one = locked(tx.as_mut(), id).await?;
        let (mut one, mut others, entry) = match join {
            // Said again, as an answer may have been lost.
            NewJoin::Same(into) if one.merged_into == Some(into) => return Ok(one),
            NewJoin::Distinct(from) if one.distinct.contains(&from) => return Ok(one),
            NewJoin::Same(into) => {
                let into = locked(tx.as_mut(), into).await?;
                let (one, into) = merge(&one, &into)?;
                let entry = Entry::new("patient.joined").field("into", into.id);
                (one, vec![into], entry)
            }
            NewJoin::Distinct(from) => {
                let from = locked(tx.as_mut(), from).await?;
                let (one, from) = distinguish(&one, &from)?;
                let entry = Entry::new("patient.told-apart").field("from", from.id);
                (one, vec![from], entry)
            }
            NewJoin::Apart(from) => {
                if one.merged_into != Some(from) {
                    return Err(Refusal::not_allowed("patient-not-merged", refusals::patient_not_merged()).into());
                }
                let mut above = Vec::new();
                let mut next = one.merged_into;
                while let Some(id) = next.filter(|_| above.len() <= MAX_MERGED) {
                    let patient = locked(tx.as_mut(), id).await?;
                    next = patient.merged_into;
                    above.push(patient);
                }
                let (one, above) = part(&one, &above)?;
                (one, above, Entry::new("patient.parted"))
            }
        };
        self.acts.note(tx.as_mut(), act, entry.about("patient", id)).await?;
        tx.save_patient(&mut one).await?;
        for other in &mut others {
            tx.save_patient(other).await?;
        }
        tx.commit().await?;
        Ok(one)
    }
}

async fn locked(tx: &mut dyn Transaction, id: PatientId) -> Flow<Patient> {
    tx.patient(id).await?.ok_or(FlowError::NotFound(Thing::Patient))
}
