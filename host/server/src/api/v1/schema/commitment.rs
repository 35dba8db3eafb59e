//! Commitments.

use greffon_core::model::commitment;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::time::Timestamp;
use super::triage::Level;
use super::{each, mirrored};

mirrored! {
    /// Life of a commitment.
    CommitmentState = commitment::CommitmentState { Promised, InProgress, Kept, KeptLate, Broken, Withdrawn }
}

/// A promise was given another time.
#[derive(Serialize, ToSchema)]
pub(crate) struct CommitmentMove {
    /// The due time before.
    from: Timestamp,
    /// The due time after.
    to: Timestamp,
    /// Why.
    reason: String,
    /// When.
    at: Timestamp,
    /// Who.
    by: String,
}

impl From<commitment::CommitmentMove> for CommitmentMove {
    fn from(core: commitment::CommitmentMove) -> Self {
        Self { from: core.from.into(), to: core.to.into(), reason: core.reason, at: core.at.into(), by: core.by }
    }
}

/// A promise made to somebody.
#[derive(Serialize, ToSchema)]
pub(crate) struct Commitment {
    /// Its name.
    id: Uuid,
    /// In which contact it was made.
    contact: Uuid,
    /// What: `callback`, `decision`, `answer`, `document`.
    what: String,
    /// The words said to the patient.
    said: String,
    /// Who keeps it.
    owner: String,
    /// How urgent.
    level: Level,
    /// When it was made.
    promised_at: Timestamp,
    /// Until when.
    due: Timestamp,
    /// Where it is.
    state: CommitmentState,
    /// How far the warnings went: 0 nothing, 1 warned, 2 late, then one more a telling.
    rung: u8,
    /// Earlier due times.
    moves: Vec<CommitmentMove>,
    /// Why it ended, or how.
    closing_note: Option<String>,
    /// When it ended.
    ended_at: Option<Timestamp>,
}

impl From<commitment::Commitment> for Commitment {
    fn from(core: commitment::Commitment) -> Self {
        Self {
            id: core.id.0,
            contact: core.contact.0,
            what: core.what,
            said: core.said,
            owner: core.owner,
            level: core.level.into(),
            promised_at: core.promised_at.into(),
            due: core.due.into(),
            state: core.state.into(),
            rung: core.rung,
            moves: each(core.moves),
            closing_note: core.closing_note,
            ended_at: core.ended_at.map(Into::into),
        }
    }
}
