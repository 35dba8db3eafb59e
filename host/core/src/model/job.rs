//! Jobs: work that must happen after a commit, whatever happens to the process.

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
    /// When it was due.
    pub run_at: Instant,
}
