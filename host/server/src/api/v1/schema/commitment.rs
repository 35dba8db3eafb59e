//! Commitments.

use greffon_core::flow::ReadWindow;
use greffon_core::model::commitment;
use greffon_core::time::Span;
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

/// A stretch of time, without its end.
#[derive(Serialize, ToSchema)]
pub(crate) struct Window {
    /// When it begins.
    from: Timestamp,
    /// When it ends.
    to: Timestamp,
}

impl From<Span> for Window {
    fn from(core: Span) -> Self {
        Self { from: core.start.into(), to: core.end.into() }
    }
}

/// A time at which an owner of promises calls back.
#[derive(Serialize, ToSchema)]
pub(crate) struct CallbackWindow {
    /// Whose.
    owner: String,
    /// When it begins.
    from: Timestamp,
    /// When it ends.
    to: Timestamp,
    /// How many call-backs fit.
    room: u32,
    /// How many are promised in it and still open.
    promised: u32,
    /// How many more may be promised; of one that has begun, as many as fit into what is left.
    left: u32,
}

impl From<ReadWindow> for CallbackWindow {
    fn from(core: ReadWindow) -> Self {
        let ReadWindow { window, left } = core;
        let (from, to) = (window.span.start.into(), window.span.end.into());
        Self { owner: window.owner, from, to, room: window.room, promised: window.promised, left }
    }
}

/// One page of promises, and when their owners call back.
#[derive(Serialize, ToSchema)]
pub(crate) struct Commitments {
    /// What is on it.
    pub(crate) items: Vec<Commitment>,
    /// Put it into `cursor` for the next page; null on the last one.
    pub(crate) next: Option<String>,
    /// The windows for call-backs of the coming week, earliest first, with the room that is left;
    /// the same on every page, and none when the practice has declared none.
    pub(crate) windows: Vec<CallbackWindow>,
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
    /// The window of its owner in which it is to be kept; null when it is at any time until then.
    window: Option<Window>,
    /// Whether no window of its owner had room in time: it comes on top of what fits.
    beyond_room: bool,
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
            window: core.window.map(Into::into),
            beyond_room: core.beyond_room,
            state: core.state.into(),
            rung: core.rung,
            moves: each(core.moves),
            closing_note: core.closing_note,
            ended_at: core.ended_at.map(Into::into),
        }
    }
}
