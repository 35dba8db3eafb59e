//! Why a step was not taken.

use greffon_words::Text;
use thiserror::Error;

use crate::ids::FeatureId;
use crate::model::outside_failure::FailureClass;
use crate::model::refusal::Refusal;
use crate::model::scheduling::Rule;
use crate::model::view::{KnownVisit, OfferedSlot};
use crate::ports::storage::StorageError;

/// What a request may name that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// A practice.
    Practice,
    /// A contact of the practice.
    Contact,
    /// An appointment in the practice's agendas.
    Appointment,
    /// A booking intent of the practice.
    Intent,
    /// A commitment of the practice.
    Commitment,
    /// An alert of the practice.
    Alert,
    /// A patient of the practice's registry.
    Patient,
    /// A job of the practice that was given up.
    DeadLetter,
    /// A grid or a script of the practice.
    Content,
    /// An absence that was told.
    Absence,
    /// A feature of the practice's file, or one that is asked of what it is not.
    Feature,
    /// An address at which outside services tell of a feature.
    InboundAddress,
}

impl Thing {
    /// A stable word for logs and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Practice => "practice",
            Self::Contact => "contact",
            Self::Appointment => "appointment",
            Self::Intent => "intent",
            Self::Commitment => "commitment",
            Self::Alert => "alert",
            Self::Patient => "patient",
            Self::DeadLetter => "dead letter",
            Self::Content => "content",
            Self::Absence => "absence",
            Self::Feature => "feature",
            Self::InboundAddress => "inbound address",
        }
    }
}

/// An agenda that does not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreached {
    /// The feature whose it is.
    pub feature: FeatureId,
    /// Why, as far as the host saw it.
    pub class: Option<FailureClass>,
}

impl From<FeatureId> for Unreached {
    fn from(feature: FeatureId) -> Self {
        Self { feature, class: None }
    }
}

/// Why a step was not taken. Nothing was changed, unless the case says so.
#[derive(Debug, Error)]
pub enum FlowError {
    /// There is no such thing for this caller.
    #[error("{} not found", .0.as_str())]
    NotFound(Thing),
    /// A field of the request is wrong.
    #[error("{field}: {why}")]
    Invalid {
        /// Path of the field: `facts.0.value`.
        field: String,
        /// What is wrong and what is expected; never the value itself when it
        /// may be personal.
        why: Text,
    },
    /// The state does not allow it: `contact-closed`, `not-concluded`,
    /// `emergency`, `recap-missing`, `already-final`…
    #[error("not allowed now: {code}")]
    NotAllowed {
        /// Stable code.
        code: &'static str,
        /// What to do instead.
        remedy: Text,
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
    /// The patient has an appointment for the motive already, or somebody who may be the
    /// same: whoever books has to have seen that.
    #[error("a second appointment for the motive")]
    SecondAppointment {
        /// Those to come, earliest first; at least one.
        already: Vec<KnownVisit>,
    },
    /// A rule of the practice forbids this slot.
    #[error("rule broken: {rule:?}")]
    RuleBroken {
        /// Which.
        rule: Rule,
        /// Why, for the operator.
        why: Text,
        /// What could be had instead, where another time keeps the rule.
        alternatives: Vec<OfferedSlot>,
    },
    /// The op-id was used for another request.
    #[error("op-id was used for another request")]
    OpIdReused,
    /// Somebody changed the same thing at the same time; try again.
    #[error("changed meanwhile")]
    Conflict,
    /// An agenda that is needed does not answer.
    #[error("agenda of \"{}\" does not answer", .0.feature)]
    AgendaUnavailable(Unreached),
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

impl FlowError {
    /// A field of the request is wrong: which, and what is expected; never the
    /// value itself when it may be personal.
    pub(crate) fn invalid(field: impl Into<String>, why: Text) -> Self {
        Self::Invalid { field: field.into(), why }
    }
}
