//! Signs of danger in what was said and written, kept with the contact: who reads it
//! later sees what was heard, by which rule, and in which words.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::care::{Fact, Value, keys};

/// A sign that a text of a contact brings up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// The flag's id.
    pub sign: String,
    /// The rule that heard it; [`greffon_danger::MODEL`] when no rule did.
    pub rule: String,
    /// Which of the contact's facts holds the text.
    pub fact: usize,
    /// The bytes of that text in which it was heard.
    pub start: usize,
    /// The first byte behind them.
    pub end: usize,
    /// Whether what this rule hears is nearly never harmless.
    pub sure: bool,
}

/// What was heard of a contact's facts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hearing {
    /// What, in the order of the facts.
    pub heard: Vec<Heard>,
    /// Whether a text is in a language of which nothing can be heard.
    #[serde(default)]
    pub foreign: bool,
    /// So many facts were listened to. None in a contact that was stored before
    /// greffon listened: it is then done whenever somebody looks.
    pub facts: usize,
}

impl Hearing {
    /// This, with what facts that came since bring up.
    #[must_use]
    pub fn of<'a>(&'a self, facts: &[Fact]) -> Cow<'a, Self> {
        if self.facts >= facts.len() {
            return Cow::Borrowed(self);
        }
        let mut hearing = self.clone();
        hearing.listen(facts);
        Cow::Owned(hearing)
    }

    /// Listens to the facts that nobody has listened to.
    pub fn listen(&mut self, facts: &[Fact]) {
        for (number, fact) in facts.iter().enumerate().skip(self.facts) {
            let Value::Text(text) = &fact.value else { continue };
            if is_a_name(&fact.key) {
                continue;
            }
            self.foreign |= greffon_danger::is_foreign(text);
            let heard = greffon_danger::hear(text).into_iter().map(|one| Heard {
                sign: one.sign.to_owned(),
                rule: one.rule,
                fact: number,
                start: one.span.start,
                end: one.span.end,
                sure: one.sure,
            });
            self.heard.extend(heard);
        }
        self.facts = facts.len();
    }
}

/// Facts that were just told, listened to. It is done before they are stored: nobody
/// waits for a database meanwhile.
#[derive(Clone, Debug, PartialEq)]
pub struct Listened {
    facts: Vec<Fact>,
    hearing: Hearing,
}

impl Listened {
    /// Listens to facts.
    #[must_use]
    pub fn to(facts: Vec<Fact>) -> Self {
        let mut hearing = Hearing::default();
        hearing.listen(&facts);
        Self { facts, hearing }
    }

    /// The facts.
    #[must_use]
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// The facts, once what was heard in them stands behind what was heard before.
    pub(crate) fn append_to(self, hearing: &mut Hearing) -> Vec<Fact> {
        let before = hearing.facts;
        hearing.heard.extend(self.hearing.heard.into_iter().map(|one| Heard { fact: one.fact + before, ..one }));
        hearing.foreign |= self.hearing.foreign;
        hearing.facts += self.hearing.facts;
        self.facts
    }
}

impl Hearing {
    /// The words that brought a sign up last.
    #[must_use]
    pub fn words<'a>(&self, sign: &str, facts: &'a [Fact]) -> Option<&'a str> {
        let last = self.heard.iter().rev().find(|heard| heard.sign == sign)?;
        facts.get(last.fact)?.value.as_text()?.get(last.start..last.end)
    }
}

/// Names and addresses: "Tombé" and "Lamort" are families.
fn is_a_name(key: &str) -> bool {
    matches!(key, keys::CALLER_NAME | keys::PATIENT_FAMILY | keys::PATIENT_GIVEN | keys::PATIENT_EMAIL)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::care::Source;
    use crate::time::Instant;

    fn text(key: &str, text: &str) -> Fact {
        let value = Value::Text(text.to_owned());
        Fact { key: key.to_owned(), value, source: Source::Caller, at: Instant(1), by: "s".to_owned() }
    }

    #[test]
    fn every_text_is_listened_to_once_and_names_are_not() {
        let mut facts = vec![text(keys::WORDS, "bonjour"), text("grid.details", "il ne respire plus")];
        let mut hearing = Hearing::default();
        hearing.listen(&facts);
        assert_eq!((hearing.heard.len(), hearing.facts), (1, 2));
        let one = &hearing.heard[0];
        assert_eq!((one.sign.as_str(), one.fact), ("breathing", 1));
        assert_eq!(hearing.words("breathing", &facts), Some("respire plus"));
        assert!(matches!(hearing.of(&facts), Cow::Borrowed(_)));
        facts.push(text(keys::PATIENT_FAMILY, "Je veux mourir"));
        facts.push(text("note", "elle convulse"));
        let now = hearing.of(&facts);
        assert_eq!(now.heard.iter().map(|one| one.sign.as_str()).collect::<Vec<_>>(), ["breathing", "seizure"]);
    }
}
