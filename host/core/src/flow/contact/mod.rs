//! Contacts, from their arrival to their end.

mod advance;
mod close;
mod consequences;
mod disclose;
mod facts;
mod patient;
mod receive;
mod script_effects;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use self::disclose::Disclosed;
use super::act::Acts;
use super::alert::Alerts;
use super::commitment::Commitments;
use super::error::{Flow, FlowError, Thing};
use super::message::Messages;
use super::patient::Patients;
use crate::ids::{AppointmentId, ContactId, PatientId};
use crate::model::care::{Level, Source, Value};
use crate::model::contact::{Contact, ContactChannel, OverrideCode, RecapOutcome};
use crate::model::practice::Practice;
use crate::ports::storage::Storage;

/// Receives contacts, takes them further, and ends them.
#[derive(Clone)]
pub struct Contacts {
    acts: Acts,
    storage: Arc<dyn Storage>,
    messages: Messages,
    commitments: Commitments,
    alerts: Alerts,
    patients: Patients,
}

impl Contacts {
    pub(super) fn new(
        acts: Acts,
        storage: Arc<dyn Storage>,
        messages: Messages,
        commitments: Commitments,
        alerts: Alerts,
        patients: Patients,
    ) -> Self {
        Self { acts, storage, messages, commitments, alerts, patients }
    }

    async fn stored(&self, practice: &Practice, id: ContactId) -> Flow<Contact> {
        self.storage.contact(&practice.id, id).await?.ok_or(FlowError::NotFound(Thing::Contact))
    }
}

/// A contact that just arrived.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewContact {
    /// How.
    pub channel: ContactChannel,
    /// Number or address, as the network gave it.
    #[serde(default)]
    pub origin: Option<String>,
    /// What is known already.
    #[serde(default)]
    pub facts: Vec<NewFact>,
    /// The appointment that it is about.
    #[serde(default)]
    pub about: Option<AppointmentId>,
}

/// An answer to be written down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewFact {
    /// Key.
    pub key: String,
    /// Answer.
    pub value: Value,
    /// Who gave it; the caller when absent.
    #[serde(default)]
    pub source: Option<Source>,
}

/// The end of a contact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewClosing {
    /// What the caller said to the recap.
    pub recap: RecapOutcome,
    /// What was said.
    #[serde(default)]
    pub statements: Vec<NewStatement>,
    /// Why it is closed with facts missing.
    #[serde(default)]
    pub overriding: Option<NewOverride>,
}

/// Why a contact is closed although something is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewOverride {
    /// The reason, of the list.
    pub code: OverrideCode,
    /// The same in words, at least three.
    pub words: String,
}

/// Something that was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NewStatement {
    /// An approved instruction of the practice, by id.
    Instruction(String),
    /// Free words: kept, and marked as such.
    Free(String),
}

/// Which patient of the registry a contact is about, as a person says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NewPatientChoice {
    /// This one.
    Known(PatientId),
    /// None of those that it resembles.
    Somebody,
}

/// A clinician's decision to lower a level (S2), or anybody's to raise it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewLevel {
    /// To what.
    pub level: Level,
    /// Why; at least three words when it lowers.
    pub reason: String,
}
