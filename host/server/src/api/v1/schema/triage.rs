//! Questions, levels and conclusions.

use greffon_core::model::{care, emergency, triage};
use serde::Serialize;
use utoipa::ToSchema;

use super::{each, mirrored};

mirrored! {
    /// How soon somebody must act; `vital` is the highest.
    Level = care::Level { Vital, VeryUrgent, SameDay, Soon, Routine }
}

mirrored! {
    /// What a request is about; `mixed` is treated as medical.
    Nature = care::Nature { Medical, Administrative, Mixed }
}

mirrored! {
    /// What kind of answer a question takes.
    AnswerKind = triage::AnswerKind { YesNoUnknown, Single, Multiple, Number, Text, Date, Phone }
}

mirrored! {
    /// A public emergency service.
    EmergencyService = emergency::EmergencyService {
        Samu, FireAndRescue, Police, European, DeafRelay, PoisonCentre, SuicidePrevention,
    }
}

/// A call to an emergency service.
#[derive(Serialize, ToSchema)]
pub(crate) struct EmergencyCall {
    /// Which service.
    service: EmergencyService,
    /// What to dial and whom that reaches, in French: `15 (SAMU)`.
    shown: String,
}

impl From<emergency::EmergencyService> for EmergencyCall {
    fn from(core: emergency::EmergencyService) -> Self {
        Self { service: core.into(), shown: core.shown().to_string() }
    }
}

/// A versioned piece of approved content.
#[derive(Serialize, ToSchema)]
pub(crate) struct ContentRef {
    /// Its name.
    id: String,
    /// Its version.
    version: String,
}

impl From<care::ContentRef> for ContentRef {
    fn from(core: care::ContentRef) -> Self {
        Self { id: core.id, version: core.version }
    }
}

/// One offered answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct Choice {
    /// The value to send back.
    id: String,
    /// What the operator reads.
    label: String,
}

impl From<triage::Choice> for Choice {
    fn from(core: triage::Choice) -> Self {
        Self { id: core.id, label: core.label }
    }
}

/// A question, as it is spoken.
#[derive(Serialize, ToSchema)]
pub(crate) struct Question {
    /// The fact key that the answer goes under.
    key: String,
    /// The words to say.
    spoken: String,
    /// Why it is asked, for the operator.
    why: String,
    /// What kind of answer.
    kind: AnswerKind,
    /// The offered answers, for `single` and `multiple`.
    choices: Vec<Choice>,
    /// Whether it is a red flag.
    red_flag: bool,
    /// Whether an answer is needed.
    required: bool,
}

impl From<triage::Question> for Question {
    fn from(core: triage::Question) -> Self {
        Self {
            key: core.key,
            spoken: core.spoken,
            why: core.why,
            kind: core.kind.into(),
            choices: each(core.choices),
            red_flag: core.red_flag,
            required: core.required,
        }
    }
}

/// Where a contact is sent: a word, or an object of one key. Organisational,
/// never a diagnosis.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Orientation {
    /// Call this emergency service now.
    EmergencyCall(EmergencyCall),
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

impl From<triage::Orientation> for Orientation {
    fn from(core: triage::Orientation) -> Self {
        use triage::Orientation as Core;
        match core {
            Core::EmergencyCall(service) => Self::EmergencyCall(service.into()),
            Core::LiveTransfer(to) => Self::LiveTransfer(to),
            Core::ClinicianCallback(minutes) => Self::ClinicianCallback(minutes),
            Core::SameDaySlot => Self::SameDaySlot,
            Core::SlotWithin(minutes) => Self::SlotWithin(minutes),
            Core::Teleconsultation(minutes) => Self::Teleconsultation(minutes),
            Core::Message(to) => Self::Message(to),
            Core::DocumentRequest(what) => Self::DocumentRequest(what),
            Core::Redirect(to) => Self::Redirect(to),
            Core::Recontact(minutes) => Self::Recontact(minutes),
            Core::HumanDecision(why) => Self::HumanDecision(why),
        }
    }
}

/// Why a level or an orientation was chosen.
#[derive(Serialize, ToSchema)]
pub(crate) struct Reason {
    /// The rule's name.
    rule: String,
    /// Keys of the facts that it used.
    facts: Vec<String>,
    /// For the eye of the operator.
    text: String,
}

impl From<triage::Reason> for Reason {
    fn from(core: triage::Reason) -> Self {
        Self { rule: core.rule, facts: core.facts, text: core.text }
    }
}

/// A conclusion of triage.
#[derive(Serialize, ToSchema)]
pub(crate) struct Assessment {
    /// How soon.
    level: Level,
    /// About what.
    nature: Nature,
    /// Where to.
    orientation: Orientation,
    /// Why.
    reasons: Vec<Reason>,
    /// Approved instructions to say.
    say: Vec<ContentRef>,
    /// The "if it gets worse" instruction.
    safety_net: Option<ContentRef>,
    /// What was not asked.
    missing: Vec<String>,
    /// The protocol that concluded.
    protocol: ContentRef,
}

impl From<triage::Assessment> for Assessment {
    fn from(core: triage::Assessment) -> Self {
        Self {
            level: core.level.into(),
            nature: core.nature.into(),
            orientation: core.orientation.into(),
            reasons: each(core.reasons),
            say: each(core.say),
            safety_net: core.safety_net.map(Into::into),
            missing: core.missing,
            protocol: core.protocol.into(),
        }
    }
}
