//! What came of attacks.

use std::collections::BTreeMap;
use std::fmt;

/// What must hold whatever is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// The level is at least that of each sign that a fact or a text brought up and no
    /// person answered no; what words brought up has three minutes for its answer where
    /// somebody can be asked.
    LevelOfSigns,
    /// Nothing lowers the level but a practitioner with a reason.
    NeverLower,
    /// At the vital level it is an emergency service, as the host names it, stored and
    /// shown first.
    ServiceAtVital,
    /// A sign that words brought up is asked about by itself.
    Asked,
    /// From very urgent on there is an alert of at least that level, and a job that looks
    /// after it until it has ended.
    Alerted,
    /// Nothing is booked at the vital level, before a conclusion, or before what words
    /// brought up has its answer.
    NothingBooked,
    /// A contact is closed with its alert ended, its emergency's outcome, every sign
    /// answered or counted, and either who, what for and where to call back or a reason of
    /// the list by somebody who may give it.
    Closed,
    /// Facts are only added, as they were told, with nothing among them that nobody told but
    /// that the line of an emergency was cut: once, by whoever hung up.
    FactsStay,
    /// No words of a plugin stand among the host's own, and only approved ones are to be
    /// said.
    HostsOwnWords,
    /// Nobody is given what their role may not, and no step ends in an error that its
    /// contract does not know.
    Refusals,
}

/// One of them, broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// The sequence's own seed: it replays alone.
    pub sequence: u64,
    /// At which step.
    pub step: u32,
    /// What.
    pub rule: Rule,
    /// Which signs, levels and states, for whoever looks for the cause.
    pub text: String,
    /// What was done until then, step by step.
    pub deeds: Vec<String>,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sequence {:#018x}, step {}: {:?}: {}", self.sequence, self.step, self.rule, self.text)
    }
}

/// Counters of one sequence or of many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attack {
    /// Sequences.
    pub sequences: u64,
    /// Everything that is worth counting, by name.
    pub counts: BTreeMap<&'static str, u64>,
    /// What must hold, and did not: of each sequence the first.
    pub breaches: Vec<Breach>,
    /// Digest of what every step came to.
    pub trace: u64,
}

impl Attack {
    /// How often something was counted.
    #[must_use]
    pub fn count(&self, name: &str) -> u64 {
        self.counts.get(name).copied().unwrap_or(0)
    }

    pub(super) fn add(&mut self, name: &'static str) {
        *self.counts.entry(name).or_default() += 1;
    }

    pub(super) fn absorb(&mut self, other: Self) {
        self.sequences += other.sequences;
        for (name, count) in other.counts {
            *self.counts.entry(name).or_default() += count;
        }
        self.breaches.extend(other.breaches);
        self.trace = self.trace.wrapping_add(other.trace);
    }
}

impl fmt::Display for Attack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "sequences {}", self.sequences)?;
        for (name, count) in &self.counts {
            writeln!(f, "{name} {count}")?;
        }
        for breach in &self.breaches {
            writeln!(f, "BREACH {breach}")?;
        }
        write!(f, "breaches {}", self.breaches.len())
    }
}
