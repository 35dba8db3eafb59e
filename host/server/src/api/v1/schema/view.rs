//! What the person who holds the line sees of a contact.

use greffon_core::model::{script, view};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::alert::Alert;
use super::booking::Booking;
use super::commitment::Commitment;
use super::contact::ContactState;
use super::disclosure::MaySay;
use super::patient::PatientLink;
use super::time::Timestamp;
use super::triage::{Assessment, ContentRef, Level, Question};
use super::{each, mirrored};

mirrored! {
    /// A phase of the interview.
    Phase = script::Phase {
        Greeting, Identification, Request, Triage, Proposal, Requirements, ReadBack, Closing,
    }
}

mirrored! {
    /// Who asks a question: `host` asks red flags.
    AskedBy = view::AskedBy { Host, Triage }
}

/// Something to see before anything else.
#[derive(Serialize, ToSchema)]
pub(crate) struct Banner {
    /// Stable: `emergency`, `booking-to-verify`, `repeated-contact`…
    code: String,
    /// The words, in French.
    text: String,
}

impl From<view::Banner> for Banner {
    fn from(core: view::Banner) -> Self {
        Self { code: core.code, text: core.text.to_string() }
    }
}

/// A question and who asks it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Asked {
    /// Who.
    by: AskedBy,
    /// What.
    #[serde(flatten)]
    question: Question,
}

impl From<view::Asked> for Asked {
    fn from(core: view::Asked) -> Self {
        Self { by: core.by.into(), question: core.question.into() }
    }
}

/// One thing to say and ask.
#[derive(Serialize, ToSchema)]
pub(crate) struct Prompt {
    /// Which phase it belongs to.
    phase: Phase,
    /// The words.
    spoken: String,
    /// A hint that is not said.
    hint: Option<String>,
    /// What to ask.
    asks: Vec<Question>,
    /// A guide, never a limit.
    guide_seconds: Option<u32>,
}

impl From<script::Prompt> for Prompt {
    fn from(core: script::Prompt) -> Self {
        Self {
            phase: core.phase.into(),
            spoken: core.spoken,
            hint: core.hint,
            asks: each(core.asks),
            guide_seconds: core.guide_seconds,
        }
    }
}

/// The recap, generated from the facts.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReadBack {
    /// The words to say.
    text: String,
    /// Keys of the facts that are in it.
    facts: Vec<String>,
    /// What the caller said to it.
    confirmed: Option<bool>,
}

impl From<script::ReadBack> for ReadBack {
    fn from(core: script::ReadBack) -> Self {
        Self { text: core.text, facts: core.facts, confirmed: core.confirmed }
    }
}

/// A promise that a script proposes.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProposedCommitment {
    /// What: `callback`, `document`, `answer`.
    what: String,
    /// The words to say.
    said: String,
    /// Until when.
    due: Timestamp,
    /// Who keeps it.
    owner: String,
    /// How urgent.
    level: Level,
}

/// A message that a script proposes.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProposedMessage {
    /// To whom.
    to: String,
    /// Which template.
    template: ContentRef,
    /// Keys of the facts to carry.
    facts: Vec<String>,
    /// How urgent.
    level: Level,
}

/// What a script proposes and a person decides: an object of one key.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Proposal {
    /// Run triage for this motive.
    RunTriage(String),
    /// Search slots with these criteria, as pairs of name and value.
    SearchSlots(Vec<Vec<String>>),
    /// Book this slot.
    Book(String),
    /// Cancel this appointment.
    Cancel(String),
    /// Promise something.
    Commitment(ProposedCommitment),
    /// Tell somebody.
    Notify(ProposedMessage),
    /// Say this approved instruction.
    StateInstruction(ContentRef),
    /// Open this exception procedure.
    OpenPlaybook(String),
    /// Put through.
    Transfer(String),
    /// Close with this outcome.
    Close(String),
}

