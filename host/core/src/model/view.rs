//! What the person who holds the line sees of a contact.

mod assemble;
mod said;
mod sequel;

pub use assemble::{assemble, nature};
use greffon_words::Text;
pub use said::{Said, Told};
pub use sequel::Sequel;
use serde::{Deserialize, Serialize};

use super::care::{ContentRef, Level};
use super::contact::ContactState;
use super::disclosure::MaySay;
use super::intent::{Intent, IntentKind, IntentState};
use super::scheduling::{Rule, Slot};
use super::script::{BookingProgress, Effect, Prompt, ReadBack};
use super::standing::is_gone;
use super::triage::{Assessment, Question};
use crate::ids::{AgendaId, AppointmentId, ContactId, FeatureId, IntentId, MotiveId, OpId, PractitionerId, SiteId};
use crate::time::{Instant, Span};

/// Something to see before anything else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Banner {
    /// Stable: `emergency`, `triage-unavailable`, `script-unavailable`,
    /// `view-outdated`, `booking-to-verify`, `repeated-contact`, `demo-content`,
    /// `contradiction`, `alert-open`, `alert-acknowledged`, `patient-doubtful`, `promise-open`,
    /// `promise-open-at-origin`, `callback-beyond-room`.
    pub code: String,
    /// What is to be seen.
    pub text: Text,
}

/// Who asks a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AskedBy {
    /// The host: red flags.
    Host,
    /// The triage plugin.
    Triage,
}

/// A question and who asks it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Who.
    pub by: AskedBy,
    /// What.
    #[serde(flatten)]
    pub question: Question,
}

/// A contact, as it stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ContactView {
    /// Which.
    pub contact: ContactId,
    /// Where it is.
    pub state: ContactState,
    /// The final level so far.
    pub level: Option<Level>,
    /// What to see first.
    pub banners: Vec<Banner>,
    /// What to ask now: red flags first, then the grid.
    pub questions: Vec<Asked>,
    /// What the script says.
    pub prompts: Vec<Prompt>,
    /// Required facts that are missing.
    pub missing: Vec<String>,
    /// Whether it may be closed.
    pub may_close: bool,
    /// Why not: codes.
    pub close_blockers: Vec<String>,
    /// Whether a slot may be booked now.
    pub may_book: bool,
    /// Approved texts that are to be said and were not yet: they count as said once the
    /// closing names them.
    pub to_say: Vec<ToSay>,
    /// What the script proposes and a person decides: a triage, a search, a
    /// booking, a transfer.
    pub proposals: Vec<Effect>,
    /// The recap.
    pub recap: Option<ReadBack>,
    /// The conclusion.
    pub assessment: Option<Assessment>,
    /// Bookings, oldest first.
    pub bookings: Vec<BookingView>,
    /// Promises.
    pub commitments: Vec<super::commitment::Commitment>,
    /// The alert that its level raised.
    pub alert: Option<super::alert::Alert>,
    /// Which patient of the registry it is about.
    pub patient: super::patient::Link,
    /// Contacts of the same caller or patient before, newest first.
    pub earlier: Vec<ContactId>,
    /// Promises that were made about the same patient before, and are not kept yet.
    pub owed: Vec<super::commitment::Commitment>,
    /// Those that were made to somebody who called from the same number or address: not to be
    /// told before it is known who calls.
    pub owed_at_origin: Vec<super::commitment::Commitment>,
    /// What may be said to whoever is on the line, of what the practice knows of the patient:
    /// appointments, promises, answers. What is done in this contact is said to whoever it is
    /// done with.
    pub may_say: MaySay,
}

/// An approved text that is to be said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ToSay {
    /// Which of the practice's instructions.
    pub instruction: ContentRef,
    /// The words.
    pub text: String,
}

