//! Commitments: promises made to somebody, followed to their end.

mod decide;
mod due;
mod gap;
mod window;

pub use decide::{CommitmentEffect, CommitmentEvent, MAX_PROMISE_DAYS, decide};
pub use due::{due_at, latest_due};
pub use gap::{CallbackGap, callback_gap};
pub use window::{
    CallbackHour, CallbackWindow, attended, callback_hour, callback_windows, has_callback_windows, longest_callback_min,
};

use serde::{Deserialize, Serialize};

use super::care::Level;
use crate::ids::{CommitmentId, ContactId, PracticeId};
use crate::time::{Instant, Span};

/// Life of a commitment. Every commitment reaches exactly one final state and
/// is visible until then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CommitmentState {
    /// Made.
    Promised,
    /// Somebody is on it.
    InProgress,
    /// Kept in time.
    Kept,
    /// Kept, after its time.
    KeptLate,
    /// Will not be kept; the reason says why.
    Broken,
    /// The beneficiary does not need it any more.
    Withdrawn,
}

impl CommitmentState {
    /// Whether it has ended.
    #[must_use]
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Promised | Self::InProgress)
    }

    /// The wire word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Promised => "promised",
            Self::InProgress => "in-progress",
            Self::Kept => "kept",
            Self::KeptLate => "kept-late",
            Self::Broken => "broken",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// The promise that somebody calls the patient back, of the host or of a script: the one
/// that windows of its owner take.
pub const CALLBACK: &str = "callback";

/// The promise that somebody looks what became of a booking: owed to the practice, said to
/// nobody.
pub const VERIFY_BOOKING: &str = "verify-booking";

/// The promise that somebody looks what became of an appointment that others changed in the
/// agenda: owed to the practice, said to nobody.
pub const CHECK_APPOINTMENT: &str = "check-appointment";

/// The promise that somebody finds another time for an appointment whose practitioner, room or
/// device is not there: owed to the practice, said to nobody.
pub const MOVE_APPOINTMENT: &str = "move-appointment";

/// The promise that somebody tells a patient what a message should have told: its `said` is
/// the message's text.
pub const TELL_PATIENT: &str = "tell-patient";

/// One promise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commitment {
    /// Its name.
    pub id: CommitmentId,
    /// Whose.
    pub practice: PracticeId,
    /// In which contact it was made.
    pub contact: ContactId,
    /// What: `callback`, `decision`, `answer`, `document`, `verify-booking`, or
    /// a script's own word.
    pub what: String,
    /// The words said to the patient.
    pub said: String,
    /// Who keeps it: a recipient of the practice.
    pub owner: String,
    /// How urgent.
    pub level: Level,
    /// When it was made.
    pub promised_at: Instant,
    /// Until when.
    pub due: Instant,
    /// The window of its owner in which it is to be kept; at any time until it is due when
    /// absent.
    #[serde(default)]
    pub window: Option<Span>,
    /// Whether no window of its owner had room in time: it comes on top of what fits.
    #[serde(default)]
    pub beyond_room: bool,
    /// Where it is.
    pub state: CommitmentState,
    /// How far the ladder went: 0 nothing, 1 warned at 75 %, 2 late, and one more each
    /// time that those above were told again.
    pub rung: u8,
    /// Earlier due times, with the reason of each change.
    pub moves: Vec<CommitmentMove>,
    /// Why it ended, or how.
    pub closing_note: Option<String>,
    /// When it ended.
    pub ended_at: Option<Instant>,
    /// Optimistic lock.
    pub version: i64,
}

/// A promise was given another time, and the beneficiary was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitmentMove {
    /// The due time before.
    pub from: Instant,
    /// The due time after.
    pub to: Instant,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Instant,
    /// Who.
    pub by: String,
}

impl Commitment {
    /// Whether the patient was told of it: what the practice only owes itself was not, and
    /// neither is another time of it.
    #[must_use]
    pub fn was_told(&self) -> bool {
        ![VERIFY_BOOKING, CHECK_APPOINTMENT, MOVE_APPOINTMENT, TELL_PATIENT].contains(&self.what.as_str())
    }

    /// Whether somebody is to call the patient back, so that it takes room in a window.
    #[must_use]
    pub fn is_callback(&self) -> bool {
        self.what == CALLBACK
    }
}

/// What a person may do with a commitment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CommitmentAction {
    /// Start on it.
    Start,
    /// It is done.
    Keep {
        /// How.
        note: String,
    },
    /// It will not be done.
    Break {
        /// Why.
        reason: String,
    },
    /// The beneficiary does not need it any more.
    Withdraw {
        /// Why.
        reason: String,
    },
    /// Another time, told to the beneficiary.
    Move {
        /// Until when.
        due: Instant,
        /// Why.
        reason: String,
    },
}
