//! The facts of a session, looked at by key.

use greffon_sdk::practice::{Fact, Value};

/// The facts of a session, oldest first; the latest of a key counts.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'a>(pub &'a [Fact]);

impl<'a> Facts<'a> {
    /// When a key was last answered: the place of the fact.
    pub fn position(self, key: &str) -> Option<usize> {
        self.0.iter().rposition(|fact| fact.key == key)
    }

    pub fn value(self, key: &str) -> Option<&'a Value> {
        self.position(key).map(|position| &self.0[position].value)
    }

    /// Words that are not empty.
    pub fn text(self, key: &str) -> Option<&'a str> {
        self.value(key).and_then(Value::as_text).map(str::trim).filter(|text| !text.is_empty())
    }

    /// Whether there is an answer: `unknown` and `refused` are answers.
    pub fn has(self, key: &str) -> bool {
        self.position(key).is_some()
    }

    /// Whether an answer is a yes, or anything that does not exclude one.
    pub fn may_be(self, key: &str) -> bool {
        self.value(key).is_some_and(|value| *value != Value::No)
    }
}
