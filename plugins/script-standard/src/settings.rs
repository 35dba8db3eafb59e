//! What a practice can change. Empty settings give a whole interview in French.

use std::collections::BTreeMap;

use greffon_sdk::practice::{ContentRef, Level};
use greffon_sdk::script::{AnswerKind, Choice, Phase, Question};
use serde::{Deserialize, Serialize};

use crate::phrases::{Phrases, Templates};
use crate::tone::Tone;

/// The settings, with the packs that they name.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub(crate) struct Standard {
    /// Version of this content; another one withdraws it.
    pub version: String,
    /// The packs that stand below these settings, by name; see `packs.rs`.
    pub packs: Vec<String>,
    pub greeting: String,
    pub phrases: Phrases,
    pub templates: Templates,
    /// Seconds per phase, by its name. A guide, never a limit.
    pub guide_seconds: BTreeMap<String, u32>,
    /// Motives in the order of the list that the operator sees.
    pub motives: Vec<MotiveSettings>,
    /// The motive that new symptoms make of a renewal.
    pub symptoms_motive: Option<String>,
    /// Required facts by kind of caller, instead of the usual ones.
    pub required: BTreeMap<String, Vec<String>>,
    /// Questions for keys of the practice's own.
    pub questions: Vec<Ask>,
    /// Frequent questions with their approved answers.
    pub faq: Vec<Faq>,
    /// Requests that somebody looks at, besides those that the motive hands over.
    pub handovers: Vec<Handover>,
    /// How an appointment is confirmed in writing; by nothing when absent.
    pub confirm_by: Option<ConfirmBy>,
    pub delays: Delays,
}

impl Default for Standard {
    fn default() -> Self {
        Self {
            version: "1".to_owned(),
            packs: Vec::new(),
            greeting: "Cabinet médical, bonjour.".to_owned(),
            phrases: Phrases::default(),
            templates: Templates::default(),
            guide_seconds: BTreeMap::new(),
            motives: Vec::new(),
            symptoms_motive: None,
            required: BTreeMap::new(),
            questions: Vec::new(),
            faq: Vec::new(),
            handovers: Vec::new(),
            confirm_by: None,
            delays: Delays::default(),
        }
    }
}

/// Minutes until what is promised is due; at most what the level that goes with it allows.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub(crate) struct Delays {
    pub answer_min: u32,
    pub professional_min: u32,
    pub professional_urgent_min: u32,
    pub laboratory_min: u32,
    /// When nothing is left to offer: the practice calls back.
    pub no_slot_min: u32,
}

impl Default for Delays {
    fn default() -> Self {
        Self {
            answer_min: 1440,
            professional_min: 240,
            professional_urgent_min: 15,
            laboratory_min: 15,
            no_slot_min: 120,
        }
    }
}

/// What kind of request a motive is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum MotiveKind {
    /// An appointment.
    #[default]
    Visit,
    /// A prescription again; new symptoms make it a visit.
    Renewal,
    /// A certificate.
    Certificate,
    /// Results of an examination.
    Results,
    /// A message to a practitioner.
    Message,
    /// A question that an approved text answers.
    Question,
    /// Another time for an appointment.
    Move,
    /// The end of an appointment.
    Cancel,
    /// Whether an appointment still stands.
    Confirm,
}

/// A motive of the practice.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct MotiveSettings {
    /// As the practice's file names it.
    pub id: String,
    /// For the list; none: the id.
    pub label: Option<String>,
    /// As the recap says it, after "c'est pour"; none: the label.
    pub said: Option<String>,
    /// None: guessed from the id.
    pub kind: Option<MotiveKind>,
    /// Medical and practical questions of this motive, in order.
    #[serde(default)]
    pub questions: Vec<Ask>,
}

/// A question of the practice.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Ask {
    pub key: String,
    /// To the patient, in the second person.
    pub spoken: String,
    /// To whoever speaks for the patient; none: as to the patient.
    pub to_relative: Option<String>,
    /// To a colleague; none: as to a relative.
    pub to_professional: Option<String>,
    #[serde(default)]
    pub why: String,
    pub kind: AskKind,
    #[serde(default)]
    pub choices: Vec<AskChoice>,
    #[serde(default)]
    pub required: bool,
    /// Asked only when this fact has one of these answers.
    pub when: Option<When>,
    /// Of a practice's `questions`: asked, once, when the caller's own words have one of
    /// these.
    #[serde(default)]
    pub when_said: Vec<String>,
}

