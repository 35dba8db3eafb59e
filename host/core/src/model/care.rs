//! The vocabulary shared by triage, scripts and messages.

pub mod keys;

use serde::{Deserialize, Serialize};

use crate::time::{Instant, Span};

/// How soon somebody must act. `Vital` is the highest and sorts first, so the
/// *higher* of two levels is their minimum: use [`Level::raised_to`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// 1: life at stake, the emergency number now.
    Vital,
    /// 2: a clinician within minutes.
    VeryUrgent,
    /// 3: today.
    SameDay,
    /// 4: within days.
    Soon,
    /// 5: no clinical haste.
    Routine,
}

impl Level {
    /// The higher (more urgent) of the two. There is no function that lowers.
    #[must_use]
    pub fn raised_to(self, other: Self) -> Self {
        self.min(other)
    }

    /// Whether `self` is at least as urgent as `floor`.
    #[must_use]
    pub fn at_least(self, floor: Self) -> bool {
        self <= floor
    }

    /// The wire word: `very-urgent`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Vital => "vital",
            Self::VeryUrgent => "very-urgent",
            Self::SameDay => "same-day",
            Self::Soon => "soon",
            Self::Routine => "routine",
        }
    }

    /// All levels, the highest first.
    pub const ALL: [Self; 5] = [Self::Vital, Self::VeryUrgent, Self::SameDay, Self::Soon, Self::Routine];
}

/// What a request is about. `Mixed` is treated as medical everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Nature {
    /// About somebody's health.
    Medical,
    /// About papers, hours, money.
    Administrative,
    /// Both, or not known.
    Mixed,
}

/// How much a text reveals; channels carry up to a ceiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sensitivity {
    /// Could hang on the practice's door.
    Public,
    /// Identifies somebody, says nothing of their health.
    Personal,
    /// Health data.
    Health,
}

/// Where a fact comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Said by the caller.
    Caller,
    /// Said by the patient.
    Patient,
    /// Entered by whoever holds the line.
    Operator,
    /// Entered by a clinician.
    Clinician,
    /// Read in an agenda.
    Agenda,
    /// Read in the medical record.
    MedicalRecord,
    /// Given by the network.
    Telephony,
    /// Given by a plugin.
    Plugin,
}

/// An answer. `Unknown`, `Refused` and a missing fact are never `No` (S3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// A positive answer.
    Yes,
    /// An explicit negative answer.
    No,
    /// Asked; the caller does not know.
    Unknown,
    /// Asked; the caller does not want to say.
    Refused,
    /// A whole number.
    Number(i64),
    /// A decimal number.
    Decimal(f64),
    /// One of the offered choices.
    Choice(String),
    /// Several of the offered choices.
    Choices(Vec<String>),
    /// Free words.
    Text(String),
    /// A civil date, `2026-11-21`.
    Date(String),
    /// A phone number, E.164 where it could be normalised.
    Phone(String),
}

impl Value {
    /// The words of a text, choice, date or phone.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Choice(text) | Self::Text(text) | Self::Date(text) | Self::Phone(text) => Some(text),
            _ => None,
        }
    }
}

/// One answer, with its source. Facts are append-only: a correction is a new
/// fact under the same key (S7).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// What was asked: one of [`keys`] or a plugin's own question key.
    pub key: String,
    /// The answer.
    pub value: Value,
    /// Who gave it.
    pub source: Source,
    /// When it was written down.
    pub at: Instant,
    /// The subject of the token that wrote it, or the plugin's feature.
    pub by: String,
}

/// The latest fact under a key, if any.
#[must_use]
pub fn latest<'a>(facts: &'a [Fact], key: &str) -> Option<&'a Fact> {
    facts.iter().rev().find(|fact| fact.key == key)
}

/// A versioned, digested piece of approved content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentRef {
    /// Its name.
    pub id: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its bytes; empty when the author gave none.
    #[serde(default)]
    pub digest: Vec<u8>,
}

/// Who approved a content, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validation {
    /// Who wrote it.
    pub author: String,
    /// RPPS number of the clinician who signed.
    pub validator_rpps: String,
    /// When they signed.
    pub validated_at: Instant,
    /// From when it must not be used any more.
    pub expires_at: Instant,
    /// The signature's bytes.
    #[serde(default)]
    pub signature: Vec<u8>,
}

/// What a pure plugin may know of the place and time of a contact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PracticeContext {
    /// The site that was contacted.
    pub site: String,
    /// The practitioner asked for.
    pub practitioner: Option<String>,
    /// The speciality asked for.
    pub speciality: Option<String>,
    /// IANA zone of the site.
    pub zone: String,
    /// The contact's clock: a pure plugin has no other.
    pub now: Instant,
    /// The same in the site's civil time: `2026-11-21T09:30:00`.
    pub now_local: String,
    /// Opening periods of the site around `now`.
    pub opening: Vec<Span>,
    /// BCP 47 language of the conversation.
    pub language: String,
}