/// A booking of a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingView {
    /// The intent.
    pub intent: IntentId,
    /// Its idempotency key.
    pub op_id: OpId,
    /// Where it is.
    pub state: IntentState,
    /// What may be said of it.
    pub progress: BookingProgress,
    /// The appointment, once confirmed.
    pub appointment: Option<AppointmentId>,
    /// Which agenda.
    pub agenda: AgendaId,
    /// When.
    pub span: Span,
    /// What for.
    pub motive: MotiveId,
    /// Why it was refused.
    pub refusal: Option<String>,
    /// Nobody wants it any more: it is looked for, and taken out where it is found.
    #[serde(default)]
    pub called_off: bool,
}

/// What may be said of an intent as it stands.
#[must_use]
pub fn progress_of(intent: &Intent) -> BookingProgress {
    match intent.state {
        IntentState::Drafted | IntentState::Claimed | IntentState::Held | IntentState::Sending => {
            BookingProgress::Pending
        }
        // It was struck out of the agenda since.
        IntentState::Confirmed if was_called_off(intent) => BookingProgress::None,
        IntentState::Confirmed => BookingProgress::Confirmed,
        IntentState::Refused | IntentState::Compensated => BookingProgress::Refused,
        IntentState::Unknown | IntentState::Compensating | IntentState::NeedsHuman => BookingProgress::ToVerify,
    }
}

fn was_called_off(intent: &Intent) -> bool {
    let gone = intent.appointment.as_ref().is_some_and(|held| is_gone(held.status));
    gone && !matches!(intent.kind, IntentKind::Cancel { .. })
}

impl BookingView {
    /// An intent, as the person who holds the line sees it.
    #[must_use]
    pub fn of(intent: &Intent) -> Self {
        let held = intent.appointment.as_ref();
        Self {
            intent: intent.id,
            op_id: intent.op.clone(),
            state: intent.state,
            progress: progress_of(intent),
            appointment: held.map(|held| held.id.clone()),
            agenda: held.map_or_else(|| intent.request.agenda.clone(), |held| held.agenda.clone()),
            span: held.map_or(intent.request.span, |held| held.span),
            motive: intent.request.motive.clone(),
            refusal: intent.refusal.clone(),
            called_off: intent.open.called_off,
        }
    }
}

/// A slot on offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferedSlot {
    /// The binding that serves it.
    pub feature: FeatureId,
    /// With whom.
    pub practitioner: Option<PractitionerId>,
    /// Where.
    pub site: Option<SiteId>,
    /// The sentence that proposes it.
    #[serde(default)]
    pub spoken: String,
    /// The slot.
    #[serde(flatten)]
    pub slot: Slot,
}

/// Slots on offer, and how far to trust the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotOffer {
    /// The slots, earliest first.
    pub slots: Vec<OfferedSlot>,
    /// Whether every agenda answered in full: an empty incomplete list does not
    /// mean that nothing is free.
    pub complete: bool,
    /// When the oldest of the agendas was read.
    pub as_of: Instant,
    /// Features that did not answer.
    pub unavailable: Vec<FeatureId>,
    /// Appointments to come that the patient has for the motive already, earliest first.
    #[serde(default)]
    pub already: Vec<KnownVisit>,
    /// Why nothing at all is offered, where a rule about the patient says so.
    #[serde(default)]
    pub not_offered: Option<NotOffered>,
}

impl SlotOffer {
    /// Nothing, as of this instant.
    #[must_use]
    pub fn none(as_of: Instant) -> Self {
        Self {
            slots: Vec::new(),
            complete: true,
            as_of,
            unavailable: Vec::new(),
            already: Vec::new(),
            not_offered: None,
        }
    }
}

/// Why a motive is not offered to a patient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotOffered {
    /// Which rule.
    pub rule: Rule,
    /// One sentence for whoever holds the line, in French.
    pub why: String,
}

/// A booking that the practice has for a patient, whoever made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownVisit {
    /// As it stands.
    #[serde(flatten)]
    pub booking: BookingView,
    /// Whether it is theirs for certain; else it is of somebody who may be the same.
    pub certain: bool,
}
