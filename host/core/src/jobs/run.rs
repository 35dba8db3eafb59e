//! Leases jobs, runs them, and writes down how they ended.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant as Stopwatch};

use futures::FutureExt;
use futures::future::{AbortHandle, AbortRegistration, Abortable, join_all};
use tracing::warn;

use super::outcome::{JobOutcome, LEASE};
use super::{Jobs, metrics};
use crate::flow::FlowError;
use crate::ids::JobId;
use crate::model::job::{Lane, LeasedJob};
use crate::model::outside_failure::FailureClass;
use crate::ports::storage::Stored;

/// The code of a job that ran for longer than any may.
const TOO_LONG: &str = "too-long";

/// The code of a job whose worker never said how it ended.
const WORKER_DIED: &str = "worker-died";

/// What a lane may use in one process.
pub(super) struct Share {
    /// Jobs at once.
    pub(super) places: u32,
    /// Of these, jobs of one practice, over all processes: a practice whose
    /// channel or agenda hangs does not hold the places of the others.
    per_practice: u32,
}

/// All lanes together stay below the plugin calls that run at once (64, unless the
/// operator says otherwise), so that people find some free.
pub(super) fn share_of(lane: Lane) -> Share {
    match lane {
        // Of a rung that is told at once, two channels may hang.
        Lane::Alert => Share { places: 30, per_practice: 3 },
        Lane::Urgent | Lane::Normal => Share { places: 11, per_practice: 3 },
        Lane::Watch => Share { places: 8, per_practice: 2 },
        Lane::Bulk => Share { places: 3, per_practice: 1 },
    }
}

impl Jobs {
    /// Leases jobs that are due, at most `limit`, those of earlier lanes first, runs
    /// them beside each other and waits for all. Says how many it ran. For whoever
    /// owns time: the demo, tests, simulations; a process has [`Workers`].
    ///
    /// # Errors
    /// Only when the queue itself cannot be reached; a failing job is returned
    /// to the queue.
    pub async fn run_due(&self, limit: u32) -> Stored<usize> {
        let mut leased = Vec::new();
        for lane in Lane::ALL {
            let left = limit.saturating_sub(u32::try_from(leased.len()).unwrap_or(u32::MAX));
            if left > 0 {
                leased.extend(self.lease(lane, left).await?);
            }
        }
        join_all(leased.iter().map(|job| self.run_leased(job, AbortHandle::new_pair().1))).await;
        Ok(leased.len())
    }

    /// Leases up to `limit` jobs of a lane that are due.
    pub(super) async fn lease(&self, lane: Lane, limit: u32) -> Stored<Vec<LeasedJob>> {
        self.reception.storage.lease_jobs(lane, limit, share_of(lane).per_practice, LEASE).await
    }

    /// Makes leases last; says which are still held.
    pub(super) async fn renew(&self, held: &[(JobId, u32)]) -> Stored<Vec<JobId>> {
        self.reception.storage.renew_jobs(held, LEASE).await
    }

    /// How long it is until a job is due in any lane; nothing when one is due now.
    ///
    /// # Errors
    /// When the queue cannot be reached.
    pub async fn next_in(&self) -> Stored<Option<Duration>> {
        let mut next = None;
        for lane in Lane::ALL {
            let of_lane = self.reception.storage.next_job_in(lane).await?;
            next = [next, of_lane].into_iter().flatten().min();
        }
        Ok(next)
    }

    /// Runs a job to its end, whatever happens in it, and writes down how it ended.
    pub(super) async fn run_leased(&self, leased: &LeasedJob, stop: AbortRegistration) {
        let _in_hand = metrics::InHand::take(leased);
        let ended = if leased.failures >= leased.job.patience(leased.lane).failures {
            // Its workers die of it: it is not run once more.
            Err(WORKER_DIED)
        } else {
            let began = Stopwatch::now();
            let job = AssertUnwindSafe(self.run_job(leased)).catch_unwind();
            let ended = Abortable::new(job, stop).await;
            metrics::ran(&leased.job, began.elapsed());
            match ended {
                Ok(Ok(Ok(outcome))) => Ok(outcome),
                Ok(Ok(Err(error))) => Err(word(&error)),
                Ok(Err(_)) => Err(metrics::PANIC),
                Err(_) => Err(TOO_LONG),
            }
        };
        if let Err(error) = self.end_job(leased, ended).await {
            // It comes back when its lease ends.
            warn!(job.id = %leased.id, error = %error, "the end of a job cannot be written down");
        }
    }

    async fn end_job(&self, leased: &LeasedJob, ended: Result<JobOutcome, &'static str>) -> Stored<()> {
        let LeasedJob { id, attempt, .. } = *leased;
        let code = match ended {
            Ok(JobOutcome::Ended) => return Ok(()),
            Ok(JobOutcome::Done) => return self.reception.storage.finish_job(id, attempt).await,
            Ok(JobOutcome::Again(after)) => return self.reception.storage.retry_job(id, attempt, 0, after).await,
            Err(code) => code,
        };
        metrics::failed(&leased.job, code);
        let failures = leased.failures.saturating_add(1);
        let patience = leased.job.patience(leased.lane);
        let pause = match patience.pause(failures, id) {
            Some(pause) => pause,
            // A practice's file may come back: nothing of it is given up until then.
            None if self.reception.acts.practice(&leased.practice).is_err() => patience.longest(failures, id),
            None => match self.give_up(leased, failures, code).await {
                Ok(()) => return Ok(()),
                Err(error) => {
                    warn!(job.id = %id, error = word(&error), "a job cannot be given up");
                    patience.longest(failures, id)
                }
            },
        };
        warn!(
            job.id = %id, job.name = leased.job.name(), job.attempt = attempt, practice.id = %leased.practice,
            failures, pause_ms = pause.as_millis(), error = code, "job failed and will be run again"
        );
        self.reception.storage.retry_job(id, attempt, failures, pause).await
    }
}

/// A word for log, journal and metrics: error texts may name what people wrote.
fn word(error: &FlowError) -> &'static str {
    match error {
        FlowError::NotFound(thing) => thing.as_str(),
        FlowError::Conflict => "conflict",
        FlowError::Storage(_) => "storage",
        FlowError::AgendaUnavailable(unreached) => unreached.class.map_or("agenda-unavailable", FailureClass::job_code),
        FlowError::NotAllowed { code, .. } | FlowError::Forbidden { code } => code,
        FlowError::AgendaUnidentified(_) => "agenda-unidentified",
        _ => "other",
    }
}
