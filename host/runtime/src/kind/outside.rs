//! What the errors of the contract say of the world outside: a hint, beside what the host saw itself.

use greffon_core::model::callback::CallbackError;
use greffon_core::model::channel::SendError;
use greffon_core::model::scheduling::AgendaError;

use crate::trail::{End, Hint};

/// An error of the contract.
pub(super) trait Told {
    /// What it says of the world outside, of a call that only `reads` or not; `None` when the world outside did what
    /// it should.
    fn hint(&self, reads: bool) -> Option<Hint>;
}

/// How a call ended that was answered so.
pub(super) fn end<T, E: Told>(answer: &Result<T, E>, reads: bool) -> Option<End> {
    let hint = answer.as_ref().err()?.hint(reads)?;
    Some(End::Told { hint, reads })
}

impl Told for AgendaError {
    fn hint(&self, reads: bool) -> Option<Hint> {
        match self {
            Self::Unavailable(_) | Self::OutcomeUnknown(_) => Some(Hint::Unavailable),
            Self::RateLimited(_) => Some(Hint::RateLimited),
            Self::Denied(_) | Self::Other(_) => Some(Hint::Refused),
            // What is read is the agenda itself; what is written may be an appointment that is gone.
            Self::NotFound => reads.then_some(Hint::Refused),
            Self::SlotTaken(_)
            | Self::HoldExpired
            | Self::Stale(_)
            | Self::Already(_)
            | Self::RuleBroken(..)
            | Self::Invalid(..)
            | Self::CursorExpired
            | Self::Unsupported(_) => None,
        }
    }
}

impl Told for SendError {
    fn hint(&self, _: bool) -> Option<Hint> {
        match self {
            Self::Transient(_) | Self::Uncertain(_) => Some(Hint::Unavailable),
            Self::Quota(_) => Some(Hint::RateLimited),
            Self::Unauthorised => Some(Hint::Unauthorised),
            Self::Rejected(_) | Self::Other(_) => Some(Hint::Refused),
            Self::NoRecipient(_) | Self::OptedOut | Self::ContentRefused(_) | Self::Unsupported(_) => None,
        }
    }
}

impl Told for CallbackError {
    fn hint(&self, _: bool) -> Option<Hint> {
        None
    }
}
