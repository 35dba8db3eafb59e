//! What came of simulated days.

use std::collections::BTreeMap;
use std::fmt;

/// What must never happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Oracle {
    /// Two live appointments of one agenda overlap, and greffon wrote the later
    /// one.
    DoubleBooking,
    /// A contact that was accepted is not stored, or no list shows it.
    LostContact,
    /// A patient was told of a booking that was not confirmed, or that the
    /// agenda never held.
    ToldTooEarly,
    /// A patient was never told of a confirmed booking, or nobody at the practice
    /// of an emergency.
    Silence,
    /// A commitment is open, and nobody will look at it again.
    ForgottenCommitment,
    /// An alert is open and nobody will look at it again, or its contact is closed.
    ForgottenAlert,
    /// An intent or a message has not ended.
    Unfinished,
    /// The agenda holds a booking of greffon's that greffon believes refused, or
    /// does not hold one that greffon believes confirmed.
    Untruth,
    /// The agenda holds an entry of greffon's that its final intent does not want,
    /// and no person was asked.
    Unowned,
    /// Work makes itself anew without end: a worker that never rests.
    Spinning,
    /// A level sank without a clinician, or a red flag did not raise it.
    LevelSank,
    /// An emergency was given an appointment.
    EmergencyBooked,
    /// An answer of the domain that its contract does not allow here.
    WrongAnswer,
}

/// One of them, and on which day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The day's own seed: it replays alone.
    pub day_seed: u64,
    /// What.
    pub oracle: Oracle,
    /// Ids and states, for whoever looks for the cause.
    pub text: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "day {:#018x}: {:?}: {}", self.day_seed, self.oracle, self.text)
    }
}

/// Counters of one day or of many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Days.
    pub days: u64,
    /// Everything that is worth counting, by name.
    pub counts: BTreeMap<&'static str, u64>,
    /// What must never happen, and did.
    pub violations: Vec<Violation>,
    /// Digest of everything that happened on each day, in order.
    pub trace: u64,
}

impl Report {
    /// How often something was counted.
    #[must_use]
    pub fn count(&self, name: &str) -> u64 {
        self.counts.get(name).copied().unwrap_or(0)
    }

    /// How often this happened.
    #[must_use]
    pub fn violations_of(&self, oracle: Oracle) -> usize {
        self.violations.iter().filter(|violation| violation.oracle == oracle).count()
    }

    pub(super) fn add(&mut self, name: &'static str, by: u64) {
        *self.counts.entry(name).or_default() += by;
    }

    pub(super) fn absorb(&mut self, day: Self) {
        self.days += day.days;
        for (name, count) in day.counts {
            self.add(name, count);
        }
        self.violations.extend(day.violations);
        self.trace = self.trace.wrapping_add(day.trace);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "days {}", self.days)?;
        for (name, count) in &self.counts {
            writeln!(f, "{name} {count}")?;
        }
        for violation in &self.violations {
            writeln!(f, "VIOLATION {violation}")?;
        }
        write!(f, "violations {}", self.violations.len())
    }
}
