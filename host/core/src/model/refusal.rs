//! Why a decision was not taken. Nothing changed.

use greffon_words::Text;
use thiserror::Error;

/// A refusal of a state machine.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The state does not allow it.
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
    /// A field of the event is wrong.
    #[error("{field}: {why}")]
    Invalid {
        /// Which.
        field: String,
        /// What is wrong and what is expected; never the value when it may be
        /// personal.
        why: Text,
    },
}

impl Refusal {
    /// The state does not allow it.
    pub(crate) fn not_allowed(code: &'static str, remedy: Text) -> Self {
        Self::NotAllowed { code, remedy }
    }

    /// A field is wrong.
    pub(crate) fn invalid(field: &str, why: Text) -> Self {
        Self::Invalid { field: field.to_owned(), why }
    }
}
