//! Triage: what a triage plugin is asked and what it answers.

use serde::{Deserialize, Serialize};

use super::care::{ContentRef, Fact, Level, Nature, PracticeContext, Validation};
use super::emergency::EmergencyService;

/// A grid that a triage plugin offers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Protocol {
    /// Which content, in which version.
    pub content: ContentRef,
    /// For the eye of the operator.
    pub title: String,
    /// Motives that it covers.
    pub motives: Vec<String>,
    /// Youngest patient, in days.
    pub min_age_days: Option<u32>,
    /// Oldest patient, in days.
    pub max_age_days: Option<u32>,
    /// No conclusion of this protocol may be lower.
    pub floor: Level,
    /// The clinician's approval.
    pub validation: Option<Validation>,
}

/// What kind of answer a question takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerKind {
    /// Yes, no, or does not know.
    YesNoUnknown,
    /// One choice.
    Single,
    /// Several choices.
    Multiple,
    /// A number.
    Number,
    /// Free words.
    Text,
    /// A civil date.
    Date,
    /// A phone number.
    Phone,
}

/// One offered answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The value to send back.
    pub id: String,
    /// What the operator reads.
    pub label: String,
}

/// A question, as it is spoken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The fact key that the answer goes under.
    pub key: String,
    /// The words to say.
    pub spoken: String,
    /// Why it is asked, for the operator.
    pub why: String,
    /// What kind of answer.
    pub kind: AnswerKind,
    /// The offered answers, for single and multiple.
    pub choices: Vec<Choice>,
    /// Whether it is a red flag.
    pub red_flag: bool,
    /// Whether the contact can go on without it.
    pub required: bool,
}

/// Where a contact is sent. Organisational, never a diagnosis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Orientation {
    /// Call this emergency service now.
    EmergencyCall(EmergencyService),
    /// Put through to this destination.
    LiveTransfer(String),
    /// A clinician calls back within so many minutes.
    ClinicianCallback(u32),
    /// An appointment today.
    SameDaySlot,
    /// An appointment within so many minutes.
    SlotWithin(u32),
    /// A teleconsultation within so many minutes.
    Teleconsultation(u32),
    /// A message to this recipient.
    Message(String),
    /// A document to prepare.
    DocumentRequest(String),
    /// Another service.
    Redirect(String),
    /// The practice contacts the caller again within so many minutes.
    Recontact(u32),
    /// Somebody must decide; the text says why.
    HumanDecision(String),
}

/// Why a level or an orientation was chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The rule's name.
    pub rule: String,
    /// Keys of the facts that it used.
    pub facts: Vec<String>,
    /// For the eye of the operator.
    pub text: String,
}

/// A conclusion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assessment {
    /// How soon.
    pub level: Level,
    /// About what.
    pub nature: Nature,
    /// Where to.
    pub orientation: Orientation,
    /// Why (S15).
    pub reasons: Vec<Reason>,
    /// Approved instructions to say, by reference only (S11).
    pub say: Vec<ContentRef>,
    /// The "if it gets worse" instruction.
    pub safety_net: Option<ContentRef>,
    /// What was not asked (S15).
    pub missing: Vec<String>,
    /// The protocol that concluded.
    pub protocol: ContentRef,
}

/// Everything a triage plugin sees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Encounter {
    /// The motive, once known.
    pub motive: Option<String>,
    /// Place and time.
    pub context: PracticeContext,
    /// All facts, oldest first.
    pub facts: Vec<Fact>,
    /// Age of the patient, when the birth date is known.
    pub patient_age_days: Option<u32>,
    /// The conclusion so far.
    pub previous: Option<Assessment>,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::large_enum_variant, reason = "short-lived, one at a time; a box would only hide it")]
pub enum Step {
    /// Ask these, in this order.
    Ask(Vec<Question>),
    /// Nothing more to ask.
    Conclude(Assessment),
}

/// How bad a finding of the static analysis is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingSeverity {
    /// The content must not go live.
    Error,
    /// Worth a look.
    Warning,
}

/// One finding of a plugin's static analysis of its settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How bad.
    pub severity: FindingSeverity,
    /// Where in the settings: `protocols.fever.questions.3`.
    pub path: String,
    /// What, and what to do.
    pub message: String,
}