impl From<script::Effect> for Proposal {
    fn from(core: script::Effect) -> Self {
        use script::Effect as Core;
        match core {
            Core::RunTriage(motive) => Self::RunTriage(motive),
            Core::SearchSlots(criteria) => {
                Self::SearchSlots(criteria.into_iter().map(|(name, value)| vec![name, value]).collect())
            }
            Core::Book(slot) => Self::Book(slot),
            Core::Cancel(appointment) => Self::Cancel(appointment),
            Core::Commitment(draft) => Self::Commitment(ProposedCommitment {
                what: draft.what,
                said: draft.said,
                due: draft.due.into(),
                owner: draft.owner,
                level: draft.level.into(),
            }),
            Core::Notify(draft) => Self::Notify(ProposedMessage {
                to: draft.to,
                template: draft.template.into(),
                facts: draft.facts,
                level: draft.level.into(),
            }),
            Core::StateInstruction(content) => Self::StateInstruction(content.into()),
            Core::OpenPlaybook(playbook) => Self::OpenPlaybook(playbook),
            Core::Transfer(destination) => Self::Transfer(destination),
            Core::Close(outcome) => Self::Close(outcome),
        }
    }
}

/// An approved text of the practice that is to be said.
#[derive(Serialize, ToSchema)]
pub(crate) struct ToSay {
    /// Which instruction: closing the contact names it once it was said.
    instruction: ContentRef,
    /// The words.
    text: String,
}

impl From<view::ToSay> for ToSay {
    fn from(core: view::ToSay) -> Self {
        Self { instruction: core.instruction.into(), text: core.text }
    }
}

/// A contact, as it stands: what to see, ask, say and do next.
#[derive(Serialize, ToSchema)]
pub(crate) struct ContactView {
    /// Which.
    contact: Uuid,
    /// Where it is.
    state: ContactState,
    /// The final level so far.
    level: Option<Level>,
    /// What to see first.
    banners: Vec<Banner>,
    /// What to ask now: red flags first, then the grid.
    questions: Vec<Asked>,
    /// What the script says.
    prompts: Vec<Prompt>,
    /// Keys of required facts that are missing.
    missing: Vec<String>,
    /// Whether it may be closed.
    may_close: bool,
    /// Why not: codes.
    close_blockers: Vec<String>,
    /// Whether a slot may be booked now.
    may_book: bool,
    /// What is to be said and was not yet.
    to_say: Vec<ToSay>,
    /// What the script proposes.
    proposals: Vec<Proposal>,
    /// The recap.
    recap: Option<ReadBack>,
    /// The conclusion.
    assessment: Option<Assessment>,
    /// Bookings, oldest first.
    bookings: Vec<Booking>,
    /// Promises.
    commitments: Vec<Commitment>,
    /// The alert that its level raised.
    alert: Option<Alert>,
    /// Which patient of the registry it is about.
    patient: PatientLink,
    /// Contacts of the same caller or patient before, newest first.
    earlier: Vec<Uuid>,
    /// Promises that were made about the same patient before, and are not kept yet.
    owed: Vec<Commitment>,
    /// Those that were made to somebody who called from the same number or address: not to be
    /// told before it is known who calls.
    owed_at_origin: Vec<Commitment>,
    /// What may be said to whoever is on the line of what the practice knows of the patient:
    /// ask before you say it (`disclose`), so that it is written down.
    may_say: MaySay,
}

impl From<view::ContactView> for ContactView {
    fn from(core: view::ContactView) -> Self {
        Self {
            contact: core.contact.0,
            state: core.state.into(),
            level: core.level.map(Into::into),
            banners: each(core.banners),
            questions: each(core.questions),
            prompts: each(core.prompts),
            missing: core.missing,
            may_close: core.may_close,
            close_blockers: core.close_blockers,
            may_book: core.may_book,
            to_say: each(core.to_say),
            proposals: each(core.proposals),
            recap: core.recap.map(Into::into),
            assessment: core.assessment.map(Into::into),
            bookings: each(core.bookings),
            commitments: each(core.commitments),
            alert: core.alert.map(Into::into),
            patient: core.patient.into(),
            earlier: core.earlier.into_iter().map(|one| one.0).collect(),
            owed: each(core.owed),
            owed_at_origin: each(core.owed_at_origin),
            may_say: core.may_say.into(),
        }
    }
}
