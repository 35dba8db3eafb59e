//! The registry of patients.

use greffon_core::flow::ReadPatient;
use greffon_core::model::patient;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::commitment::Commitment;
use super::contact::Contact;
use super::person::IdentityTrust;
use super::time::Timestamp;
use super::{each, mirrored};

mirrored! {
    /// Sex, as civil status has it.
    Sex = patient::Sex { Female, Male, Undetermined }
}

mirrored! {
    /// Where a record differs from what is told.
    Difference = patient::Difference { FamilyName, GivenName, BirthDate, Telephone }
}

/// The traits of an identity (RNIV).
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Traits {
    /// Name at birth, or the only one that is known.
    family: String,
    /// The name in use, when it is another one.
    #[serde(default)]
    used: Option<String>,
    /// Given names, in the order of the birth certificate.
    given: Vec<String>,
    /// Birth date, or the part of it that is known.
    #[serde(default)]
    birth_date: Option<String>,
    /// Sex.
    #[serde(default)]
    sex: Option<Sex>,
    /// Official code of the place of birth (INSEE, five characters).
    #[serde(default)]
    birth_place: Option<String>,
}

impl From<patient::Traits> for Traits {
    fn from(core: patient::Traits) -> Self {
        let patient::Traits { family, used, given, birth_date, sex, birth_place } = core;
        Self { family, used, given, birth_date, sex: sex.map(Into::into), birth_place }
    }
}

impl From<Traits> for patient::Traits {
    fn from(shape: Traits) -> Self {
        let Traits { family, used, given, birth_date, sex, birth_place } = shape;
        Self { family, used, given, birth_date, sex: sex.map(Into::into), birth_place }
    }
}

/// Somebody around a patient.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Relation {
    /// `parent`, `guardian`, `trusted-person`, `spouse`, `child`, `carer` or `other`.
    kind: String,
    /// Their name.
    name: String,
    /// Their number.
    #[serde(default)]
    phone: Option<String>,
    /// Whether the patient has said that they may be told what concerns him.
    #[serde(default)]
    may_be_told: bool,
    /// Whether the patient has said that they are to be told nothing.
    #[serde(default)]
    must_not_be_told: bool,
}

impl From<patient::Relation> for Relation {
    fn from(core: patient::Relation) -> Self {
        let patient::Relation { kind, name, phone, may_be_told, must_not_be_told } = core;
        Self { kind, name, phone, may_be_told, must_not_be_told }
    }
}

impl From<Relation> for patient::Relation {
    fn from(shape: Relation) -> Self {
        let Relation { kind, name, phone, may_be_told, must_not_be_told } = shape;
        Self { kind, name, phone, may_be_told, must_not_be_told }
    }
}

/// What a patient wants and allows; null for what was never asked.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Preferences {
    /// Whether messages about appointments may be sent.
    #[serde(default)]
    messages: Option<bool>,
    /// Whether these may be SMS.
    #[serde(default)]
    sms: Option<bool>,
    /// Whether these may be mails.
    #[serde(default)]
    email: Option<bool>,
    /// Whether somebody who calls may leave a message on an answering machine.
    #[serde(default)]
    voicemail: Option<bool>,
    /// Whether a message may say which practice it is from.
    #[serde(default)]
    naming: Option<bool>,
    /// The language that they are spoken to in (BCP 47).
    #[serde(default)]
    language: Option<String>,
}

impl From<patient::Preferences> for Preferences {
    fn from(core: patient::Preferences) -> Self {
        let patient::Preferences { messages, sms, email, voicemail, naming, language } = core;
        Self { messages, sms, email, voicemail, naming, language }
    }
}

impl From<Preferences> for patient::Preferences {
    fn from(shape: Preferences) -> Self {
        let Preferences { messages, sms, email, voicemail, naming, language } = shape;
        Self { messages, sms, email, voicemail, naming, language }
    }
}

/// Who said that an identity is more than what a caller said.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrustSet {
    /// Who.
    by: String,
    /// When.
    at: Timestamp,
    /// How.
    reason: String,
}

impl From<patient::TrustSet> for TrustSet {
    fn from(core: patient::TrustSet) -> Self {
        Self { by: core.by, at: core.at.into(), reason: core.reason }
    }
}

