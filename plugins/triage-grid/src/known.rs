//! What is known of a case under one protocol.

use std::cell::Cell;
use std::collections::BTreeMap;

use greffon_sdk::practice::Value;

use crate::condition::{Answer, Case, Condition, Truth};
use crate::settings::Protocol;

/// What is known of a case under one protocol.
pub(crate) struct Known<'a> {
    protocol: &'a Protocol,
    values: BTreeMap<&'a str, Value>,
    age_days: Option<u32>,
    /// How many questions deep the current look-up is, so that a grid whose
    /// questions depend on each other in a circle ends.
    depth: Cell<usize>,
}

impl<'a> Known<'a> {
    pub fn new(protocol: &'a Protocol, values: BTreeMap<&'a str, Value>, age_days: Option<u32>) -> Self {
        Self { protocol, values, age_days, depth: Cell::new(0) }
    }

    /// The latest answer under a key, whether its question applies or not.
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.values.get(key)
    }

    fn when(&self, key: &str) -> Option<&'a Condition> {
        let flags = self.protocol.red_flags.iter().map(|flag| (&flag.key, &flag.when));
        let questions = self.protocol.questions.iter().map(|question| (&question.key, &question.when));
        flags.chain(questions).find(|(other, _)| *other == key).and_then(|(_, when)| when.as_ref())
    }

    /// Whether a question applies to this case.
    pub fn applies(&self, when: Option<&Condition>) -> Truth {
        when.map_or(Truth::True, |condition| condition.holds(self))
    }
}

impl Case for Known<'_> {
    fn answer(&self, key: &str) -> Answer<'_> {
        if let Some(value) = self.values.get(key) {
            return Answer::Given(value);
        }
        let depth = self.depth.get();
        if depth > self.protocol.red_flags.len() + self.protocol.questions.len() {
            return Answer::Missing;
        }
        self.depth.set(depth + 1);
        let applies = self.applies(self.when(key));
        self.depth.set(depth);
        if applies == Truth::False { Answer::DoesNotApply } else { Answer::Missing }
    }

    fn age_days(&self) -> Option<u32> {
        self.age_days
    }
}
