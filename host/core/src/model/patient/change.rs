//! What changes of a patient: by a person, never by what a caller says of the traits.

use greffon_words::{fields, refusals};

use super::{Patient, Preferences, Relation, Sex, Traits, TrustSet, same_phone};
use crate::model::audit::{Actor, Role};
use crate::model::channel::{is_email, is_phone};
use crate::model::person::{IdentityTrust, Person};
use crate::model::refusal::Refusal;
use crate::time::Instant;

/// Most numbers of one patient.
pub const MAX_PHONES: usize = 10;
/// Most people around one patient.
pub const MAX_RELATIONS: usize = 20;
/// Longest name, in characters.
const MAX_NAME: usize = 100;
/// Most given names.
const MAX_GIVEN: usize = 20;
/// Who may say that an identity is more than what a caller said: whoever sees the patient
/// and a document. Nobody does at a telephone.
pub const TRUSTED_BY: [Role; 2] = [Role::Practitioner, Role::PracticeAdmin];
/// Kinds of relations.
const RELATIONS: [&str; 7] = ["parent", "guardian", "trusted-person", "spouse", "child", "carer", "other"];

/// A patient as a person wants them to be, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Who.
    pub traits: Traits,
    /// Numbers.
    pub phones: Vec<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Those around them.
    pub relations: Vec<Relation>,
    /// What they want and allow.
    pub preferences: Preferences,
    /// Whether they have died.
    pub deceased: bool,
    /// How far the identity is trusted from now on; as before when absent, and provisional
    /// when a strict trait is another one.
    pub trust: Option<IdentityTrust>,
    /// Why: which document was seen, who said so. At least three words when the trust is
    /// raised.
    pub reason: String,
}

/// The patient after a change by a person.
///
/// # Errors
/// `Invalid` with the field, `Forbidden("practice-only")` when somebody raises the trust who
/// sees no patient, `NotAllowed("patient-merged")` when it was found to be another one.
pub fn change(patient: &Patient, change: Change, actor: &Actor, now: Instant) -> Result<Patient, Refusal> {
    if patient.merged_into.is_some() {
        return Err(Refusal::not_allowed("patient-merged", refusals::patient_merged()));
    }
    check(&change)?;
    let same_identity = strict(&patient.traits) == strict(&change.traits);
    let trust = match change.trust {
        Some(trust) => trust,
        None if same_identity => patient.trust,
        None => IdentityTrust::Provisional,
    };
    let raised = trust > IdentityTrust::Provisional && (trust != patient.trust || !same_identity);
    if raised {
        if !TRUSTED_BY.contains(&actor.role) {
            return Err(Refusal::Forbidden { code: "practice-only" });
        }
        if change.reason.split_whitespace().count() < 3 {
            return Err(Refusal::invalid("reason", fields::trust_reason()));
        }
        if !is_whole(&change.traits) {
            return Err(Refusal::invalid("trust", fields::trust_traits()));
        }
    }
    let trust_set = match (raised, trust) {
        (true, _) => Some(TrustSet { by: actor.subject.clone(), at: now, reason: change.reason.clone() }),
        (false, IdentityTrust::Provisional) => None,
        (false, _) => patient.trust_set.clone(),
    };
    let Change { traits, phones, email, relations, preferences, deceased, .. } = change;
    Ok(Patient {
        traits,
        phones,
        // Whoever writes the numbers down keeps them.
        learnt_phones: Vec::new(),
        email,
        relations,
        preferences,
        deceased,
        trust,
        trust_set,
        ..patient.clone()
    })
}

/// The patient after a contact that was certainly about them: a number or an address that
/// was not known is known then. Nothing else is taken over from what a caller says.
#[must_use]
pub fn meet(patient: &Patient, told: &Person) -> Patient {
    let mut patient = patient.clone();
    if let Some(phone) = &told.phone
        && patient.phones.len() < MAX_PHONES
        && !patient.phones.iter().any(|known| same_phone(known, phone) || known == phone)
    {
        patient.phones.push(phone.clone());
        patient.learnt_phones.push(phone.clone());
    }
    if patient.email.is_none() {
        patient.email.clone_from(&told.email);
    }
    patient
}

/// The strict traits: another one is another identity.
fn strict(traits: &Traits) -> (&str, &[String], Option<&str>, Option<Sex>, Option<&str>) {
    let Traits { family, given, birth_date, sex, birth_place, .. } = traits;
    (family, given, birth_date.as_deref(), *sex, birth_place.as_deref())
}

fn is_whole(traits: &Traits) -> bool {
    super::whole_birth_date(traits.birth_date.as_deref()).is_some()
        && traits.sex.is_some()
        && traits.birth_place.is_some()
}

fn check(change: &Change) -> Result<(), Refusal> {
    let name = |field: &str, text: &str| {
        let length = text.trim().chars().count();
        let good = (1..=MAX_NAME).contains(&length) && !text.chars().any(char::is_control);
        if good { Ok(()) } else { Err(Refusal::invalid(field, fields::length(1_usize, MAX_NAME))) }
    };
    let Change { traits, phones, email, relations, preferences, .. } = change;
    name("family", &traits.family)?;
    traits.used.iter().try_for_each(|used| name("used", used))?;
    if traits.given.is_empty() || traits.given.len() > MAX_GIVEN {
        return Err(Refusal::invalid("given", fields::too_many(MAX_GIVEN)));
    }
    traits.given.iter().try_for_each(|given| name("given", given))?;
    if traits.birth_date.as_deref().is_some_and(|date| crate::model::civil::birth_days(date).is_none()) {
        return Err(Refusal::invalid("birth-date", fields::birth_date()));
    }
    // Two digits of the department (2A and 2B for Corsica) or 99 and a country, then three.
    let is_place = |place: &str| {
        place.len() == 5 && place.bytes().all(|byte| byte.is_ascii_digit() || byte == b'A' || byte == b'B')
    };
    if traits.birth_place.as_deref().is_some_and(|place| !is_place(place)) {
        return Err(Refusal::invalid("birth-place", fields::birth_place()));
    }
    if phones.len() > MAX_PHONES {
        return Err(Refusal::invalid("phones", fields::too_many(MAX_PHONES)));
    }
    if !phones.iter().chain(relations.iter().filter_map(|one| one.phone.as_ref())).all(|phone| is_phone(phone)) {
        return Err(Refusal::invalid("phones", fields::phone()));
    }
    if email.as_deref().is_some_and(|email| !is_email(email)) {
        return Err(Refusal::invalid("email", fields::email()));
    }
    if relations.len() > MAX_RELATIONS {
        return Err(Refusal::invalid("relations", fields::too_many(MAX_RELATIONS)));
    }
    for relation in relations {
        name("relations", &relation.name)?;
        if !RELATIONS.contains(&relation.kind.as_str()) {
            return Err(Refusal::invalid("relations", fields::relation_kind(&RELATIONS.join(", "))));
        }
        if relation.may_be_told && relation.must_not_be_told {
            return Err(Refusal::invalid("relations", fields::relation_told_or_not()));
        }
    }
    preferences.language.iter().try_for_each(|language| name("language", language))?;
    name("reason", &change.reason)
}
