//! Alerts: what a person must take in hand, followed until somebody says what came of it.

mod chain;
mod decide;
mod link;
mod test;

pub use chain::{chain, persons};
pub use decide::{AlertEffect, AlertEvent, LONGEST_PAUSE, answer_time, decide, longest_step};
pub use link::{LINK_LIFE, Link, LinkState, MOST_TRIES};
pub use test::{AlertTest, Asked, Unreached, everybody, next_test};

use greffon_words::{Text, alerts};
use serde::{Deserialize, Serialize};

use super::care::Level;
use crate::ids::{AlertId, ContactId, MessageId, PracticeId};
use crate::time::Instant;

/// Life of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlertState {
    /// Nobody has taken it in hand: rung after rung is told.
    Open,
    /// Somebody has said what they will do, and until when.
    Acknowledged,
    /// Somebody has said what came of it.
    Ended,
}

impl AlertState {
    /// The wire word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged => "acknowledged",
            Self::Ended => "ended",
        }
    }
}

/// Where an alert is that waits for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiveState {
    /// As [`AlertState::Open`].
    Open,
    /// As [`AlertState::Acknowledged`].
    Acknowledged,
}

impl From<LiveState> for AlertState {
    fn from(live: LiveState) -> Self {
        match live {
            LiveState::Open => Self::Open,
            LiveState::Acknowledged => Self::Acknowledged,
        }
    }
}

/// One alert: a contact has one, which rises with its level. Who it is about, where,
/// and which signs there are is the contact's to say: it is read there, as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Its name.
    pub id: AlertId,
    /// Whose.
    pub practice: PracticeId,
    /// Of which contact.
    pub contact: ContactId,
    /// Vital or very urgent.
    pub level: Level,
    /// Since when.
    pub raised_at: Instant,
    /// Until when the contact has promised somebody's call or decision.
    pub promised: Option<Instant>,
    /// Where it is.
    pub state: AlertState,
    /// So many rungs of the chain have been told since it was last opened.
    pub rung: u32,
    /// So often the last rung was told again since then.
    pub repeats: u32,
    /// When the next rung is told, or an acknowledged alert opens again, by the clock of the
    /// node that decided: for people to read. Says nothing once it has ended.
    pub watch_at: Instant,
    /// So often that was set. The job of the last time is the one that counts, whenever the
    /// queue's own clock runs it: no node's clock decides whether it is time.
    pub watch: u32,
    /// Who was told, oldest first.
    pub told: Vec<Told>,
    /// Who took it in hand, oldest first.
    pub acknowledged: Vec<Acknowledgement>,
    /// What came of it.
    pub end: Option<End>,
    /// Optimistic lock.
    pub version: i64,
}

/// Somebody was told, by one channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// On which rung, the first is 0.
    pub rung: u32,
    /// Who: a recipient.
    pub person: String,
    /// By which message.
    pub message: MessageId,
    /// When it was written.
    pub at: Instant,
    /// Whether it did not arrive, or perhaps not.
    pub lost: bool,
    /// What opens the alert for this person.
    pub link: Option<Link>,
}

/// What somebody says they do about an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NextStep {
    /// Call the patient.
    CallBack,
    /// Call the emergency services for the patient.
    CallEmergency,
    /// See the patient at once.
    SeeNow,
    /// Have an appointment given.
    GiveAppointment,
}

impl NextStep {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::CallBack, Self::CallEmergency, Self::SeeNow, Self::GiveAppointment];

    /// The wire word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CallBack => "call-back",
            Self::CallEmergency => "call-emergency",
            Self::SeeNow => "see-now",
            Self::GiveAppointment => "give-appointment",
        }
    }

    /// As others are told of it, within a sentence.
    #[must_use]
    pub fn words(self) -> Text {
        match self {
            Self::CallBack => alerts::call_back(),
            Self::CallEmergency => alerts::call_emergency(),
            Self::SeeNow => alerts::see_now(),
            Self::GiveAppointment => alerts::give_appointment(),
        }
    }
}

/// Somebody took an alert in hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// Who.
    pub by: String,
    /// When.
    pub at: Instant,
    /// What they do next.
    pub next: NextStep,
    /// Until when; without an outcome the alert opens again.
    pub until: Instant,
}

/// What came of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlertOutcome {
    /// The patient, or whoever is with them, was spoken to.
    SpokenTo,
    /// The emergency services have the case.
    EmergencyServices,
    /// The patient was seen.
    Seen,
    /// The patient has an appointment that a practitioner chose.
    Appointment,
    /// Nobody could be reached; the note says what was tried.
    Unreachable,
    /// A practitioner finds no danger; the note says why.
    NoDanger,
}

impl AlertOutcome {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::SpokenTo, Self::EmergencyServices, Self::Seen, Self::Appointment, Self::Unreachable, Self::NoDanger];

    /// The wire word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SpokenTo => "spoken-to",
            Self::EmergencyServices => "emergency-services",
            Self::Seen => "seen",
            Self::Appointment => "appointment",
            Self::Unreachable => "unreachable",
            Self::NoDanger => "no-danger",
        }
    }
}

/// The end of an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// What came of it.
    pub outcome: AlertOutcome,
    /// In the words of whoever says so.
    pub note: Option<String>,
    /// Who.
    pub by: String,
    /// When.
    pub at: Instant,
}
