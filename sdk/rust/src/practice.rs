//! The vocabulary shared by all kinds: `greffon:practice`.

pub mod keys;

pub use crate::bindings::imports::greffon::practice::types::{
    ByWhom, CallbackError, ContentRef, Delivery, Fact, Finding, FindingSeverity, HttpIn, HttpOut, Id, Identifier,
    IdentityTrust, Instant, Level, Nature, Person, PracticeContext, ResourceKind, ResourceRef, Sensitivity, Source,
    Span, Validation, Value, VisitMode,
};

impl Level {
    /// The more urgent of the two. There is no function that lowers.
    #[must_use]
    pub fn raised_to(self, other: Self) -> Self {
        // The contract orders levels from the most urgent to the least.
        if (other as u8) < (self as u8) { other } else { self }
    }

    /// Whether `self` is at least as urgent as `floor`.
    #[must_use]
    pub fn at_least(self, floor: Self) -> bool {
        self as u8 <= floor as u8
    }

    /// The word of the contract, such as `very-urgent`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Vital => "vital",
            Self::VeryUrgent => "very-urgent",
            Self::SameDay => "same-day",
            Self::Soon => "soon",
            Self::Routine => "routine",
        }
    }

    /// The level of a word of the contract. None: there is no such level.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Vital, Self::VeryUrgent, Self::SameDay, Self::Soon, Self::Routine]
            .into_iter()
            .find(|level| level.as_str() == word)
    }
}

impl Value {
    /// The words of a text, choice, date or phone number. None for the rest.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Choice(text) | Self::Text(text) | Self::Date(text) | Self::Phone(text) => Some(text),
            _ => None,
        }
    }

    /// Whether the person gave an answer: `unknown` and `refused` are none.
    #[must_use]
    pub fn is_given(&self) -> bool {
        !matches!(self, Self::Unknown | Self::Refused)
    }
}

impl ContentRef {
    /// A content that is part of the settings: the host computes its digest.
    #[must_use]
    pub fn in_settings(id: impl Into<String>, version: impl Into<String>) -> Self {
        Self { id: id.into(), version: version.into(), digest: Vec::new() }
    }
}

impl Finding {
    /// A finding that keeps the content from going live. `path` is a JSON
    /// Pointer into the settings.
    #[must_use]
    pub fn error(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { severity: FindingSeverity::Error, path: path.into(), message: message.into() }
    }

    /// A finding that somebody should look at.
    #[must_use]
    pub fn warning(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { severity: FindingSeverity::Warning, path: path.into(), message: message.into() }
    }
}

/// The latest fact under a key: a correction is a later fact with the same key.
#[must_use]
pub fn latest<'a>(facts: &'a [Fact], key: &str) -> Option<&'a Fact> {
    facts.iter().rev().find(|fact| fact.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_only_ever_raised() {
        assert_eq!(Level::Soon.raised_to(Level::Vital), Level::Vital);
        assert_eq!(Level::Vital.raised_to(Level::Routine), Level::Vital);
        assert!(Level::SameDay.at_least(Level::SameDay));
        assert!(!Level::Soon.at_least(Level::SameDay));
    }

    #[test]
    fn words_of_levels_are_read_back() {
        for level in [Level::Vital, Level::VeryUrgent, Level::SameDay, Level::Soon, Level::Routine] {
            assert_eq!(Level::from_word(level.as_str()), Some(level));
        }
        assert_eq!(Level::from_word("urgent"), None);
    }
}
