//! What keeps somebody from what they asked for.

use axum::http::StatusCode;
use greffon_core::flow::FlowError;
use greffon_words::{Text, alerts, problems};

use crate::page::Notice;

/// Why there is another page than the one that was asked for.
pub(crate) enum Stop {
    /// There is no way on from here.
    Notice(Notice),
    /// The form once more, with what was wrong.
    Again(StatusCode, Text),
}

impl Stop {
    /// A field is missing, or is none of its choices.
    pub(crate) fn incomplete() -> Self {
        Self::Again(StatusCode::UNPROCESSABLE_ENTITY, alerts::incomplete())
    }
}

impl From<Notice> for Stop {
    fn from(notice: Notice) -> Self {
        Self::Notice(notice)
    }
}

impl From<FlowError> for Stop {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::Invalid { why, .. } => Self::Again(StatusCode::UNPROCESSABLE_ENTITY, why),
            FlowError::Forbidden { code: "clinician-only" } => {
                Self::Again(StatusCode::FORBIDDEN, alerts::clinician_only())
            }
            FlowError::Forbidden { .. } => Self::Again(StatusCode::FORBIDDEN, problems::forbidden()),
            FlowError::NotAllowed { code, remedy } if !Notice::closes(code) => {
                Self::Again(StatusCode::CONFLICT, remedy)
            }
            other => Self::Notice(other.into()),
        }
    }
}
