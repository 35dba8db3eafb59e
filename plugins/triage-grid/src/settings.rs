//! The grids as the practice writes them.

use std::fmt;

use greffon_sdk::practice::{ContentRef, Level, Nature};
use greffon_sdk::triage::{AnswerKind, EmergencyService, Orientation};
use serde::de::{Deserializer, Error};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use crate::condition::Condition;

/// All grids of a practice.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Grid {
    /// What a vital red flag without an orientation of its own calls.
    #[serde(default)]
    pub emergency_service: Service,
    /// After so many questions a human decides.
    #[serde(default = "max_questions")]
    pub max_questions: usize,
    #[serde(default)]
    pub protocols: Vec<Protocol>,
}

fn max_questions() -> usize {
    12
}

/// One grid, for some motives and ages.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Protocol {
    pub id: String,
    pub version: String,
    pub title: String,
    /// Empty: any motive that no other protocol serves.
    #[serde(default)]
    pub motives: Vec<String>,
    /// In days, included.
    pub min_age_days: Option<u32>,
    /// In days, included.
    pub max_age_days: Option<u32>,
    #[serde(with = "level")]
    pub floor: Level,
    #[serde(default = "medical", with = "nature")]
    pub nature: Nature,
    /// Written for demonstrations, and says so. A practice whose patients are real is
    /// refused it by the host.
    #[serde(default)]
    pub demo: bool,
    /// Said with every conclusion that has none of its own.
    #[serde(default)]
    pub safety_net: Option<Instruction>,
    #[serde(default)]
    pub red_flags: Vec<RedFlag>,
    #[serde(default)]
    pub questions: Vec<Question>,
    #[serde(default)]
    pub rules: Vec<Rule>,
}

fn medical() -> Nature {
    Nature::Medical
}

/// A question whose positive answer ends the questions.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct RedFlag {
    pub key: String,
    pub spoken: String,
    #[serde(default)]
    pub why: String,
    /// Asked only then.
    pub when: Option<Condition>,
    #[serde(with = "level")]
    pub level: Level,
    /// None: the emergency service for `vital`, a clinician now for the rest.
    pub orientation: Option<Destination>,
    #[serde(default)]
    pub say: Vec<Instruction>,
}

/// A question.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Question {
    pub key: String,
    pub spoken: String,
    #[serde(default)]
    pub why: String,
    pub kind: Kind,
    #[serde(default)]
    pub choices: Vec<Choice>,
    /// Asked only then.
    pub when: Option<Condition>,
    #[serde(default = "yes")]
    pub required: bool,
}

fn yes() -> bool {
    true
}

/// What kind of answer a question takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    YesNo,
    Single,
    Multiple,
    Number,
    Text,
    Date,
}

impl From<Kind> for AnswerKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::YesNo => Self::YesNoUnknown,
            Kind::Single => Self::Single,
            Kind::Multiple => Self::Multiple,
            Kind::Number => Self::Number,
            Kind::Text => Self::Text,
            Kind::Date => Self::Date,
        }
    }
}

/// One possible answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Choice {
    pub id: String,
    pub label: String,
}

/// Facts to a level and an orientation.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Rule {
    pub id: String,
    pub when: Condition,
    #[serde(with = "level")]
    pub level: Level,
    pub orientation: Destination,
    /// The rule in words, for the operator.
    pub reason: String,
    #[serde(default)]
    pub say: Vec<Instruction>,
    pub safety_net: Option<Instruction>,
}

/// A public emergency service; the host knows what to dial.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Service {
    #[default]
    Samu,
    FireAndRescue,
    Police,
    European,
    DeafRelay,
    PoisonCentre,
    SuicidePrevention,
}

impl From<Service> for EmergencyService {
    fn from(service: Service) -> Self {
        match service {
            Service::Samu => Self::Samu,
            Service::FireAndRescue => Self::FireAndRescue,
            Service::Police => Self::Police,
            Service::European => Self::European,
            Service::DeafRelay => Self::DeafRelay,
            Service::PoisonCentre => Self::PoisonCentre,
            Service::SuicidePrevention => Self::SuicidePrevention,
        }
    }
}

/// Where to: an orientation as the settings write it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Destination {
    EmergencyCall(Service),
    LiveTransfer(String),
    ClinicianCallback(u32),
    SameDaySlot,
    SlotWithin(u32),
    Teleconsultation(u32),
    Message(String),
    DocumentRequest(String),
    Redirect(String),
    Recontact(u32),
    HumanDecision(String),
}

impl From<Destination> for Orientation {
    fn from(destination: Destination) -> Self {
        match destination {
            Destination::EmergencyCall(service) => Self::EmergencyCall(service.into()),
            Destination::LiveTransfer(to) => Self::LiveTransfer(to),
            Destination::ClinicianCallback(minutes) => Self::ClinicianCallback(minutes),
            Destination::SameDaySlot => Self::SameDaySlot,
            Destination::SlotWithin(minutes) => Self::SlotWithin(minutes),
            Destination::Teleconsultation(minutes) => Self::Teleconsultation(minutes),
            Destination::Message(to) => Self::Message(to),
            Destination::DocumentRequest(what) => Self::DocumentRequest(what),
            Destination::Redirect(to) => Self::Redirect(to),
            Destination::Recontact(minutes) => Self::Recontact(minutes),
            Destination::HumanDecision(why) => Self::HumanDecision(why),
        }
    }
}

/// An approved instruction of the practice: `id` or `id@version`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Instruction {
    pub id: String,
    pub version: String,
}

impl<'de> Deserialize<'de> for Instruction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (id, version) = text.split_once('@').unwrap_or((&text, "1"));
        if id.is_empty() || version.is_empty() {
            return Err(D::Error::custom(format_args!("\"{text}\" is no instruction: write `id` or `id@version`")));
        }
        Ok(Self { id: id.to_owned(), version: version.to_owned() })
    }
}

impl Serialize for Instruction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl From<&Instruction> for ContentRef {
    fn from(instruction: &Instruction) -> Self {
        Self::in_settings(&instruction.id, &instruction.version)
    }
}

impl fmt::Display for Instruction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.id, self.version)
    }
}

mod level {
    use super::{Deserialize, Deserializer, Error, Level, Serializer};

    pub(super) fn serialize<S: Serializer>(level: &Level, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(level.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Level, D::Error> {
        let word = String::deserialize(deserializer)?;
        Level::from_word(&word).ok_or_else(|| {
            let known = "vital, very-urgent, same-day, soon or routine";
            D::Error::custom(format_args!("\"{word}\" is no level: write {known}"))
        })
    }
}

mod nature {
    use super::{Deserialize, Deserializer, Error, Nature, Serializer};

    const ALL: [Nature; 3] = [Nature::Medical, Nature::Administrative, Nature::Mixed];

    fn word(nature: Nature) -> &'static str {
        match nature {
            Nature::Medical => "medical",
            Nature::Administrative => "administrative",
            Nature::Mixed => "mixed",
        }
    }

    pub(super) fn serialize<S: Serializer>(nature: &Nature, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(word(*nature))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Nature, D::Error> {
        let given = String::deserialize(deserializer)?;
        let nature = ALL.into_iter().find(|nature| word(*nature) == given);
        nature.ok_or_else(|| D::Error::custom(format_args!("\"{given}\" is none of {}", ALL.map(word).join(", "))))
    }
}

impl Protocol {
    /// Which content this is.
    pub fn content(&self) -> ContentRef {
        ContentRef::in_settings(&self.id, &self.version)
    }
}
