//! Jobs: work that must happen after a commit, whatever happens to the process.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::ids::{CommitmentId, IntentId, JobId, MessageId, PracticeId};
use crate::time::Instant;

/// What to do. Running one twice is harmless: each looks at the state first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Job {
    /// Hand a message to a channel.
    DeliverMessage(MessageId),
    /// Find out what became of an intent, and bring it to an end.
    ReconcileBooking(IntentId),
    /// Release a hold or an abandoned claim.
    ExpireHold(IntentId),
    /// Warn about, then escalate, a promise.
    WatchCommitment(CommitmentId),
}

impl Job {
    /// The queue's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::DeliverMessage(_) => "deliver-message",
            Self::ReconcileBooking(_) => "reconcile-booking",
            Self::ExpireHold(_) => "expire-hold",
            Self::WatchCommitment(_) => "watch-commitment",
        }
    }
}

/// Which jobs go first: urgent ones never wait behind bulk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lane {
    /// Levels vital and very urgent, and bookings without an outcome.
    Urgent,
    /// The rest.
    Normal,
    /// Reminders.
    Bulk,
}

/// When a job should run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// After this long, by the queue's own clock: retries, look-ups, expiries. The
    /// clock of the node that asks does not count.
    After(Duration),
    /// At this instant of civil time: what was promised for an hour of the day.
    At(Instant),
}

impl Due {
    /// At once.
    pub const NOW: Self = Self::After(Duration::ZERO);

    /// At `at`, reckoned from `now` of the same clock; at once when `at` is past.
    #[must_use]
    pub fn from_now(now: Instant, at: Instant) -> Self {
        Self::After(at.since(now))
    }
}

/// A job that this worker holds until its lease ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeasedJob {
    /// Its name.
    pub id: JobId,
    /// Whose.
    pub practice: PracticeId,
    /// What.
    pub job: Job,
    /// Times it was leased, this one included.
    pub attempt: u32,
    /// How long it had been due when it was leased.
    pub waited: Duration,
}
