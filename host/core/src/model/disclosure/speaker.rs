//! Who is on the line, as far as facts and network tell, held against those around a patient
//! whom a person wrote into the registry.

use crate::model::care::{Fact, keys, latest};
use crate::model::contact::{Contact, ContactChannel};
use crate::model::patient::{Relation, same_phone};
use crate::model::plain::plain;

/// Before a name, and no part of it.
const TITLES: [&str; 8] = ["m", "mr", "mme", "mlle", "monsieur", "madame", "mademoiselle", "docteur"];

/// Whoever is on the line.
pub(super) struct Speaker<'a> {
    facts: &'a [Fact],
    /// The number that the network gave: of a call only, anybody writes any address.
    calling: Option<&'a str>,
}

impl<'a> Speaker<'a> {
    pub(super) fn of(contact: &'a Contact) -> Self {
        let calling = contact.origin.as_deref().filter(|_| contact.channel == ContactChannel::Phone);
        Self { facts: &contact.facts, calling }
    }

    /// What was noted under a key.
    pub(super) fn said(&self, key: &str) -> Option<&'a str> {
        latest(self.facts, key).and_then(|fact| fact.value.as_text())
    }

    /// Whether they call from this number, by what the network says.
    pub(super) fn calls_from(&self, number: &str) -> bool {
        self.calling.is_some_and(|calling| same_phone(calling, number))
    }

    /// Whether they say to be this person, and `proved` or their number bears it out.
    pub(super) fn is(&self, relation: &Relation, proved: bool) -> bool {
        let known = relation.phone.as_deref().is_some_and(|number| self.calls_from(number));
        let told = name(self.said(keys::CALLER_NAME).unwrap_or_default());
        !told.is_empty() && told == name(&relation.name) && (known || proved)
    }

    /// Whether they may be this person: by one number, or one name, even a part of it.
    pub(super) fn may_be(&self, relation: &Relation) -> bool {
        let numbers = [self.calling, self.said(keys::CALLER_PHONE)];
        let number = relation.phone.as_deref();
        let same_number = numbers.into_iter().flatten().any(|one| number.is_some_and(|other| same_phone(one, other)));
        let (told, known) = (name(self.said(keys::CALLER_NAME).unwrap_or_default()), name(&relation.name));
        let part =
            |short: &[String], long: &[String]| !short.is_empty() && short.iter().all(|word| long.contains(word));
        same_number || part(&told, &known) || part(&known, &told)
    }
}

/// The words of a name in no order, without accents and titles.
fn name(text: &str) -> Vec<String> {
    let plain = plain(text);
    let mut words: Vec<String> =
        plain.split_whitespace().filter(|word| !TITLES.contains(word)).map(str::to_owned).collect();
    words.sort();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_its_words() {
        assert_eq!(name("Mme Chloé TAVERNIER"), name("Tavernier, Chloe"));
        assert_ne!(name("Chloé Tavernier"), name("Léa Tavernier"));
        assert!(name("Madame").is_empty() && name("…").is_empty());
    }
}
