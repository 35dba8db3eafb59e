//! Whom a practice tells what, under the names of its file.

use super::absence::{Missing, ReportedAbsence, times_of};
use super::care::Fact;
use super::channel::Address;
use super::civil::Zone;
use super::contact::practitioner_asked;
use super::practice::Practice;
use crate::time::{Instant, Span};

/// Those who lead the reception.
pub const SECRETARIAT: &str = "secretariat";
/// The clinician on call.
pub const ON_CALL: &str = "on-call";
/// Who is told when a promise is late.
pub const SUPERVISOR: &str = "supervisor";
/// The patient: no recipient of the file, the address comes from the facts.
pub const PATIENT: &str = "patient";
/// What scripts and grids call "whoever the contact is for".
pub const PRACTITIONER: &str = "practitioner";

/// A recipient and their address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Their name in the file.
    pub name: String,
    /// Where to write; `None` when the file has no such recipient.
    pub address: Option<Address>,
}

/// The first of these names that the practice can write to; the first name,
/// without an address, when it can write to none.
#[must_use]
pub fn first_of(practice: &Practice, names: &[String]) -> Recipient {
    let reachable = names.iter().find_map(|name| {
        let found = practice.recipients.get(name)?;
        let address = found.addresses.first()?.clone();
        Some(Recipient { name: name.clone(), address: Some(address) })
    });
    reachable.unwrap_or_else(|| Recipient {
        name: names.first().cloned().unwrap_or_else(|| SECRETARIAT.to_owned()),
        address: None,
    })
}

/// Who decides for this contact: the practitioner asked for, or the only one;
/// then whoever is on call; then the reception.
#[must_use]
pub fn clinicians(practice: &Practice, facts: &[Fact]) -> Vec<String> {
    let mut names = deciders(practice, facts);
    names.push(SECRETARIAT.to_owned());
    names
}

/// The same without the reception, which does not decide.
#[must_use]
pub fn deciders(practice: &Practice, facts: &[Fact]) -> Vec<String> {
    let only = match practice.practitioners.as_slice() {
        [one] => Some(one),
        _ => None,
    };
    let asked = practitioner_asked(practice, facts).or(only);
    asked.map(|one| one.id.0.clone()).into_iter().chain([ON_CALL.to_owned()]).collect()
}

/// A name that a grid or a script uses, then those who stand in.
#[must_use]
pub fn named(practice: &Practice, facts: &[Fact], name: &str) -> Vec<String> {
    if name == PRACTITIONER {
        return clinicians(practice, facts);
    }
    vec![name.to_owned(), SECRETARIAT.to_owned(), ON_CALL.to_owned()]
}

/// Those of these names who are not away at this instant; all of them when everybody is.
#[must_use]
pub fn present(practice: &Practice, names: Vec<String>, told: &[ReportedAbsence], now: Instant) -> Vec<String> {
    let is_away = |name: &String| absences(practice, name, told).iter().any(|away| away.start <= now && now < away.end);
    let there: Vec<String> = names.iter().filter(|name| !is_away(name)).cloned().collect();
    if there.is_empty() { names } else { there }
}

/// When somebody is away, by the practice's file and by what was `told` while it works:
/// practitioners tell, others do not.
#[must_use]
pub fn absences(practice: &Practice, name: &str, told: &[ReportedAbsence]) -> Vec<Span> {
    let zone = Zone::of(practice);
    let own = practice.practitioners.iter().filter(|one| one.id.as_str() == name).flat_map(|one| &one.absences);
    let missing = Missing::Practitioner(name.into());
    own.filter_map(|absence| zone.away(absence)).chain(times_of(told, &missing)).collect()
}

/// The reception, then whoever is on call.
#[must_use]
pub fn reception() -> Vec<String> {
    vec![SECRETARIAT.to_owned(), ON_CALL.to_owned()]
}

/// Who is told when a promise is late: those above the reception first.
#[must_use]
pub fn escalation() -> Vec<String> {
    vec![SUPERVISOR.to_owned(), SECRETARIAT.to_owned(), ON_CALL.to_owned()]
}
