//! The ports in memory, with faults on demand, and the seeded simulation.
//!
//! What survives a crash of the process lives in [`MemoryStorage`] and in the
//! [`FakeAgenda`]s and [`FakeChannel`]s, which stand for the world outside; a
//! test that drops a `Reception` and its futures and builds another over the
//! same fakes has crashed and restarted greffon.

mod agenda;
mod channel;
mod clock;
mod edited;
mod faults;
mod idempotency;
mod keyvalue;
mod pace;
mod plugins;
mod practices;
mod random;
mod rows;
mod sealed_states;
mod simulation;
mod storage;

pub use agenda::{AgendaStyle, FakeAgenda, HeldEntry, Tags};
pub use channel::{ChannelStyle, FakeChannel, SentMessage};
pub use clock::{ManualClock, SeededIds};
pub use edited::edited;
pub use faults::{Effect, Fault, FaultPlan, Rates};
pub use idempotency::MemoryIdempotency;
pub use keyvalue::MemoryKeyValue;
pub use pace::Pace;
pub use plugins::FakePlugins;
pub use practices::{FixedPractices, feature, french_features, french_practice, sample_message};
pub use random::Random;
pub use rows::Rows;
pub use sealed_states::MemorySealedStates;
pub use simulation::{Faults, Harm, Oracle, Report, Violation, day_seed, simulate, simulate_day};
pub use storage::MemoryStorage;

/// A rule taken out on purpose, to show that the simulation notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// The database lets live claims overlap.
    NoClaimExclusion,
    /// An agenda's "may or may not have been done" is passed on as "nothing
    /// changed".
    UnknownIsRefused,
    /// An agenda's "may or may not have been done" is passed on as "done": the
    /// patient is told of what may not exist.
    UnknownIsConfirmed,
    /// Jobs are put in the queue beside the transaction, not in it: they are
    /// lost when the process dies in between.
    JobsOutsideTransaction,
    /// What may still reach an agenda is forgotten: a refusal ends the request,
    /// though an earlier send of it is open.
    OpenSendsForgotten,
    /// Nobody looks at what a request that is over may have left in an agenda.
    NoLookAfterwards,
}

impl Sabotage {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::NoClaimExclusion,
        Self::UnknownIsRefused,
        Self::UnknownIsConfirmed,
        Self::JobsOutsideTransaction,
        Self::OpenSendsForgotten,
        Self::NoLookAfterwards,
    ];

    /// The name of the rule that it takes out.
    #[must_use]
    pub fn rule(self) -> &'static str {
        match self {
            Self::NoClaimExclusion => "claim-exclusion",
            Self::UnknownIsRefused => "unknown-is-unknown",
            Self::UnknownIsConfirmed => "told-when-confirmed",
            Self::JobsOutsideTransaction => "jobs-in-transaction",
            Self::OpenSendsForgotten => "open-sends",
            Self::NoLookAfterwards => "look-afterwards",
        }
    }

    /// What takes out the rule of this name.
    #[must_use]
    pub fn of_rule(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sabotage| sabotage.rule() == name)
    }
}
