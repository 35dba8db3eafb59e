//! A practice's registry of patients: who somebody is, as far as reception needs to know,
//! across all their contacts.
//!
//! An identity that was said on a telephone is provisional (RNIV), and stays so until a
//! person who saw a document says otherwise. Nothing in a contact ever changes the traits
//! of a patient, and no plugin sees the registry.

mod change;
mod compare;
mod likeness;
mod link;
mod merge;
mod terms;
mod wishes;

pub use change::{Change, MAX_PHONES, MAX_RELATIONS, TRUSTED_BY, change, meet};
pub use compare::{same_name, same_phone, whole_birth_date};
pub use likeness::{Difference, Likeness, likeness};
pub use link::{Candidate, Link, Match, recognise, root};
pub use merge::{MAX_MERGED, distinguish, merge, part};
use serde::{Deserialize, Serialize};
use std::fmt;
pub use terms::{Term, terms_of, terms_of_patient};
pub use wishes::{PATIENT_DECEASED, PATIENT_REFUSES, Wishes};

use super::person::{IdentityTrust, Person};
use crate::ids::{PatientId, PracticeId};
use crate::time::Instant;

/// Sex, as civil status has it (RNIV trait).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
    /// Not determined (INS « indéterminé »).
    Undetermined,
}

/// The traits of an identity: the five strict ones of the RNIV (name at birth, given
/// names, birth date, sex, place of birth) and the name in use. `Debug` prints none.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traits {
    /// Name at birth, or the only one that is known.
    pub family: String,
    /// The name in use, when it is another one.
    #[serde(default)]
    pub used: Option<String>,
    /// Given names, in the order of the birth certificate.
    #[serde(default)]
    pub given: Vec<String>,
    /// Civil date, or the part of it that is known.
    #[serde(default)]
    pub birth_date: Option<String>,
    /// Sex.
    #[serde(default)]
    pub sex: Option<Sex>,
    /// Official geographic code of the place of birth (INSEE, five characters).
    #[serde(default)]
    pub birth_place: Option<String>,
}

impl fmt::Debug for Traits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Traits").finish_non_exhaustive()
    }
}

/// Somebody who speaks for a patient, or whom the patient wants to be told or not.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relation {
    /// `parent`, `guardian`, `trusted-person`, `spouse`, `child`, `carer`, `other`.
    pub kind: String,
    /// Their name.
    pub name: String,
    /// Their number, E.164 where that can be told.
    #[serde(default)]
    pub phone: Option<String>,
    /// Whether the patient has said that they may be told what concerns him.
    #[serde(default)]
    pub may_be_told: bool,
    /// Whether the patient has said that they are to be told nothing.
    #[serde(default)]
    pub must_not_be_told: bool,
}

impl fmt::Debug for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relation").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// What a patient wants and allows. What was never asked is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferences {
    /// Whether messages about appointments may be sent.
    #[serde(default)]
    pub messages: Option<bool>,
    /// Whether these may be SMS.
    #[serde(default)]
    pub sms: Option<bool>,
    /// Whether these may be mails.
    #[serde(default)]
    pub email: Option<bool>,
    /// Whether somebody who calls may leave a message on an answering machine.
    #[serde(default)]
    pub voicemail: Option<bool>,
    /// Whether a message may say which practice it is from.
    #[serde(default)]
    pub naming: Option<bool>,
    /// The language that they are spoken to in (BCP 47).
    #[serde(default)]
    pub language: Option<String>,
}

/// A person saw to it that an identity is what it is said to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustSet {
    /// Who.
    pub by: String,
    /// When.
    pub at: Instant,
    /// How: which document.
    pub reason: String,
}

/// One patient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patient {
    /// Its name.
    pub id: PatientId,
    /// Whose.
    pub practice: PracticeId,
    /// Who.
    pub traits: Traits,
    /// Numbers, the first is tried first.
    #[serde(default)]
    pub phones: Vec<String>,
    /// Those of them that a caller gave and no person has kept since: they prove nothing.
    #[serde(default)]
    pub learnt_phones: Vec<String>,
    /// E-mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// Those around them.
    #[serde(default)]
    pub relations: Vec<Relation>,
    /// What they want and allow.
    #[serde(default)]
    pub preferences: Preferences,
    /// Whether they have died, as a person wrote down.
    #[serde(default)]
    pub deceased: bool,
    /// How far the identity is trusted.
    #[serde(default)]
    pub trust: IdentityTrust,
    /// Who said so, when it is more than said by a caller.
    #[serde(default)]
    pub trust_set: Option<TrustSet>,
    /// Patients that this may be: for a person to decide. Empty when nobody doubts.
    #[serde(default)]
    pub resembles: Vec<PatientId>,
    /// Patients that a person has told apart from this one.
    #[serde(default)]
    pub distinct: Vec<PatientId>,
    /// The patient that a person found this one to be.
    #[serde(default)]
    pub merged_into: Option<PatientId>,
    /// Those that were found to be this one, directly or through others.
    #[serde(default)]
    pub absorbed: Vec<PatientId>,
    /// When the practice first heard of them.
    pub created_at: Instant,
    /// When the last of their contacts arrived that is not kept any more.
    #[serde(default)]
    pub heard_of_at: Option<Instant>,
    /// Optimistic lock.
    pub version: i64,
}

impl Patient {
    /// A patient that a contact has told of: provisional, whoever it may resemble.
    #[must_use]
    pub fn told(id: PatientId, practice: PracticeId, told: &Person, resembles: Vec<PatientId>, now: Instant) -> Self {
        Self {
            id,
            practice,
            traits: Traits {
                family: told.family.trim().to_owned(),
                given: told.given.clone(),
                birth_date: told.birth_date.clone(),
                ..Traits::default()
            },
            phones: told.phone.iter().cloned().collect(),
            learnt_phones: Vec::new(),
            email: told.email.clone(),
            relations: Vec::new(),
            preferences: Preferences::default(),
            deceased: false,
            trust: IdentityTrust::Provisional,
            trust_set: None,
            resembles,
            distinct: Vec::new(),
            merged_into: None,
            absorbed: Vec::new(),
            created_at: now,
            heard_of_at: None,
            version: 0,
        }
    }

    /// Whether a person should look whether it is another patient's.
    #[must_use]
    pub fn is_doubtful(&self) -> bool {
        !self.resembles.is_empty() && self.merged_into.is_none()
    }

    /// Their numbers, but for those that only a caller gave: whoever knows the traits of a
    /// patient could else make a number of their own one that is known.
    pub fn certain_phones(&self) -> impl Iterator<Item = &str> {
        self.phones.iter().filter(|phone| !self.learnt_phones.contains(phone)).map(String::as_str)
    }

    /// When somebody last told of them, as far as that is kept apart from the contacts.
    #[must_use]
    pub fn last_heard_of(&self) -> Instant {
        self.heard_of_at.map_or(self.created_at, |at| at.max(self.created_at))
    }

    /// This patient and all that were found to be it: whose contacts are its history.
    #[must_use]
    pub fn all_names(&self) -> Vec<PatientId> {
        std::iter::once(self.id).chain(self.absorbed.iter().copied()).collect()
    }
}
