//! Which patient of the registry a contact is about.

use serde::{Deserialize, Serialize};

use super::{Difference, Likeness, Patient, likeness};
use crate::ids::PatientId;
use crate::model::person::Person;

/// More candidates than this are not shown: the identity says too little.
const MAX_CANDIDATES: usize = 10;

/// Which patient a contact is about, as far as that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Link {
    /// Nobody that the registry knows, or nothing that tells.
    #[default]
    Unknown,
    /// This one.
    Known {
        /// Which. It may have been found to be another one since.
        patient: PatientId,
        /// Who said so; nobody when every trait was the same.
        #[serde(default)]
        by: Option<String>,
    },
    /// Perhaps one of these: a person decides.
    Doubtful {
        /// The likeliest first.
        candidates: Vec<Candidate>,
    },
    /// None of those that it resembled, said a person.
    Somebody {
        /// Who said so.
        by: String,
        /// The patients that it was told apart from.
        not: Vec<PatientId>,
    },
}

impl Link {
    /// The patient, where there is no doubt.
    #[must_use]
    pub fn patient(&self) -> Option<PatientId> {
        match self {
            Self::Known { patient, .. } => Some(*patient),
            _ => None,
        }
    }

    /// Those whom it may be: the patient, or each of whom there is a doubt.
    #[must_use]
    pub fn may_be(&self) -> Vec<PatientId> {
        match self {
            Self::Known { patient, .. } => vec![*patient],
            Self::Doubtful { candidates } => candidates.iter().map(|one| one.patient).collect(),
            Self::Unknown | Self::Somebody { .. } => Vec::new(),
        }
    }
}

/// A patient whom a contact may be about, as the person who decides is shown them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Which.
    pub patient: PatientId,
    /// Name at birth.
    pub family: String,
    /// The name in use, when it is another one.
    #[serde(default)]
    pub used: Option<String>,
    /// Given names.
    pub given: Vec<String>,
    /// Birth date.
    pub birth_date: Option<String>,
    /// Where they differ from what is told; nothing when several are the same.
    pub differs: Vec<Difference>,
}

impl std::fmt::Debug for Candidate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Candidate").field("patient", &self.patient).field("differs", &self.differs).finish()
    }
}

/// What the registry says of somebody whom a caller tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// Nobody like that.
    Nobody,
    /// This one, and no other is like that.
    One(PatientId),
    /// A person decides.
    Several(Vec<Candidate>),
}

/// Whom the registry knows that is like the person told of, among these patients; those
/// that were found to be another one stand for that one, which is among them.
#[must_use]
pub fn recognise(told: &Person, among: &[Patient]) -> Match {
    let mut candidates: Vec<Candidate> = Vec::new();
    for known in among {
        let differs = match likeness(told, known) {
            Likeness::Other => continue,
            Likeness::Same => Vec::new(),
            Likeness::Near(differs) => differs,
        };
        let shown = root(known, among);
        match candidates.iter_mut().find(|one| one.patient == shown.id) {
            // Of two spellings of one patient the better counts.
            Some(there) if there.differs.len() > differs.len() => there.differs = differs,
            Some(_) => {}
            None => candidates.push(Candidate {
                patient: shown.id,
                family: shown.traits.family.clone(),
                used: shown.traits.used.clone(),
                given: shown.traits.given.clone(),
                birth_date: shown.traits.birth_date.clone(),
                differs,
            }),
        }
    }
    candidates.sort_by_key(|one| (one.differs.len(), one.patient));
    candidates.truncate(MAX_CANDIDATES);
    let mut same = candidates.iter().filter(|one| one.differs.is_empty());
    match (same.next(), same.next()) {
        (Some(one), None) => Match::One(one.patient),
        _ if candidates.is_empty() => Match::Nobody,
        _ => Match::Several(candidates),
    }
}

/// The patient that one was found to be, as far as they are among these.
#[must_use]
pub fn root<'a>(patient: &'a Patient, among: &'a [Patient]) -> &'a Patient {
    let mut at = patient;
    for _ in 0..among.len() {
        match at.merged_into.and_then(|into| among.iter().find(|one| one.id == into)) {
            Some(next) => at = next,
            None => break,
        }
    }
    at
}
