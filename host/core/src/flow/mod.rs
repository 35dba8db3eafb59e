//! The road of a contact, one file per step. Each step loads, decides with the
//! pure functions of [`crate::model`], stores in one transaction, and only then
//! calls plugins.

mod advance_contact;
mod agenda_calls;
mod agenda_read;
mod book_appointment;
mod change_appointment;
mod close_contact;
mod dead_letters;
mod facts;
mod follow_commitment;
mod grids;
pub(crate) mod intents;
pub(crate) mod journal;
pub(crate) mod memory;
pub(crate) mod outbox;
mod outcome;
mod permission;
mod receive_contact;
mod request;
pub(crate) mod scene;
mod script;
mod search_slots;
mod settle;
mod take_place;
mod turn;
mod view;
pub(crate) mod write_turn;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use self::memory::Memory;
pub(crate) use self::scene::Scene;
use crate::ids::{AgendaId, AppointmentId, ContactId, FeatureId, MotiveId, OpId, PractitionerId};
use crate::model::care::{Level, Source, Value};
use crate::model::contact::ContactChannel;
use crate::model::person::Person;
use crate::model::practice::{Practice, Practitioner, PractitionerAgenda};
use crate::model::refusal::Refusal;
use crate::model::scheduling::{AppointmentStatus, ByWhom, Rule, VisitMode};
use crate::model::view::{BookingView, OfferedSlot};
use crate::ports::agenda_turn::AgendaTurns;
use crate::ports::clock::{Clock, Ids};
use crate::ports::practices::Practices;
use crate::ports::storage::{Storage, StorageError};
use crate::time::{Instant, Span};

/// Everything the steps need. Cheap to clone: clones are one reception, and
/// share what it remembers.
#[derive(Clone)]
pub struct Reception {
    /// The database.
    pub storage: Arc<dyn Storage>,
    /// The turns to write to an agenda.
    pub turns: Arc<dyn AgendaTurns>,
    /// The practices, with their plugins.
    pub practices: Arc<dyn Practices>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Identity.
    pub ids: Arc<dyn Ids>,
    memory: Arc<Memory>,
}

impl Reception {
    /// A reception over these ports, remembering nothing.
    #[must_use]
    pub fn new(
        storage: Arc<dyn Storage>,
        turns: Arc<dyn AgendaTurns>,
        practices: Arc<dyn Practices>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Self {
        Self { storage, turns, practices, clock, ids, memory: Arc::default() }
    }

    /// The same reception over another way into the same database.
    #[must_use]
    pub fn over(&self, storage: Arc<dyn Storage>) -> Self {
        Self { storage, ..self.clone() }
    }
}

/// Whose agenda this is, by the practice's file.
pub(crate) fn agenda_of<'a>(
    practice: &'a Practice,
    feature: &FeatureId,
    agenda: &AgendaId,
) -> Option<(&'a Practitioner, &'a PractitionerAgenda)> {
    practice.practitioners.iter().find_map(|practitioner| {
        let own = practitioner.agendas.iter().find(|one| one.feature == *feature && one.agenda == *agenda)?;
        Some((practitioner, own))
    })
}

/// Why a step was not taken. Nothing was changed, unless the case says so.
#[derive(Debug, Error)]
pub enum FlowError {
    /// No such practice, contact, appointment or commitment for this caller.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// A field of the request is wrong.
    #[error("{field}: {why}")]
    Invalid {
        /// Path of the field: `facts.0.value`.
        field: String,
        /// What is wrong and what is expected; never the value itself when it
        /// may be personal.
        why: String,
    },
    /// The state does not allow it: `contact-closed`, `not-concluded`,
    /// `emergency`, `recap-missing`, `already-final`…
    #[error("not allowed now: {code}")]
    NotAllowed {
        /// Stable code.
        code: &'static str,
        /// What to do instead, in French.
        remedy: String,
    },
    /// Only another role may do that.
    #[error("role may not do that: {code}")]
    Forbidden {
        /// Stable code.
        code: &'static str,
    },
    /// Somebody else has the slot.
    #[error("slot taken")]
    SlotTaken {
        /// What could be had instead.
        alternatives: Vec<OfferedSlot>,
    },
    /// A rule of the practice forbids this slot.
    #[error("rule broken: {rule:?}")]
    RuleBroken {
        /// Which.
        rule: Rule,
        /// In French, for the operator.
        why: String,
    },
    /// The op-id was used for another request.
    #[error("op-id was used for another request")]
    OpIdReused,
    /// Somebody changed the same thing at the same time; try again.
    #[error("changed meanwhile")]
    Conflict,
    /// An agenda that is needed does not answer.
    #[error("agenda of \"{0}\" does not answer")]
    AgendaUnavailable(FeatureId),
    /// An agenda has not said yet what it is: nothing is written to it.
    #[error("agenda of \"{0}\" has not said what it is")]
    AgendaUnidentified(FeatureId),
    /// The database.
    #[error(transparent)]
    Storage(StorageError),
}

