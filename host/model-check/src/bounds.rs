//! How much happens at most in one scenario.

/// What a plugin and its agenda do with a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// One request; the agenda itself refuses what overlaps.
    Arbitrates,
    /// The plugin looks, writes, looks again and takes its own back when somebody else is there.
    Verifies,
    /// The plugin looks and writes.
    Looks,
    /// The agenda does not know an op-id again, and refuses what overlaps with others' entries.
    Nameless,
}

/// The bounds of a scenario: every sequence within them is visited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bounds {
    /// Bookings of the one time.
    pub intents: u8,
    /// Processes.
    pub nodes: u8,
    /// Processes that die.
    pub crashes: u8,
    /// Answers that are lost after the agenda did what was asked, and times for which it cannot be
    /// read.
    pub drops: u8,
    /// Requests that are slow, or arrive at any time after nobody waits for them any more, or never.
    pub lates: u8,
    /// Steps of time that pass in the midst of what a process does.
    pub stalls: u8,
    /// Deeds of others in the agenda.
    pub foreign: u8,
    /// Bookings that people call off, confirmed or not.
    pub cancels: u8,
    /// Words of a person about what no machine can tell.
    pub verdicts: u8,
}

impl Bounds {
    /// Nothing happens.
    pub const NONE: Self =
        Self { intents: 0, nodes: 0, crashes: 0, drops: 0, lates: 0, stalls: 0, foreign: 0, cancels: 0, verdicts: 0 };
}
