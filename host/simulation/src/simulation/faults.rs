//! What goes wrong on a simulated day.

use super::super::faults::Rates;

/// What goes wrong on a day, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Faults {
    /// At the agendas.
    pub agenda: Rates,
    /// At the channels.
    pub channel: Rates,
    /// At triage and script.
    pub pure: Rates,
    /// At the database.
    pub storage: Rates,
    /// Deaths of the process, at most so many a day.
    pub crashes: u64,
    /// Processes that stand still for up to twenty minutes and go on as if
    /// nothing had been, at most so many a day.
    pub stalls: u64,
    /// Ten minutes without an agenda, at most so many times a day and practice.
    pub outages: u64,
    /// How far the clock of the second of two processes is off at most, either
    /// way, in minutes.
    pub skew_min: u32,
    /// Entries of greffon's that people at the agenda write over, at most so
    /// many a day and practice.
    pub overwrites: u64,
    /// Entries of greffon's to which they give another time or a note.
    pub edits: u64,
    /// Entries of greffon's that they strike out.
    pub deletions: u64,
    /// Whether the agenda that stores whatever it is given has a plugin that
    /// looks, writes and looks again, each a request of its own.
    pub check_then_write: bool,
    /// Whether that agenda gives two versions of an entry the same name.
    pub reused_tags: bool,
}

/// A kind of harm that a day can be spared, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harm {
    /// Requests that arrive long after the agenda was seen without them twice.
    LateCommits,
    /// People who write over greffon's entries.
    Overwrites,
    /// People who give greffon's entries another time or a note.
    Edits,
    /// People who strike greffon's entries out.
    Deletions,
    /// Agendas in which others write between a look and a write.
    CheckThenWrite,
    /// Servers that give two versions of an entry the same name.
    ReusedTags,
    /// Two processes whose clocks differ.
    SkewedClocks,
    /// Processes that stop between their look and their write.
    StoppedNodes,
}

impl Harm {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::LateCommits,
        Self::Overwrites,
        Self::Edits,
        Self::Deletions,
        Self::CheckThenWrite,
        Self::ReusedTags,
        Self::SkewedClocks,
        Self::StoppedNodes,
    ];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::LateCommits => "late-commits",
            Self::Overwrites => "overwrites",
            Self::Edits => "edits",
            Self::Deletions => "deletions",
            Self::CheckThenWrite => "check-then-write",
            Self::ReusedTags => "reused-tags",
            Self::SkewedClocks => "skewed-clocks",
            Self::StoppedNodes => "stopped-nodes",
        }
    }

    /// The harm of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|harm| harm.name() == name)
    }
}

/// How late a request arrives at most, in milliseconds, when the agenda keeps the
/// time that it says a write may take.
const WRITE_TIMEOUT_MS: u32 = 5_000;

/// The same when it does not: well beyond the moment at which a person is asked.
const LONG_LATE_MS: u32 = 45 * 60_000;

impl Faults {
    /// Nothing goes wrong.
    #[must_use]
    pub fn none() -> Self {
        let none = Rates::default();
        Self {
            agenda: none,
            channel: none,
            pure: none,
            storage: none,
            crashes: 0,
            stalls: 0,
            outages: 0,
            skew_min: 0,
            overwrites: 0,
            edits: 0,
            deletions: 0,
            check_then_write: false,
            reused_tags: false,
        }
    }

    /// Everything goes wrong against which greffon has a defence, far more often
    /// than in life: about one agenda write in four.
    #[must_use]
    pub fn everywhere() -> Self {
        let every = |rate| Rates {
            lost: rate,
            late: rate,
            doubled: rate,
            refused: rate,
            response_lost: rate,
            latency_ms: 2_500,
            late_ms: WRITE_TIMEOUT_MS,
            stops: 0,
        };
        let world = Self {
            agenda: every(500),
            channel: every(400),
            pure: every(40),
            storage: Rates { refused: 30, response_lost: 15, ..Rates::default() },
            crashes: 4,
            stalls: 2,
            outages: 1,
            ..Self::none()
        };
        Harm::ALL.into_iter().fold(world, Self::with)
    }

    /// With a kind of harm.
    #[must_use]
    pub fn with(mut self, harm: Harm) -> Self {
        match harm {
            Harm::LateCommits => self.agenda.late_ms = LONG_LATE_MS,
            Harm::Overwrites => self.overwrites = 2,
            Harm::Edits => self.edits = 3,
            Harm::Deletions => self.deletions = 2,
            Harm::CheckThenWrite => self.check_then_write = true,
            Harm::ReusedTags => self.reused_tags = true,
            Harm::SkewedClocks => self.skew_min = 180,
            Harm::StoppedNodes => self.agenda.stops = 300,
        }
        self
    }

    /// Without it.
    #[must_use]
    pub fn without(mut self, harm: Harm) -> Self {
        match harm {
            Harm::LateCommits => self.agenda.late_ms = WRITE_TIMEOUT_MS,
            Harm::Overwrites => self.overwrites = 0,
            Harm::Edits => self.edits = 0,
            Harm::Deletions => self.deletions = 0,
            Harm::CheckThenWrite => self.check_then_write = false,
            Harm::ReusedTags => self.reused_tags = false,
            Harm::SkewedClocks => self.skew_min = 0,
            Harm::StoppedNodes => self.agenda.stops = 0,
        }
        self
    }
}
