//! Somebody at the desk made sure of who is on the line. It is no fact, so that no plugin can
//! ask for it.

use serde::{Deserialize, Serialize};

use crate::ids::PatientId;
use crate::model::care::{Fact, keys, latest};
use crate::model::patient::Patient;
use crate::time::Instant;

/// What says who calls and for whom: a check counts as long as these stay what they were.
const IDENTITY: [&str; 6] = [
    keys::CALLER_KIND,
    keys::CALLER_NAME,
    keys::CALLER_RELATION,
    keys::PATIENT_FAMILY,
    keys::PATIENT_GIVEN,
    keys::PATIENT_BIRTH_DATE,
];

/// How somebody at the desk made sure of who is on the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckedBy {
    /// By calling back to a number that the practice knew before.
    CalledBack,
    /// By a document that they saw.
    Document,
    /// By a code that the practice agreed with the patient.
    Code,
}

impl CheckedBy {
    /// The wire word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CalledBack => "called-back",
            Self::Document => "document",
            Self::Code => "code",
        }
    }
}

/// Somebody at the desk made sure of who is on the line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityCheck {
    /// How.
    pub how: CheckedBy,
    /// Of which patient they spoke.
    pub patient: PatientId,
    /// Who.
    pub by: String,
    /// When.
    pub at: Instant,
    /// So many facts had been told until then.
    pub facts: usize,
}

impl IdentityCheck {
    /// Whether it still says who is on the line: nobody has told of another caller or patient
    /// since.
    pub(super) fn holds(&self, facts: &[Fact], records: &[Patient]) -> bool {
        let before = facts.get(..self.facts).unwrap_or(facts);
        let value = |facts, key| latest(facts, key).map(|fact| &fact.value);
        records.iter().any(|record| record.id == self.patient)
            && IDENTITY.iter().all(|key| value(before, key) == value(facts, key))
    }
}
