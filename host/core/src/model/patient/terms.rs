//! What patients are found by. Storage keeps these as keyed hashes only.

use std::fmt;

use super::Patient;
use super::compare::{subscriber, swapped, whole_birth_date};
use crate::model::person::Person;
use crate::model::plain::plain;

/// Something that patients are found by. `Debug` does not print it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term {
    kind: &'static str,
    text: String,
}

impl fmt::Debug for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Term").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Term {
    /// Which trait it is of.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// The trait: personal data, to be hashed with a key before it is written anywhere.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A birth date, known to the day.
    #[must_use]
    pub fn birth_date(written: &str) -> Option<Self> {
        Some(Self { kind: "birth-date", text: whole_birth_date(Some(written))?.to_string() })
    }

    /// A telephone number.
    #[must_use]
    pub fn phone(number: &str) -> Option<Self> {
        Some(Self { kind: "phone", text: subscriber(number)? })
    }

    fn names(family: &str, given: &str) -> Option<Self> {
        let (family, given) = (plain(family), plain(given));
        let (family, given) = (family.trim(), given.trim());
        (!family.is_empty() && !given.is_empty()).then(|| Self { kind: "names", text: format!("{family}|{given}") })
    }
}

/// What a patient is found by: birth date, names, telephones.
#[must_use]
pub fn terms_of_patient(patient: &Patient) -> Vec<Term> {
    let traits = &patient.traits;
    let first = traits.given.first().map_or("", String::as_str);
    let families = std::iter::once(traits.family.as_str()).chain(traits.used.as_deref());
    let mut terms: Vec<Term> = families.filter_map(|family| Term::names(family, first)).collect();
    terms.extend(traits.birth_date.as_deref().and_then(Term::birth_date));
    terms.extend(patient.phones.iter().filter_map(|phone| Term::phone(phone)));
    terms.sort();
    terms.dedup();
    terms
}

/// What those are looked for by whom a caller may mean, what tells most first: also with
/// day and month, or family and given name, in the place of each other. Names come last, as
/// hundreds may have them.
#[must_use]
pub fn terms_of(told: &Person) -> Vec<Term> {
    let first = told.given.first().map_or("", String::as_str);
    let date = whole_birth_date(told.birth_date.as_deref());
    let dates = [date, date.and_then(swapped)].into_iter().flatten().map(|date| date.to_string());
    let mut terms: Vec<Term> = dates.filter_map(|date| Term::birth_date(&date)).collect();
    terms.extend(told.phone.as_deref().and_then(Term::phone));
    terms.extend(Term::names(&told.family, first));
    let turned = Term::names(first, &told.family);
    terms.extend(turned.filter(|turned| terms.last() != Some(turned)));
    terms
}
