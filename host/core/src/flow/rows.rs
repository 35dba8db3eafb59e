//! Where an act reads its rows: in the storage as they stand, or in its own transaction, where
//! they are locked.

use crate::ids::{AppointmentId, CommitmentId, ContactId, FeatureId, IntentId, PatientId, PracticeId};
use crate::model::commitment::Commitment;
use crate::model::contact::Contact;
use crate::model::intent::{Appointment, Intent};
use crate::model::patient::Patient;
use crate::ports::storage::{Storage, Stored, Transaction};

/// The rows of one practice.
pub(crate) enum Rows<'a> {
    /// As they stand.
    Stored(&'a dyn Storage, &'a PracticeId),
    /// Locked until the end of the transaction.
    Locked(&'a mut dyn Transaction),
}

impl Rows<'_> {
    pub(super) async fn contact(&mut self, id: ContactId) -> Stored<Option<Contact>> {
        match self {
            Self::Stored(storage, practice) => storage.contact(practice, id).await,
            Self::Locked(tx) => tx.contact(id).await,
        }
    }

    pub(super) async fn patient(&mut self, id: PatientId) -> Stored<Option<Patient>> {
        match self {
            Self::Stored(storage, practice) => storage.patient(practice, id).await,
            Self::Locked(tx) => tx.patient(id).await,
        }
    }

    pub(super) async fn intent(&mut self, id: IntentId) -> Stored<Option<Intent>> {
        match self {
            Self::Stored(storage, practice) => storage.intent(practice, id).await,
            Self::Locked(tx) => tx.intent(id).await,
        }
    }

    pub(super) async fn appointment(&mut self, feature: &FeatureId, id: &AppointmentId) -> Stored<Option<Appointment>> {
        match self {
            Self::Stored(storage, practice) => storage.appointment(practice, Some(feature), id).await,
            Self::Locked(tx) => tx.appointment(feature, id).await,
        }
    }

    pub(super) async fn commitment(&mut self, id: CommitmentId) -> Stored<Option<Commitment>> {
        match self {
            Self::Stored(storage, practice) => storage.commitment(practice, id).await,
            Self::Locked(tx) => tx.commitment(id).await,
        }
    }
}