/// What kind of answer a question takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AskKind {
    YesNo,
    Single,
    Multiple,
    Number,
    Text,
    Date,
    Phone,
}

/// One possible answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskChoice {
    pub id: String,
    pub label: String,
}

/// `{ fact = "…", is = ["yes", "unknown"] }`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct When {
    pub fact: String,
    pub is: Vec<String>,
}

/// A request that somebody of the practice looks at, whatever else comes of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Handover {
    /// Names the message.
    pub id: String,
    /// The caller's own words have one of these; any when empty.
    #[serde(default)]
    pub when_said: Vec<String>,
    /// And this fact has one of these answers.
    pub when: When,
    /// To whom, by the names that the host knows.
    pub to: String,
    /// What is said of it, before the hour.
    pub said: String,
    pub within_min: u32,
    /// At least as urgent as this; a script only raises.
    pub level: Raised,
}

/// A level that a script raises a message to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Raised {
    Soon,
    SameDay,
    VeryUrgent,
}

impl From<Raised> for Level {
    fn from(raised: Raised) -> Self {
        match raised {
            Raised::Soon => Self::Soon,
            Raised::SameDay => Self::SameDay,
            Raised::VeryUrgent => Self::VeryUrgent,
        }
    }
}

/// How an appointment is confirmed in writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ConfirmBy {
    Email,
}

/// A frequent question.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Faq {
    pub id: String,
    pub label: String,
    /// The approved answer: `id` or `id@version`.
    #[serde(with = "instruction")]
    pub instruction: ContentRef,
}

mod instruction {
    use greffon_sdk::practice::ContentRef;
    use serde::Deserialize;
    use serde::de::{Deserializer, Error};
    use serde::ser::Serializer;

    pub(super) fn serialize<S: Serializer>(content: &ContentRef, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}@{}", content.id, content.version))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ContentRef, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (id, version) = text.split_once('@').unwrap_or((&text, "1"));
        if id.is_empty() || version.is_empty() {
            return Err(D::Error::custom(format_args!("\"{text}\" is no instruction: write `id` or `id@version`")));
        }
        Ok(ContentRef::in_settings(id, version))
    }
}

impl Standard {
    /// How long a phase should take.
    pub fn guide_seconds(&self, phase: Phase) -> u32 {
        let usual = match phase {
            Phase::Greeting => 5,
            Phase::Identification => 45,
            Phase::Request | Phase::Triage | Phase::Proposal => 60,
            Phase::Requirements | Phase::ReadBack => 30,
            Phase::Closing => 10,
        };
        self.guide_seconds.get(phase_name(phase)).copied().unwrap_or(usual)
    }
}

/// The name of a phase in the contract.
pub(crate) fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Greeting => "greeting",
        Phase::Identification => "identification",
        Phase::Request => "request",
        Phase::Triage => "triage",
        Phase::Proposal => "proposal",
        Phase::Requirements => "requirements",
        Phase::ReadBack => "read-back",
        Phase::Closing => "closing",
    }
}

impl Ask {
    /// The question, as it is asked in this tone.
    pub fn question(&self, tone: Tone) -> Question {
        let choice = |choice: &AskChoice| Choice { id: choice.id.clone(), label: choice.label.clone() };
        let relative = self.to_relative.as_ref().unwrap_or(&self.spoken);
        let spoken = match tone {
            Tone::Patient => &self.spoken,
            Tone::Relative => relative,
            Tone::Professional => self.to_professional.as_ref().unwrap_or(relative),
        };
        Question {
            key: self.key.clone(),
            spoken: spoken.clone(),
            why: self.why.clone(),
            kind: match self.kind {
                AskKind::YesNo => AnswerKind::YesNoUnknown,
                AskKind::Single => AnswerKind::Single,
                AskKind::Multiple => AnswerKind::Multiple,
                AskKind::Number => AnswerKind::Number,
                AskKind::Text => AnswerKind::Text,
                AskKind::Date => AnswerKind::Date,
                AskKind::Phone => AnswerKind::Phone,
            },
            choices: self.choices.iter().map(choice).collect(),
            red_flag: false,
            required: self.required,
        }
    }
}
