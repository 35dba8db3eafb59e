//! The ports in memory, with faults on demand, and the seeded simulation.
//!
//! What survives a crash of the process lives in [`MemoryStorage`] and in the
//! [`FakeAgenda`]s and [`FakeChannel`]s, which stand for the world outside; a
//! test that drops a `Reception` and its futures and builds another over the
//! same fakes has crashed and restarted greffon.

mod adversary;
mod agenda;
mod channel;
mod clock;
mod edited;
mod faults;
mod idempotency;
mod keyvalue;
mod mirrors;
mod pace;
mod plugins;
mod practices;
mod random;
mod replay;
mod rows;
mod sealed_states;
mod simulation;
mod storage;

pub use adversary::{Attack, Breach, Rule, attack, play, sequence_seed};
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
pub use replay::{Deed, Difference, Seen, Story, record, replay};
pub use rows::Rows;
pub use sealed_states::MemorySealedStates;
pub use simulation::{Faults, Harm, Oracle, Report, Violation, day_seed, simulate, simulate_day};
pub use storage::{MemoryBackup, MemoryStorage};

/// A rule taken out on purpose, to show that the simulated days or the adversary notice.
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
    /// What was heard of a contact's words is not stored.
    HearingForgotten,
    /// The level of a contact is stored no higher than very urgent.
    NothingVital,
    /// The emergency service of a contact is stored as a message to somebody.
    ServiceForgotten,
    /// Alerts are not stored.
    AlertsForgotten,
    /// Whoever reads an alert is told that it has ended.
    AlertsLookEnded,
    /// Nobody sees to it that a sign that was heard has its answer.
    NoWatchOverAnswers,
    /// Nobody looks at an alert again.
    NoWatchOverAlerts,
    /// That the line was cut in an emergency is not stored.
    CutLineForgotten,
}

impl Sabotage {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::NoClaimExclusion,
        Self::UnknownIsRefused,
        Self::UnknownIsConfirmed,
        Self::JobsOutsideTransaction,
        Self::OpenSendsForgotten,
        Self::NoLookAfterwards,
        Self::HearingForgotten,
        Self::NothingVital,
        Self::ServiceForgotten,
        Self::AlertsForgotten,
        Self::AlertsLookEnded,
        Self::NoWatchOverAnswers,
        Self::NoWatchOverAlerts,
        Self::CutLineForgotten,
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
            Self::HearingForgotten => "hearing-kept",
            Self::NothingVital => "vital-kept",
            Self::ServiceForgotten => "service-kept",
            Self::AlertsForgotten => "alerts-kept",
            Self::AlertsLookEnded => "alerts-open",
            Self::NoWatchOverAnswers => "watch-answers",
            Self::NoWatchOverAlerts => "watch-alerts",
            Self::CutLineForgotten => "cut-line-kept",
        }
    }

    /// What takes out the rule of this name.
    #[must_use]
    pub fn of_rule(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sabotage| sabotage.rule() == name)
    }
}
