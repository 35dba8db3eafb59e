//! Signs of danger in what was said and written, kept with the contact: who reads it
//! later sees what was heard, by which rule, and in which words.

use std::borrow::Cow;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::care::{Fact, Value, keys};
use super::laboratory;

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
    /// Whether nothing but a laboratory's result sounds like it: "7,1 millimoles".
    #[serde(default)]
    pub result: bool,
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
            if keys::is_a_name(&fact.key) {
                continue;
            }
            self.foreign |= greffon_danger::is_foreign(text);
            let heard = greffon_danger::hear(text);
            let beside = if heard.is_empty() { None } else { Beside::results(text) };
            let heard = heard.into_iter().map(|one| Heard {
                result: beside.as_ref().is_some_and(|beside| beside.lacks(&one)),
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

/// What is heard in a text beside the results that were read in it.
struct Beside {
    results: Vec<Range<usize>>,
    heard: Vec<&'static str>,
}

impl Beside {
    /// `None` when no result was read in it.
    fn results(text: &str) -> Option<Self> {
        let results = laboratory::spans(text);
        if results.is_empty() {
            return None;
        }
        let mut rest = text.as_bytes().to_vec();
        for result in &results {
            // Spaces, as many as there were bytes: what stands behind stays where it is.
            rest[result.clone()].fill(b' ');
        }
        let rest = String::from_utf8_lossy(&rest);
        Some(Self { heard: greffon_danger::hear(&rest).into_iter().map(|one| one.sign).collect(), results })
    }

    /// Whether a sign was heard in a result and is not heard without it. What was heard
    /// outside is never one of these.
    fn lacks(&self, one: &greffon_danger::Heard) -> bool {
        let in_result = self.results.iter().any(|result| result.start < one.span.end && one.span.start < result.end);
        in_result && !self.heard.contains(&one.sign)
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
    /// This, without what nothing but results brought up: in a laboratory's call those are
    /// held against thresholds instead.
    #[must_use]
    pub fn without_results(&self) -> Cow<'_, Self> {
        if !self.heard.iter().any(|one| one.result) {
            return Cow::Borrowed(self);
        }
        let heard = self.heard.iter().filter(|one| !one.result).cloned().collect();
        Cow::Owned(Self { heard, ..*self })
    }

    /// The words that brought a sign up last.
    #[must_use]
    pub fn words<'a>(&self, sign: &str, facts: &'a [Fact]) -> Option<&'a str> {
        let last = self.heard.iter().rev().find(|heard| heard.sign == sign)?;
        facts.get(last.fact)?.value.as_text()?.get(last.start..last.end)
    }
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

    #[test]
    fn what_only_a_result_sounds_like_is_told_apart() {
        let signs = |text_: &str| {
            let mut hearing = Hearing::default();
            hearing.listen(&[text(keys::LABORATORY_VALUE, text_)]);
            let kept = hearing.without_results().heard.iter().map(|one| one.sign.clone()).collect::<Vec<_>>();
            (hearing.heard.len(), kept)
        };
        let (heard, kept) = signs("potassium 7,1 mmol/L");
        assert!(heard > 0, "the danger rules take it for something else");
        assert_eq!(kept, [] as [&str; 0]);
        let (_, kept) = signs("potassium 7,1 mmol/L, le patient ne respire plus");
        assert!(kept.contains(&"breathing".to_owned()));
        let (heard, kept) = signs("elle a de la javel dans les yeux et ne respire plus");
        assert_eq!(heard, kept.len(), "there is no result");
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

        /// Whatever stands around results: what was heard outside of them is kept.
        #[test]
        fn nothing_that_was_heard_outside_a_result_is_left_out(
            pieces in proptest::collection::vec(proptest::sample::select(vec![
                "K 7,1 mmol/L", "glycémie 0,3 g/L", "INR 9", "Hb 5 g/dL", "il ne respire plus", "elle convulse",
                "brûlure au visage", "il a avalé de la javel", "il est en sueur", "et", ",", ".", "contrôlé deux fois",
            ]), 1..8),
        ) {
            let said = pieces.join(" ");
            let mut hearing = Hearing::default();
            hearing.listen(&[text(keys::WORDS, &said)]);
            let results = laboratory::spans(&said);
            let kept = hearing.without_results();
            for one in &hearing.heard {
                let outside = results.iter().all(|result| one.end <= result.start || result.end <= one.start);
                proptest::prop_assert!(!outside || kept.heard.contains(one), "{}: {}", said, one.sign);
            }
            let again: Vec<&str> = greffon_danger::hear(&said).iter().map(|one| one.sign).collect();
            proptest::prop_assert_eq!(hearing.heard.len(), again.len(), "everything is kept with the contact");
        }
    }
}