impl From<StorageError> for FlowError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Stale { .. } => Self::Conflict,
            other => Self::Storage(other),
        }
    }
}

impl From<Refusal> for FlowError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotAllowed { code, remedy } => Self::NotAllowed { code, remedy },
            Refusal::Forbidden { code } => Self::Forbidden { code },
            Refusal::Invalid { field, why } => Self::Invalid { field, why },
        }
    }
}

/// Shorthand.
pub type Flow<T> = Result<T, FlowError>;

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

/// What slots are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotSearch {
    /// For which motive; the contact's when absent.
    pub motive: Option<MotiveId>,
    /// When; the motive's notice and horizon when absent.
    pub window: Option<Span>,
    /// With whom; anybody who offers the motive when absent.
    pub practitioner: Option<PractitionerId>,
    /// At most so many, 1 to 100.
    pub limit: u32,
}

/// A slot to book.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewBooking {
    /// Idempotency key, minted at the first click.
    pub op_id: OpId,
    /// The binding, from the offered slot.
    pub feature: FeatureId,
    /// The agenda, from the offered slot.
    pub agenda: AgendaId,
    /// First instant, from the offered slot.
    pub start: Instant,
    /// What for; the contact's motive when absent.
    #[serde(default)]
    pub motive: Option<MotiveId>,
    /// How; the motive's first when absent.
    #[serde(default)]
    pub mode: Option<VisitMode>,
    /// For whom; from the contact's facts when absent.
    #[serde(default)]
    pub patient: Option<Person>,
    /// From the offered slot.
    #[serde(default)]
    pub slot_handle: Option<String>,
    /// From the offered slot.
    #[serde(default)]
    pub slot_version: Option<String>,
    /// A note for the practitioner.
    #[serde(default)]
    pub note: Option<String>,
}

/// Another time for an appointment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewMove {
    /// Idempotency key.
    pub op_id: OpId,
    /// In which contact.
    #[serde(default)]
    pub contact: Option<ContactId>,
    /// First instant of the new time.
    pub start: Instant,
    /// Another agenda of the same feature.
    #[serde(default)]
    pub agenda: Option<AgendaId>,
    /// From the offered slot.
    #[serde(default)]
    pub slot_handle: Option<String>,
    /// From the offered slot.
    #[serde(default)]
    pub slot_version: Option<String>,
}

/// The end of an appointment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewCancellation {
    /// Idempotency key.
    pub op_id: OpId,
    /// In which contact.
    #[serde(default)]
    pub contact: Option<ContactId>,
    /// Who wants it.
    pub by: ByWhom,
    /// Why: a code such as `patient-request` or `practitioner-away`.
    pub reason: String,
}

/// Another status of an appointment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewStatus {
    /// Idempotency key.
    pub op_id: OpId,
    /// Arrived, fulfilled or no-show.
    pub status: AppointmentStatus,
}

/// The end of a contact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewClosing {
    /// What the caller said to the recap.
    pub recap: crate::model::contact::RecapOutcome,
    /// What was said.
    #[serde(default)]
    pub statements: Vec<NewStatement>,
    /// Why it is closed with facts missing.
    #[serde(default)]
    pub override_reason: Option<String>,
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

/// A clinician's decision to lower a level (S2), or anybody's to raise it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewLevel {
    /// To what.
    pub level: Level,
    /// Why; at least three words when it lowers.
    pub reason: String,
}

/// What came of a booking request. Never `Confirmed` before the agenda said so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingOutcome {
    /// As it stands.
    #[serde(flatten)]
    pub booking: BookingView,
    /// Whether this request made it, or an earlier one with the same op-id.
    pub replayed: bool,
}
