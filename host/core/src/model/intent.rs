//! The booking intent: one wish to change an external agenda, from the first
//! click to a truthful end.
//!
//! `drafted → claimed → [held] → sending → confirmed | refused | unknown →
//! (lookup) → confirmed | refused | compensating → compensated | needs-human`

mod answer;
mod decide;
mod event;
mod people;
mod remains;
mod steps;

pub use answer::{
    Answer, Finding, RULE_BROKEN, fits, read_answer, read_cancel_look_up, read_look_up, read_move_look_up, read_remains,
};
pub use decide::decide;
pub use event::{
    ABSENT_GAP_MIN_MS, BY_HAND, CALLED_OFF, IntentEffect, IntentEvent, LOOK_UP_LADDER_S, MAX_SENDS, OVERDUE_MARGIN_MS,
    ResendRule, Verdict, WAITING_AGAIN_MS, next_at,
};

use serde::{Deserialize, Serialize};

use super::scheduling::{AgendaAppointment, BookingRequest, ByWhom};
use super::standing::Standing;
use crate::ids::{AppointmentId, ContactId, FeatureId, IntentId, OpId, PracticeId};
use crate::time::{Instant, Span};

/// What an intent wants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IntentKind {
    /// A new appointment.
    Book,
    /// Another time for an appointment.
    Move(AppointmentId),
    /// The end of an appointment.
    Cancel {
        /// Which.
        appointment: AppointmentId,
        /// Who wants it.
        by: ByWhom,
        /// Why: a code such as `patient-request`.
        reason: String,
    },
}

/// Life of an intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IntentState {
    /// Stored, nothing claimed.
    Drafted,
    /// Its time is claimed in the database; nothing was sent.
    Claimed,
    /// Held in the agenda itself.
    Held,
    /// The plugin was, or is about to be, called.
    Sending,
    /// In the agenda. Now, and not before, the patient may be told.
    Confirmed,
    /// Not in the agenda; the claim is released.
    Refused,
    /// May be in the agenda: the claim stays, nothing is sent again blindly.
    Unknown,
    /// In the agenda, must not be: being taken out.
    Compensating,
    /// Taken out again; the claim is released.
    Compensated,
    /// Only a person can tell: the claim stays.
    NeedsHuman,
}

impl IntentState {
    /// Whether nothing will happen any more by itself.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Confirmed | Self::Refused | Self::Compensated | Self::NeedsHuman)
    }

    /// Whether its claim keeps others out.
    #[must_use]
    pub fn is_live(self) -> bool {
        !matches!(self, Self::Drafted | Self::Refused | Self::Compensated)
    }

    /// The wire word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Drafted => "drafted",
            Self::Claimed => "claimed",
            Self::Held => "held",
            Self::Sending => "sending",
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::Compensating => "compensating",
            Self::Compensated => "compensated",
            Self::NeedsHuman => "needs-human",
        }
    }
}

/// One intent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// Its name.
    pub id: IntentId,
    /// Whose.
    pub practice: PracticeId,
    /// From which contact.
    pub contact: Option<ContactId>,
    /// Idempotency key, from the first click to the end.
    pub op: OpId,
    /// Digest of the request: another body under the same op-id is an error.
    pub request_digest: String,
    /// What it wants.
    pub kind: IntentKind,
    /// The binding that serves the agenda.
    pub feature: FeatureId,
    /// What the agenda is asked.
    pub request: BookingRequest,
    /// Where it is.
    pub state: IntentState,
    /// What it keeps others out of; empty for a cancellation.
    pub claims: Vec<Claim>,
    /// Intents may overlap inside one chain: an appointment and its own move.
    pub chain: IntentId,
    /// Times that the plugin was asked to write.
    pub sends: u32,
    /// Times that the outcome was looked up since the last send.
    pub lookups: u32,
    /// First time that a lookup found nothing since the last send.
    pub absent_since: Option<Instant>,
    /// When the last send began.
    pub sent_at: Option<Instant>,
    /// What may still reach the agenda although nobody waits for it.
    #[serde(default)]
    pub open: OpenSends,
    /// What the agenda holds, once confirmed.
    pub appointment: Option<AgendaAppointment>,
    /// Why it ended without one: `slot-taken`, `rule-broken`…
    pub refusal: Option<String>,
    /// When it was made.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
    /// Who made it.
    pub by: String,
    /// Optimistic lock.
    pub version: i64,
}

impl Intent {
    /// An intent for which nothing was done yet: it claims nothing, begins a chain of
    /// its own and comes from no contact. Its op-id is its id.
    #[must_use]
    pub fn drafted(
        id: IntentId,
        practice: PracticeId,
        kind: IntentKind,
        feature: FeatureId,
        request: BookingRequest,
        by: String,
        at: Instant,
    ) -> Self {
        Self {
            id,
            practice,
            contact: None,
            op: format!("{id}").into(),
            request_digest: String::new(),
            kind,
            feature,
            request,
            state: IntentState::Drafted,
            claims: Vec::new(),
            chain: id,
            sends: 0,
            lookups: 0,
            absent_since: None,
            sent_at: None,
            open: OpenSends::default(),
            appointment: None,
            refusal: None,
            created_at: at,
            updated_at: at,
            by,
            version: 0,
        }
    }
}

impl Intent {
    /// Whether it only keeps a time free, for an appointment that may be moved there: it is never
    /// sent, and is nobody's booking.
    #[must_use]
    pub fn only_keeps_free(&self) -> bool {
        self.kind == IntentKind::Book && self.chain != self.id
    }
}

/// Sends whose end nobody knows. No agenda can be made to refuse a write that
/// arrives late, so that as long as one may arrive, the claim stays or what
/// arrived is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OpenSends {
    /// How many sends were never answered for certain.
    pub count: u32,
    /// What the agenda answered to the latest send, when it refused that one
    /// while an earlier one was open: the refusal counts once that one was seen
    /// absent twice.
    pub refusal: Option<String>,
    /// No absence is believed before this instant.
    pub absent_from: Option<Instant>,
    /// When to look at what an intent that is over left in the agenda.
    pub look_at: Option<Instant>,
    /// Nobody wants it any more.
    pub called_off: bool,
    /// Whoever asked was told that the request waits for its turn at the agenda,
    /// and must be told how it ends.
    pub waits: bool,
}

/// Exclusive use of a resource for a span, buffers included. Two live claims of
/// different chains on one (practice, resource, seat) cannot overlap: the
/// database itself refuses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// `agenda:<feature>/<agenda>`, `room:<id>`…
    pub resource: String,
    /// From 0.
    pub seat: u32,
    /// `[start, end)` with buffers.
    pub span: Span,
}

/// An appointment as greffon knows it: the mirror of a confirmed intent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Appointment {
    /// Its name in the agenda; unique per practice and feature.
    pub id: AppointmentId,
    /// Whose.
    pub practice: PracticeId,
    /// The binding that serves the agenda.
    pub feature: FeatureId,
    /// The intent that holds the claim now.
    pub intent: IntentId,
    /// First intent of its life.
    pub chain: IntentId,
    /// The move or cancellation that is under way: one at a time.
    pub pending: Option<IntentId>,
    /// From which contact.
    pub contact: Option<ContactId>,
    /// What the agenda holds.
    pub held: AgendaAppointment,
    /// What looks at the agenda have shown since greffon last wrote it there.
    #[serde(default)]
    pub standing: Standing,
    /// When it last changed.
    pub updated_at: Instant,
    /// Optimistic lock.
    pub version: i64,
}
