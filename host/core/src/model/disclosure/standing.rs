//! What somebody on the line is to a patient, and how well that is known. What a caller says
//! is never more than a claim: what raises it is in the registry, written by a person, or was
//! made sure of by one. No plugin has a part in it.

use greffon_words::Text;
use jiff::civil::Date;
use serde::Serialize;

use super::matrix::{Needs, Relation};
use super::speaker::Speaker;
use crate::model::care::keys;
use crate::model::civil::{birth_days, years_since};
use crate::model::contact::{Contact, patient_of};
use crate::model::identity::{Fit, fit};
use crate::model::patient::{Link, Patient, whole_birth_date};
use crate::model::person::Person;

/// From this age on, in years, somebody decides for themselves (Code civil, 414).
const OF_AGE: u32 = 18;
/// From this age on, in years, a parent is not told before it is sure who asks: a minor may
/// want silence (L.1111-5), and consents alone to the use of their data (loi informatique et
/// libertés, 45).
const ADOLESCENT: u32 = 15;
/// How well somebody is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verified {
    /// Not at all, or for somebody else.
    Nothing,
    /// They know the patient's names.
    Named,
    /// They know names and birth date.
    Matched,
    /// They also call from a number that the registry has for them.
    Recognised,
    /// Somebody at the desk has made sure.
    Confirmed,
}

impl Verified {
    /// The wire word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Named => "named",
            Self::Matched => "matched",
            Self::Recognised => "recognised",
            Self::Confirmed => "confirmed",
        }
    }

    /// Whether it is as much as is needed.
    #[must_use]
    pub fn meets(self, needs: Needs) -> bool {
        match needs {
            Needs::Named => self >= Self::Named,
            Needs::Matched => self >= Self::Matched,
            Needs::Recognised => self >= Self::Recognised,
            Needs::Confirmed => self >= Self::Confirmed,
            Needs::Never => false,
        }
    }
}

/// What somebody on the line is to a patient, and how well that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// What they are.
    pub relation: Relation,
    /// How well it is known.
    pub verified: Verified,
    /// What whoever holds the line must know, and does not say.
    pub note: Option<Text>,
}

/// Who is on the line of a contact, to the patient who is one of `whose` (a record of the
/// registry, an appointment's patient), and whom the registry has in these records.
#[must_use]
pub fn standing(contact: &Contact, whose: &[Person], records: &[Patient], today: Date) -> Standing {
    let speaker = Speaker::of(contact);
    let checked = contact.checks.iter().any(|check| check.holds(&contact.facts, records));
    let born = whose.iter().find_map(|person| person.birth_date.as_deref()).and_then(birth_days);
    // Who may be of age is: the oldest that a partial date allows.
    let years = born.and_then(|(first, _)| years_since(first, today));
    let (relation, known) = relation(&speaker, records, years, checked);
    let told = patient_of(&contact.facts);
    let best = whose.iter().map(|one| fit(&told, one)).max().unwrap_or(Fit::None);
    let verified = match best.max(chosen(contact, &told, whose, records)) {
        Fit::None => Verified::Nothing,
        Fit::Named => Verified::Named,
        Fit::Matched if checked => Verified::Confirmed,
        Fit::Matched if known => Verified::Recognised,
        Fit::Matched => Verified::Matched,
    };
    let note = match relation {
        Relation::Excluded => Some(greffon_words::disclosure::note_excluded()),
        Relation::OfDeceased => Some(greffon_words::disclosure::note_deceased()),
        _ => None,
    };
    Standing { relation, verified, note }
}

/// A person has chosen the patient: a slip in a name is no other one, another birth date is,
/// and so is whoever was born on the same day.
fn chosen(contact: &Contact, told: &Person, whose: &[Person], records: &[Patient]) -> Fit {
    let Link::Known { patient, by: Some(_) } = &contact.patient else { return Fit::None };
    let theirs: Vec<Patient> = records.iter().filter(|one| one.all_names().contains(patient)).cloned().collect();
    let theirs = persons_of(&theirs);
    let day = |person: &Person| whole_birth_date(person.birth_date.as_deref());
    let is_theirs = |one: &&Person| theirs.iter().any(|known| fit(one, known) == Fit::Matched);
    let same = whose.iter().filter(is_theirs).any(|one| day(one).is_some() && day(one) == day(told));
    if same { Fit::Matched } else { Fit::None }
}

/// What somebody is to a patient, and whether they call from a number that the registry has
/// for them.
fn relation(speaker: &Speaker<'_>, records: &[Patient], years: Option<u32>, checked: bool) -> (Relation, bool) {
    if records.iter().any(|record| record.deceased) {
        return (Relation::OfDeceased, false);
    }
    let around = || records.iter().flat_map(|record| &record.relations);
    let mut excluded = around().filter(|one| one.must_not_be_told).peekable();
    let is_excluded = excluded.peek().is_some();
    let may_be_excluded = excluded.any(|one| speaker.may_be(one));
    let own = || records.iter().flat_map(Patient::certain_phones);
    let from_own = own().any(|number| speaker.calls_from(number));
    let shared = around().filter_map(|one| one.phone.as_deref()).any(|number| speaker.calls_from(number));
    match speaker.said(keys::CALLER_KIND) {
        None | Some("unknown") => (Relation::Unknown, false),
        // From that person's telephone anybody may say so.
        Some("patient") if may_be_excluded && !checked => (Relation::Excluded, false),
        Some("patient") => (Relation::Patient, from_own && !shared),
        Some("professional") if may_be_excluded => (Relation::Excluded, false),
        Some("professional") => (Relation::Professional, false),
        Some("relative") => {
            let known = around().filter(|one| !one.must_not_be_told).find(|one| speaker.is(one, checked));
            if may_be_excluded || (is_excluded && known.is_none()) {
                return (Relation::Excluded, false);
            }
            let from_theirs = known.is_some_and(|one| one.phone.as_deref().is_some_and(|it| speaker.calls_from(it)));
            match (known, years) {
                (Some(one), _) if one.kind == "guardian" => (Relation::Guardian, from_theirs),
                (Some(one), Some(years)) if one.kind == "parent" && years < OF_AGE => (parent(years), from_theirs),
                (Some(one), _) if one.may_be_told || one.kind == "trusted-person" => (Relation::Trusted, from_theirs),
                (Some(_), _) => (Relation::Relative, from_theirs),
                (None, Some(years)) if years < OF_AGE && says_to_be_a_parent(speaker) => {
                    (parent(years), from_own && years < ADOLESCENT)
                }
                (None, _) => (Relation::Relative, false),
            }
        }
        Some(_) if may_be_excluded => (Relation::Excluded, false),
        Some(_) => (Relation::ThirdParty, false),
    }
}

fn parent(years: u32) -> Relation {
    if years < ADOLESCENT { Relation::Parent } else { Relation::ParentOfAdolescent }
}

/// A script that does not ask for the relation leaves it open; a sister is no mother.
fn says_to_be_a_parent(speaker: &Speaker<'_>) -> bool {
    speaker.said(keys::CALLER_RELATION).is_none_or(|relation| relation == "parent")
}

/// The patient of these records, under each name that they have.
#[must_use]
pub fn persons_of(records: &[Patient]) -> Vec<Person> {
    let mut persons = Vec::new();
    for record in records {
        for family in std::iter::once(&record.traits.family).chain(&record.traits.used) {
            persons.push(Person {
                family: family.clone(),
                given: record.traits.given.clone(),
                birth_date: record.traits.birth_date.clone(),
                phone: record.certain_phones().next().map(str::to_owned),
                ..Person::default()
            });
        }
    }
    persons
}