/// One patient of a practice's registry.
#[derive(Serialize, ToSchema)]
pub(crate) struct Patient {
    /// Its name.
    id: Uuid,
    /// What a change must name: it is refused when somebody else wrote meanwhile.
    version: i64,
    /// Who.
    traits: Traits,
    /// Numbers, the first is tried first.
    phones: Vec<String>,
    /// Those of them that a caller gave and nobody has kept since, by a change: they prove
    /// nothing.
    learnt_phones: Vec<String>,
    /// E-mail address.
    email: Option<String>,
    /// Those around them.
    relations: Vec<Relation>,
    /// What they want and allow.
    preferences: Preferences,
    /// Whether they have died: nothing is sent to them, and nobody is told anything.
    deceased: bool,
    /// How far the identity is trusted.
    trust: IdentityTrust,
    /// Who said so.
    trust_set: Option<TrustSet>,
    /// Records that this may be the patient of: for a person to decide.
    resembles: Vec<Uuid>,
    /// Records that a person has told apart from this one.
    distinct: Vec<Uuid>,
    /// The record that a person found this one to be.
    joined_to: Option<Uuid>,
    /// When the practice first heard of them.
    created_at: Timestamp,
}

impl From<patient::Patient> for Patient {
    fn from(core: patient::Patient) -> Self {
        Self {
            id: core.id.0,
            version: core.version,
            traits: core.traits.into(),
            phones: core.phones,
            learnt_phones: core.learnt_phones,
            email: core.email,
            relations: each(core.relations),
            preferences: core.preferences.into(),
            deceased: core.deceased,
            trust: core.trust.into(),
            trust_set: core.trust_set.map(Into::into),
            resembles: core.resembles.into_iter().map(|one| one.0).collect(),
            distinct: core.distinct.into_iter().map(|one| one.0).collect(),
            joined_to: core.merged_into.map(|one| one.0),
            created_at: core.created_at.into(),
        }
    }
}

/// A patient with what they asked before.
#[derive(Serialize, ToSchema)]
pub(crate) struct WholePatient {
    /// The patient; the record that it was joined to, where it was.
    #[serde(flatten)]
    patient: Patient,
    /// The records that are joined to it.
    joined: Vec<Patient>,
    /// Contacts, newest first, at most 50.
    contacts: Vec<Contact>,
    /// Promises that are not kept yet.
    owed: Vec<Commitment>,
}

impl From<ReadPatient> for WholePatient {
    fn from(core: ReadPatient) -> Self {
        Self {
            patient: core.patient.into(),
            joined: each(core.joined),
            contacts: each(core.contacts),
            owed: each(core.owed),
        }
    }
}

/// A patient whom a contact may be about.
#[derive(Serialize, ToSchema)]
pub(crate) struct Candidate {
    /// Which.
    patient: Uuid,
    /// Name at birth.
    family: String,
    /// The name in use, when it is another one.
    used: Option<String>,
    /// Given names.
    given: Vec<String>,
    /// Birth date.
    birth_date: Option<String>,
    /// Where they differ from what is told; nothing when several are the same.
    differs: Vec<Difference>,
}

impl From<patient::Candidate> for Candidate {
    fn from(core: patient::Candidate) -> Self {
        let patient::Candidate { patient, family, used, given, birth_date, differs } = core;
        Self { patient: patient.0, family, used, given, birth_date, differs: each(differs) }
    }
}

/// How much is known of whom a contact is about.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PatientState {
    /// Nobody that the registry knows, or too little is told.
    Unknown,
    /// The one that is named.
    Known,
    /// Perhaps one of the candidates: choose.
    Doubtful,
    /// None of those that were shown, said a person.
    Somebody,
}

/// Whom a contact is about.
#[derive(Serialize, ToSchema)]
pub(crate) struct PatientLink {
    /// How much is known.
    state: PatientState,
    /// Which.
    patient: Option<Uuid>,
    /// The person who said so; null when every trait was the same.
    by: Option<String>,
    /// Those whom it may be about, the likeliest first.
    candidates: Vec<Candidate>,
}

impl From<patient::Link> for PatientLink {
    fn from(core: patient::Link) -> Self {
        let nothing = |state| Self { state, patient: None, by: None, candidates: Vec::new() };
        match core {
            patient::Link::Unknown => nothing(PatientState::Unknown),
            patient::Link::Known { patient, by } => {
                Self { patient: Some(patient.0), by, ..nothing(PatientState::Known) }
            }
            patient::Link::Doubtful { candidates } => {
                Self { candidates: each(candidates), ..nothing(PatientState::Doubtful) }
            }
            patient::Link::Somebody { by, .. } => Self { by: Some(by), ..nothing(PatientState::Somebody) },
        }
    }
}
