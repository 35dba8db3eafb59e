//! Stories of contacts that one process records and another replays: what people did, and
//! what they were shown and told after each deed. Whoever changes the domain records before,
//! replays after, and reads every difference; nothing may have become lower.
//!
//! A recording holds deeds and what came of them, and no seed is needed to replay it: the
//! process that replays draws nothing.

mod desk;
mod story;
mod teller;

use std::fmt;

use greffon_core::model::care::Level;

use self::desk::Desk;
pub use self::story::{Deed, Seen, Story};

/// Something that is seen otherwise than it was recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// In which story.
    pub story: u64,
    /// After which of its deeds, from 0.
    pub step: usize,
    /// What was done.
    pub deed: Deed,
    /// As it was recorded.
    pub recorded: Seen,
    /// As it is now.
    pub now: Seen,
}

impl Difference {
    /// Whether somebody is less well off than before: the level is lower, there is no alert
    /// where there was one, its level is lower, or a question is not asked any more.
    #[must_use]
    pub fn is_lower(&self) -> bool {
        let below =
            |now: Option<Level>, before: Option<Level>| before.is_some_and(|before| now.is_none_or(|now| now > before));
        let alert = |seen: &Seen| seen.alert.map(|(level, _)| level);
        let asked = |key: &str| self.now.questions.iter().any(|(other, _)| other == key);
        let raised = below(self.recorded.level, self.now.level);
        let unasked = !raised && self.recorded.questions.iter().any(|(key, _)| !asked(key));
        below(self.now.level, self.recorded.level) || below(alert(&self.now), alert(&self.recorded)) || unasked
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lower = if self.is_lower() { "LOWER: " } else { "" };
        writeln!(f, "{lower}story {}, step {}: {:?}", self.story, self.step, self.deed)?;
        writeln!(f, "  recorded {:?}", self.recorded)?;
        write!(f, "  now      {:?}", self.now)
    }
}

/// Records stories with at least so many contacts.
#[must_use]
pub fn record(seed: u64, contacts: usize) -> Vec<Story> {
    let (mut stories, mut told) = (Vec::new(), 0);
    for number in 0.. {
        if told >= contacts {
            break;
        }
        let story = teller::tell(seed, number);
        told += story.contacts();
        stories.push(story);
    }
    stories
}

/// Does again what a story tells, and returns the first thing that is seen otherwise: what
/// follows it follows from it.
#[must_use]
pub fn replay(story: &Story) -> Option<Difference> {
    let mut desk = Desk::open(story.number, story.at);
    for (step, (deed, recorded)) in story.steps.iter().enumerate() {
        let now = desk.act(deed);
        if now != *recorded {
            let (deed, recorded) = (deed.clone(), recorded.clone());
            return Some(Difference { story: story.number, step, deed, recorded, now });
        }
    }
    None
}

#[cfg(test)]
#[path = "replay/tests.rs"]
mod tests;
