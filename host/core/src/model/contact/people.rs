//! Who calls and for whom, read from the facts.

use jiff::ToSpan;
use jiff::civil::Date;

use super::Contact;
use crate::ids::{PractitionerId, SiteId};
use crate::model::care::{Fact, Value, keys, latest};
use crate::model::channel::{Address, is_email, is_phone};
use crate::model::civil::{Zone, birth_days};
use crate::model::patient::{Patient, Wishes, whole_birth_date};
use crate::model::person::{IdentityTrust, Person};
use crate::model::practice::{Practice, Practitioner, Site};
use crate::time::{Instant, Span};

/// How far ahead opening hours are told and counted, in days.
const OPENING_DAYS: i64 = 14;

/// The patient, as far as the facts say. A declared identity, never more
/// (RNIV « provisoire »).
#[must_use]
pub fn patient_of(facts: &[Fact]) -> Person {
    let text = |key: &str| latest(facts, key).and_then(|fact| fact.value.as_text()).map(str::to_owned);
    // Whoever calls for a child or a parent is who can be reached about them.
    let speaks_for_the_patient =
        text(keys::CALLER_KIND).is_none_or(|kind| matches!(kind.as_str(), "patient" | "relative" | "unknown"));
    Person {
        identifiers: Vec::new(),
        family: text(keys::PATIENT_FAMILY).unwrap_or_default(),
        given: text(keys::PATIENT_GIVEN)
            .map(|given| given.split_whitespace().map(str::to_owned).collect())
            .unwrap_or_default(),
        birth_date: text(keys::PATIENT_BIRTH_DATE),
        phone: text(keys::PATIENT_PHONE)
            .or_else(|| if speaks_for_the_patient { text(keys::CALLER_PHONE) } else { None }),
        email: text(keys::PATIENT_EMAIL),
        trust: IdentityTrust::Provisional,
        known_to_practice: is_known(facts),
    }
}

/// Whether a contact says for whom it is, what for, and where to call back (R8): a message
/// without these cannot be acted on. Of a call in which nobody is a patient nothing is asked.
#[must_use]
pub fn is_identified(contact: &Contact) -> bool {
    let facts = &contact.facts;
    let text =
        |key: &str| latest(facts, key).and_then(|fact| fact.value.as_text()).filter(|text| !text.trim().is_empty());
    if matches!(text(keys::CALLER_KIND), Some("commercial" | "internal")) {
        return true;
    }
    let patient = patient_of(facts);
    let somebody = !patient.family.trim().is_empty() && !patient.given.is_empty();
    let about = [keys::MOTIVE, keys::WORDS, keys::LABORATORY_VALUE].into_iter().any(|key| text(key).is_some());
    let reachable = text(keys::CALLER_PHONE).is_some() || patient.phone.is_some() || patient.email.is_some();
    somebody && about && (reachable || contact.origin.is_some())
}

/// How old the patient may be, in days, from the youngest to the oldest; `None` when no
/// birth date is told, or one to come.
#[must_use]
pub fn age_days(facts: &[Fact], today: Date) -> Option<(u32, u32)> {
    let born = latest(facts, keys::PATIENT_BIRTH_DATE).and_then(|fact| fact.value.as_text())?;
    let (first, last) = birth_days(born)?;
    let days = |born: Date| u32::try_from(today.since(born).ok()?.get_days()).ok();
    Some((days(last.min(today))?, days(first)?))
}

/// What facts tell of a patient's identity, names and birth date before numbers: another
/// value means that somebody else may be meant.
#[must_use]
pub fn identity_of(facts: &[Fact]) -> [Option<String>; 5] {
    [keys::PATIENT_FAMILY, keys::PATIENT_GIVEN, keys::PATIENT_BIRTH_DATE, keys::PATIENT_PHONE, keys::CALLER_PHONE]
        .map(|key| latest(facts, key).and_then(|fact| fact.value.as_text()).map(str::to_owned))
}

