//! What happens after a commit, one file per job. Every job may be run twice:
//! it looks at the state first.

mod deliver_message;
mod expire_hold;
mod give_up;
pub mod metrics;
mod reconcile_booking;
mod watch_commitment;
mod worker;

use std::time::Duration;

pub use self::worker::{Process, Workers, lease_renewal};
use crate::flow::{Flow, FlowError, Reception, Scene};
use crate::model::job::{Job, LeasedJob};
use crate::ports::storage::Transaction;

/// How long a worker holds a job before another may take it up; renewed while it
/// runs.
const LEASE: Duration = Duration::from_secs(60);

/// What came of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobOutcome {
    /// Nothing more to do.
    Done,
    /// The same, and the job left the queue with its last change.
    Ended,
    /// Not yet: again after this long. No failure.
    Again(Duration),
}

impl Reception {
    /// Runs one leased job.
    ///
    /// # Errors
    /// What the job could not deal with itself: it is run again later.
    pub(crate) async fn run_job(&self, leased: &LeasedJob) -> Flow<JobOutcome> {
        let practice = self.practice(&leased.practice)?;
        match &leased.job {
            Job::DeliverMessage(message) => self.deliver_message(&practice, leased, *message).await,
            Job::ReconcileBooking(intent) => self.reconcile_booking(&practice, *intent).await,
            Job::ExpireHold(intent) => self.expire_hold(&practice, *intent).await,
            Job::WatchCommitment(commitment) => self.watch_commitment(&practice, *commitment).await,
        }
    }

    /// What a person is asked to do in place of a job that was given up.
    async fn ask_instead(&self, tx: &mut dyn Transaction, scene: Scene<'_>, job: &Job) -> Flow<()> {
        match job {
            Job::DeliverMessage(message) => self.give_up_message(tx, scene, *message).await,
            Job::ReconcileBooking(intent) | Job::ExpireHold(intent) => self.give_up_intent(tx, scene, *intent).await,
            Job::WatchCommitment(commitment) => self.give_up_watch(tx, scene, *commitment).await,
        }
    }
}

/// A word for log, journal and metrics: error texts may name what people wrote.
fn code(error: &FlowError) -> &'static str {
    match error {
        FlowError::NotFound(what) => what,
        FlowError::Conflict => "conflict",
        FlowError::Storage(_) => "storage",
        FlowError::AgendaUnavailable(_) => "agenda-unavailable",
        FlowError::NotAllowed { code, .. } | FlowError::Forbidden { code } => code,
        FlowError::AgendaUnidentified(_) => "agenda-unidentified",
        _ => "other",
    }
}
