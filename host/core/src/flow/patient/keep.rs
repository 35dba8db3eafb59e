//! A person corrects a patient of the registry.

use super::Patients;
use crate::flow::act::Act;
use crate::flow::error::{Flow, FlowError, Thing};
use crate::flow::journal::Entry;
use crate::ids::{PatientId, PracticeId};
use crate::model::audit::Actor;
use crate::model::patient::{Change, Patient, change};

/// A patient as a person wants them to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPatient {
    /// What they read: another one has been written since when it is not this.
    pub version: i64,
    /// The whole of it.
    pub change: Change,
}

impl Patients {
    /// Writes a patient anew.
    ///
    /// # Errors
    /// `NotFound(Patient)`, `Conflict` when it was changed since it was read, and those of
    /// [`change`].
    pub async fn change(&self, practice: &PracticeId, id: PatientId, new: NewPatient, actor: &Actor) -> Flow<Patient> {
        let practice = self.acts.practice(practice)?;
        let act = Act::new(&practice, actor, self.acts.now());
        let mut tx = self.storage.begin(&practice.id).await?;
        let before = tx.patient(id).await?.ok_or(FlowError::NotFound(Thing::Patient))?;
        if before.version != new.version {
            return Err(FlowError::Conflict);
        }
        let mut after = change(&before, new.change, actor, act.now)?;
        if after == before {
            return Ok(before);
        }
        let entry = Entry::new("patient.changed")
            .about("patient", id)
            .field("traits", after.traits != before.traits)
            .field("relations", after.relations != before.relations)
            .field("preferences", after.preferences != before.preferences)
            .field("deceased", after.deceased)
            .field("trust", after.trust.as_str());
        self.acts.note(tx.as_mut(), act, entry).await?;
        tx.save_patient(&mut after).await?;
        tx.commit().await?;
        Ok(after)
    }
}