/// Whether facts tell enough of a patient to be written into the registry: family name,
/// given name, and the whole birth date or a telephone. Of a call in which nobody is a
/// patient nothing is written.
#[must_use]
pub fn can_be_registered(facts: &[Fact]) -> bool {
    let caller = latest(facts, keys::CALLER_KIND).and_then(|fact| fact.value.as_text());
    if matches!(caller, Some("commercial" | "internal")) {
        return false;
    }
    let told = patient_of(facts);
    let named = !told.family.trim().is_empty() && !told.given.is_empty();
    named && (whole_birth_date(told.birth_date.as_deref()).is_some() || told.phone.is_some())
}

/// Whether the practice knows the patient; not knowing is not "no".
#[must_use]
pub fn is_known(facts: &[Fact]) -> Option<bool> {
    match latest(facts, keys::PATIENT_KNOWN)?.value {
        Value::Yes => Some(true),
        Value::No => Some(false),
        _ => None,
    }
}

/// When the site of a contact is open, from `now` on, for two weeks.
#[must_use]
pub fn opening(practice: &Practice, facts: &[Fact], now: Instant) -> Vec<Span> {
    let zone = Zone::of(practice);
    let Some(site) = site_of(practice, facts) else { return Vec::new() };
    let end = zone.day(zone.date(now).saturating_add(OPENING_DAYS.days())).end;
    Span::new(now, end).map(|window| zone.open_at(site, window)).unwrap_or_default()
}

/// Whether the site of a contact is open at this instant: somebody is there.
#[must_use]
pub fn is_attended(practice: &Practice, facts: &[Fact], at: Instant) -> bool {
    let Some(site) = site_of(practice, facts) else { return false };
    Span::new(at, at.plus_minutes(1))
        .is_some_and(|now| Zone::of(practice).open_at(site, now).iter().any(|open| open.start <= at && at < open.end))
}

/// Where the patient can be written to: mail before phone, what was told before what the
/// registry has, and what the patient allows before all. An address that they do not want
/// to be written to is given when there is no other: whoever delivers refuses it, and it
/// is seen. `None` when none is known.
#[must_use]
pub fn address_of(told: &Person, records: &[Patient]) -> Option<Address> {
    let mail = |value: &str| is_email(value).then(|| address("mailto", value));
    let phone = |value: &str| is_phone(value).then(|| address("tel", value));
    let told = told.email.as_deref().and_then(mail).into_iter().chain(told.phone.as_deref().and_then(phone));
    let known = || {
        let mails = records.iter().filter_map(|record| record.email.as_deref()).filter_map(mail);
        mails.chain(records.iter().flat_map(Patient::certain_phones).filter_map(phone))
    };
    let wishes = Wishes::of(records);
    let mut all: Vec<Address> = told.collect();
    // Of whom nothing is told, nothing is taken from elsewhere, but to spare them what they do not want.
    if !all.is_empty() {
        all.extend(known());
    }
    let wanted = all.iter().position(|one| wishes.refuse(one).is_none()).unwrap_or(0);
    all.into_iter().nth(wanted)
}

fn address(scheme: &str, value: &str) -> Address {
    Address { scheme: scheme.to_owned(), value: value.to_owned() }
}

/// The practitioner asked for.
#[must_use]
pub fn practitioner_asked<'a>(practice: &'a Practice, facts: &[Fact]) -> Option<&'a Practitioner> {
    let id = latest(facts, keys::PRACTITIONER).and_then(|fact| fact.value.as_text())?;
    practice.practitioner(&PractitionerId::from(id))
}

/// The site asked for, or else the first one where the practitioner works, or
/// else the first one.
#[must_use]
pub fn site_of<'a>(practice: &'a Practice, facts: &[Fact]) -> Option<&'a Site> {
    let asked = latest(facts, keys::SITE).and_then(|fact| fact.value.as_text());
    asked
        .and_then(|id| practice.site(&SiteId::from(id)))
        .or_else(|| {
            let agenda = practitioner_asked(practice, facts)?.agendas.first()?;
            practice.site(&agenda.site)
        })
        .or_else(|| practice.sites.first())
}
