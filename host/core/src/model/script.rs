//! Scripts: what a script plugin is asked and what it proposes.

use serde::{Deserialize, Serialize};

use super::care::{ContentRef, Fact, Level, PracticeContext};
use super::triage::{Assessment, Question};
use crate::time::{Instant, Span};

/// Phases of the semi-directed interview (ANAP), with greeting and closing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Saying who answers.
    Greeting,
    /// Who calls, for whom.
    Identification,
    /// What for, with its medical questions.
    Request,
    /// How urgent.
    Triage,
    /// An appointment.
    Proposal,
    /// What to bring.
    Requirements,
    /// Saying it all back.
    ReadBack,
    /// Ending.
    Closing,
}

/// One thing for the operator to say and ask.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prompt {
    /// Which phase it belongs to.
    pub phase: Phase,
    /// The words.
    pub spoken: String,
    /// A hint that is not said.
    pub hint: Option<String>,
    /// What to ask.
    pub asks: Vec<Question>,
    /// A guide, never a limit.
    pub guide_seconds: Option<u32>,
}

/// The recap, generated from the facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadBack {
    /// The words to say.
    pub text: String,
    /// Keys of the facts that are in it.
    pub facts: Vec<String>,
    /// What the caller said to it.
    pub confirmed: Option<bool>,
}

/// A promise that a script proposes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitmentDraft {
    /// What is promised: `callback`, `document`, `answer`.
    pub what: String,
    /// The words said.
    pub said: String,
    /// Until when.
    pub due: Instant,
    /// Who keeps it.
    pub owner: String,
    /// How urgent.
    pub level: Level,
}

/// A message that a script proposes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageDraft {
    /// To whom: `practitioner`, `secretariat`, `patient`, or a practitioner's id.
    pub to: String,
    /// Which template.
    pub template: ContentRef,
    /// Facts to carry.
    pub facts: Vec<String>,
    /// The caller's own words, beside the facts.
    pub verbatim: Option<String>,
    /// How urgent.
    pub level: Level,
}

/// A proposal of a script; the host carries it out, or not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Run triage for this motive.
    RunTriage(String),
    /// Search slots with these criteria.
    SearchSlots(Vec<(String, String)>),
    /// Book this slot.
    Book(String),
    /// Cancel this appointment.
    Cancel(String),
    /// Promise something.
    Commitment(CommitmentDraft),
    /// Tell somebody.
    Notify(MessageDraft),
    /// Say this approved instruction.
    StateInstruction(ContentRef),
    /// Open this exception procedure.
    OpenPlaybook(String),
    /// Put through.
    Transfer(String),
    /// Close with this outcome.
    Close(String),
}

impl Effect {
    /// Its name in sessions and contacts: an effect is carried out once.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::RunTriage(motive) => format!("run-triage:{motive}"),
            Self::SearchSlots(_) => "search-slots".to_owned(),
            Self::Book(slot) => format!("book:{slot}"),
            Self::Cancel(appointment) => format!("cancel:{appointment}"),
            Self::Commitment(draft) => format!("commitment:{}", draft.what),
            Self::Notify(draft) => format!("notify:{}", draft.template.id),
            Self::StateInstruction(content) => format!("state-instruction:{}", content.id),
            Self::OpenPlaybook(playbook) => format!("open-playbook:{playbook}"),
            Self::Transfer(to) => format!("transfer:{to}"),
            Self::Close(outcome) => format!("close:{outcome}"),
        }
    }

    /// Whether the host carries it out by itself; the others are for a person to
    /// decide, or to say.
    #[must_use]
    pub fn is_carried_out(&self) -> bool {
        matches!(self, Self::Commitment(_) | Self::Notify(_))
    }
}

/// What the operator sees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// What to say and ask, in order.
    pub prompts: Vec<Prompt>,
    /// Keys of required facts that are missing.
    pub missing: Vec<String>,
    /// Whether the script allows closing.
    pub may_close: bool,
    /// The recap, once there is something to say back.
    pub recap: Option<ReadBack>,
    /// Proposals.
    pub effects: Vec<Effect>,
}

/// How far the booking of a contact is, for the recap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BookingProgress {
    /// Nothing was asked of an agenda.
    None,
    /// Under way.
    Pending,
    /// In the agenda.
    Confirmed,
    /// Refused by the agenda.
    Refused,
    /// Not known: say nothing, do not enter it again.
    ToVerify,
}

/// The appointment of a contact, in the words of a recap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppointmentSummary {
    /// How far it is.
    pub state: BookingProgress,
    /// When.
    pub span: Span,
    /// The start in civil time: `2026-11-21T09:30`.
    pub start_local: String,
    /// With whom.
    pub practitioner: Option<String>,
    /// Where.
    pub site: Option<String>,
    /// What for.
    pub motive: String,
    /// How to prepare.
    pub instructions: Option<String>,
    /// What to bring.
    pub documents: Vec<String>,
    /// How many minutes before the start to arrive.
    pub arrive_early_min: u32,
}

/// A promise of a contact, in the words of a recap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitmentSummary {
    /// What.
    pub what: String,
    /// The words said.
    pub said: String,
    /// Until when.
    pub due: Instant,
    /// The same in civil time.
    pub due_local: String,
    /// When the window in which it is kept begins, in civil time; absent when it is kept at
    /// any time until it is due.
    #[serde(default)]
    pub start_local: Option<String>,
}

/// Everything a script plugin sees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// The script to render; the plugin's default when the id is empty.
    pub script: ContentRef,
    /// Place and time.
    pub context: PracticeContext,
    /// All facts, oldest first.
    pub facts: Vec<Fact>,
    /// The triage conclusion so far.
    pub assessment: Option<Assessment>,
    /// What to call when it is an emergency call, to be read after « le ».
    pub emergency_call: Option<String>,
    /// The appointment so far.
    pub appointment: Option<AppointmentSummary>,
    /// The promises so far.
    pub commitments: Vec<CommitmentSummary>,
    /// Keys of the effects already carried out.
    pub done: Vec<String>,
    /// Why the operator wants to close without the required facts.
    pub override_reason: Option<String>,
}

/// A script that a plugin offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScriptInfo {
    /// Which content, in which version.
    pub content: ContentRef,
    /// For the eye of the operator.
    pub title: String,
    /// Motives that it is made for; all when empty.
    pub motives: Vec<String>,
    /// Caller kinds that it is made for; all when empty.
    pub caller_kinds: Vec<String>,
    /// Skills that an operator must have.
    pub needs_skills: Vec<String>,
}
