//! What happens after a commit, one file per job. Every job may be run twice:
//! it looks at the state first.

mod deliver_message;
mod expire_hold;
mod reconcile_booking;
mod watch_commitment;

use std::time::Duration;

use futures::future::join_all;
use tracing::warn;

use crate::flow::{FlowError, Reception};
use crate::model::job::{Job, LeasedJob};
use crate::ports::storage::Stored;

/// How long a worker holds a job before another may take it up.
const LEASE: Duration = Duration::from_secs(60);

/// How many jobs one worker leases and runs at once: no lease runs while its job
/// waits.
const AT_ONCE: u32 = 16;

/// Seconds before a job that failed is run again, by attempt; the last one again
/// and again.
const BACK_OFF_S: [u64; 5] = [1, 5, 30, 120, 600];

/// What came of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobOutcome {
    /// Nothing more to do.
    Done,
    /// Again after this long.
    Again(Duration),
}

impl Reception {
    /// Leases jobs that are due, at most `limit` and at most as many as run at
    /// once, runs them, and finishes or returns each. Says how many it ran.
    ///
    /// # Errors
    /// Only when the queue itself cannot be reached; a failing job is returned
    /// to the queue.
    pub async fn run_due_jobs(&self, limit: u32) -> Stored<usize> {
        let leased = self.storage.lease_jobs(limit.min(AT_ONCE), LEASE).await?;
        let ran = leased.len();
        let ended = join_all(leased.iter().map(|job| async move {
            match self.run_job(job).await {
                JobOutcome::Done => self.storage.finish_job(job.id, job.attempt).await,
                JobOutcome::Again(after) => self.storage.retry_job(job.id, job.attempt, after).await,
            }
        }))
        .await;
        // A job whose end could not be written comes back when its lease ends.
        ended.into_iter().collect::<Stored<()>>()?;
        Ok(ran)
    }

    /// Runs one leased job.
    pub async fn run_job(&self, leased: &LeasedJob) -> JobOutcome {
        let done = match self.practice(&leased.practice) {
            Ok(practice) => match &leased.job {
                Job::DeliverMessage(message) => self.deliver_message(&practice, *message).await,
                Job::ReconcileBooking(intent) => self.reconcile_booking(&practice, *intent).await,
                Job::ExpireHold(intent) => self.expire_hold(&practice, *intent).await,
                Job::WatchCommitment(commitment) => self.watch_commitment(&practice, *commitment).await,
            },
            // Its file may come back: nothing of a practice is thrown away.
            Err(error) => Err(error),
        };
        match done {
            Ok(outcome) => outcome,
            Err(error) => {
                warn!(
                    job.id = %leased.id, job.name = leased.job.name(), job.attempt = leased.attempt,
                    practice.id = %leased.practice, error = code(&error), "job failed and will be run again"
                );
                JobOutcome::Again(back_off(leased.attempt))
            }
        }
    }
}

fn back_off(attempt: u32) -> Duration {
    let last = BACK_OFF_S.len() - 1;
    Duration::from_secs(BACK_OFF_S[usize::try_from(attempt.saturating_sub(1)).unwrap_or(last).min(last)])
}

/// A word for the log: error texts may name what people wrote.
fn code(error: &FlowError) -> &'static str {
    match error {
        FlowError::NotFound(what) => what,
        FlowError::Conflict => "conflict",
        FlowError::Storage(_) => "storage",
        FlowError::AgendaUnavailable(_) => "agenda-unavailable",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_fails_waits_longer_each_time_up_to_ten_minutes() {
        let waits: Vec<u64> =
            [0, 1, 2, 3, 4, 5, 6, u32::MAX].into_iter().map(|attempt| back_off(attempt).as_secs()).collect();
        assert_eq!(waits, [1, 1, 5, 30, 120, 600, 600, 600]);
    }
}
