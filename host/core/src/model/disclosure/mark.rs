//! Beside each kind of information: whether it may be said to whoever is on the line now, and
//! if not, what to say instead.

use greffon_words::{Text, disclosure};
use jiff::civil::Date;
use serde::Serialize;

use super::matrix::{Disclosure, Information, Needs, Relation};
use super::standing::{Standing, Verified, persons_of, standing};
use crate::model::contact::Contact;
use crate::model::patient::{Patient, Wishes};
use crate::model::person::Person;

/// Whether something may be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Yes.
    Allowed,
    /// Once the caller is known so well.
    After(Needs),
    /// No.
    Refused,
}

/// Whether one kind of information may be said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// Which.
    pub information: Information,
    /// Whether it may be said.
    pub verdict: Verdict,
    /// What to say instead, and why; nothing when it may be said. It never tells whether there
    /// is anything to be said.
    pub instead: Option<Text>,
}

/// What may be said to whoever is on the line of a contact, of what the practice knows of its
/// patient. What is done in the contact itself is said to whoever it is done with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MaySay {
    /// Who they are.
    pub standing: Standing,
    /// One mark for each kind of information, in the order of [`Information::ALL`].
    pub marks: Vec<Mark>,
    /// What whoever holds the line must know of the patient's wishes, and does not say.
    pub notes: Vec<Text>,
}

impl MaySay {
    /// What may be said of the patient of a contact, whom the registry has in these records;
    /// nothing as long as it is not known who that is.
    #[must_use]
    pub fn of(rules: &Disclosure, contact: &Contact, records: &[Patient], today: Date) -> Self {
        Self::about(rules, contact, &persons_of(records), records, today)
    }

    /// The same of somebody who is one of `whose`.
    #[must_use]
    pub fn about(rules: &Disclosure, contact: &Contact, whose: &[Person], records: &[Patient], today: Date) -> Self {
        let standing = standing(contact, whose, records, today);
        let marks = Information::ALL.map(|information| mark(rules, information, &standing)).to_vec();
        let notes = standing.note.iter().cloned().chain(Wishes::of(records).notes()).collect();
        Self { standing, marks, notes }
    }

    /// Whether it may be said now.
    #[must_use]
    pub fn allows(&self, information: Information) -> bool {
        self.mark(information).is_some_and(|mark| mark.verdict == Verdict::Allowed)
    }

    /// The mark of a kind of information.
    #[must_use]
    pub fn mark(&self, information: Information) -> Option<&Mark> {
        self.marks.iter().find(|mark| mark.information == information)
    }
}

fn mark(rules: &Disclosure, information: Information, standing: &Standing) -> Mark {
    let needs = rules.needs(information, standing.relation);
    let verdict = match needs {
        Needs::Never => Verdict::Refused,
        needs if standing.verified.meets(needs) => Verdict::Allowed,
        needs => Verdict::After(needs),
    };
    let instead = match verdict {
        Verdict::Allowed => None,
        Verdict::After(_) if standing.verified < Verified::Matched => Some(match standing.relation {
            Relation::Patient => disclosure::needs_own_traits(),
            _ => disclosure::needs_traits(),
        }),
        Verdict::After(_) => Some(disclosure::needs_call_back()),
        Verdict::Refused => Some(refusal(information, standing.relation)),
    };
    Mark { information, verdict, instead }
}

fn refusal(information: Information, relation: Relation) -> Text {
    match (relation, information) {
        (Relation::Unknown, _) => disclosure::unknown(),
        (Relation::ThirdParty, _) => disclosure::third_party(),
        (Relation::OfDeceased, _) => disclosure::of_deceased(),
        // Whoever is excluded hears what every relative hears: not that somebody wanted it so.
        (Relation::Relative | Relation::Excluded, _) => disclosure::relative(),
        (Relation::ParentOfAdolescent, _) => disclosure::parent_of_adolescent(),
        (Relation::Professional, _) => disclosure::professional(),
        (_, Information::Change) => disclosure::change(),
        (_, Information::Result) => disclosure::result(),
        _ => disclosure::by_the_practitioner(),
    }
}
