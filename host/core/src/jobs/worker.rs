//! The workers of a process: each lane has places of its own, and a place that
//! becomes free takes the next job. No job waits for the end of another one.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant as Stopwatch};

use futures::FutureExt;
use futures::future::{AbortHandle, AbortRegistration, Abortable, BoxFuture, Either, join_all, select};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tracing::warn;

use super::{JobOutcome, LEASE, code, metrics};
use crate::flow::Reception;
use crate::ids::JobId;
use crate::model::job::{Lane, LeasedJob};
use crate::ports::storage::Stored;

/// The code of a job that panicked.
pub(super) const PANIC: &str = "panic";

/// The code of a job that ran for longer than any may.
const TOO_LONG: &str = "too-long";

/// The code of a job whose worker never said how it ended.
const WORKER_DIED: &str = "worker-died";

/// How often a lease is renewed before its job counts as stuck: ten minutes. All
/// calls of a job have deadlines that are far shorter.
const MOST_RENEWALS: u32 = 30;

/// How often [`Workers::renew`] is to be called: two of three may fail.
#[must_use]
pub fn lease_renewal() -> Duration {
    LEASE / 3
}

/// What a lane may use in one process.
struct Share {
    /// Jobs at once.
    places: u32,
    /// Of these, jobs of one practice, over all processes: a practice whose
    /// channel or agenda hangs does not hold the places of the others.
    per_practice: u32,
}

/// All lanes together stay below the plugin calls that run at once (64, unless the
/// operator says otherwise), so that people find some free.
fn share_of(lane: Lane) -> Share {
    match lane {
        Lane::Alert => Share { places: 24, per_practice: 2 },
        Lane::Urgent | Lane::Normal => Share { places: 12, per_practice: 3 },
        Lane::Bulk => Share { places: 3, per_practice: 1 },
    }
}

/// What workers need of the process that they are in.
pub trait Process {
    /// Runs a job beside everything else.
    fn spawn(&self, job: BoxFuture<'static, ()>);

    /// Ends when a job of the lane may be due, or after a short while.
    fn idle(&self, lane: Lane) -> BoxFuture<'static, ()>;
}

/// The workers of one process.
pub struct Workers {
    reception: Reception,
    alerts: Reception,
    running: Mutex<HashMap<(JobId, u32), Running>>,
}

struct Running {
    renewals: u32,
    stop: AbortHandle,
}

impl Workers {
    /// Workers over a reception, and over one for alerts, which should share
    /// nothing with the first that can be used up.
    #[must_use]
    pub fn new(reception: Reception, alerts: Reception) -> Arc<Self> {
        Arc::new(Self { reception, alerts, running: Mutex::default() })
    }

    /// Works off a lane until `stop` says so, and then until the jobs that run have
    /// ended. Dropped, it leaves them to the process; their leases end by
    /// themselves.
    pub async fn work(self: Arc<Self>, lane: Lane, process: impl Process, mut stop: watch::Receiver<bool>) {
        let share = share_of(lane);
        let places = Arc::new(Semaphore::new(usize::try_from(share.places).unwrap_or(1)));
        let ended = Arc::new(Notify::new());
        while !*stop.borrow() {
            let mut free = Vec::new();
            match select(pin!(stop.changed()), pin!(Arc::clone(&places).acquire_owned())).await {
                Either::Left(_) => break,
                Either::Right((place, _)) => free.extend(place.ok()),
            }
            while let Ok(place) = Arc::clone(&places).try_acquire_owned() {
                free.push(place);
            }
            let limit = u32::try_from(free.len()).unwrap_or(u32::MAX);
            let leased = self.of(lane).storage.lease_jobs(lane, limit, share.per_practice, LEASE).await;
            let leased = leased.unwrap_or_else(|error| {
                warn!(error = %error, lane = lane.as_str(), "the queue cannot be reached");
                Vec::new()
            });
            if leased.is_empty() {
                drop(free);
                // A job that ends may let the next of its practice go.
                let ended = pin!(ended.notified());
                let something = select(ended, process.idle(lane));
                if let Either::Left(_) = select(pin!(stop.changed()), pin!(something)).await {
                    break;
                }
                continue;
            }
            for (job, place) in leased.into_iter().zip(free) {
                let (workers, ended) = (Arc::clone(&self), Arc::clone(&ended));
                process.spawn(Box::pin(async move {
                    workers.run(job, place).await;
                    ended.notify_one();
                }));
            }
        }
        // Whoever has all places has no job beside him.
        drop(places.acquire_many(share.places).await);
    }

    /// Renews the leases of all jobs that run here. Stops those that somebody else
    /// holds by now, and those that are stuck.
    ///
    /// # Errors
    /// When the queue cannot be reached; the next call may still be in time.
    pub async fn renew(&self) -> Stored<()> {
        let held: Vec<(JobId, u32)> = self.running().keys().copied().collect();
        if held.is_empty() {
            return Ok(());
        }
        let renewed = self.alerts.storage.renew_jobs(&held, LEASE).await?;
        for (key, running) in &mut *self.running() {
            running.renewals += 1;
            if (held.contains(key) && !renewed.contains(&key.0)) || running.renewals > MOST_RENEWALS {
                running.stop.abort();
            }
        }
        Ok(())
    }

    async fn run(&self, leased: LeasedJob, place: OwnedSemaphorePermit) {
        let (stop, registration) = AbortHandle::new_pair();
        let key = (leased.id, leased.attempt);
        self.running().insert(key, Running { renewals: 0, stop });
        let _listed = Listed { workers: self, key };
        self.of(leased.lane).run_leased(&leased, registration).await;
        drop(place);
    }

    fn of(&self, lane: Lane) -> &Reception {
        if lane == Lane::Alert { &self.alerts } else { &self.reception }
    }

    fn running(&self) -> MutexGuard<'_, HashMap<(JobId, u32), Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A job is listed as running until this is dropped, however it ends.
struct Listed<'w> {
    workers: &'w Workers,
    key: (JobId, u32),
}

impl Drop for Listed<'_> {
    fn drop(&mut self) {
        self.workers.running().remove(&self.key);
    }
}

impl Reception {
    /// Leases jobs that are due, at most `limit`, those of earlier lanes first, runs
    /// them beside each other and waits for all. Says how many it ran. For whoever
    /// owns time: the demo, tests, simulations; a process has [`Workers`].
    ///
    /// # Errors
    /// Only when the queue itself cannot be reached; a failing job is returned
    /// to the queue.
    pub async fn run_due_jobs(&self, limit: u32) -> Stored<usize> {
        let mut leased = Vec::new();
        for lane in Lane::ALL {
            let left = limit.saturating_sub(u32::try_from(leased.len()).unwrap_or(u32::MAX));
            if left > 0 {
                let share = share_of(lane);
                leased.extend(self.storage.lease_jobs(lane, left, share.per_practice, LEASE).await?);
            }
        }
        join_all(leased.iter().map(|job| self.run_leased(job, AbortHandle::new_pair().1))).await;
        Ok(leased.len())
    }

    /// How long it is until a job is due in any lane; nothing when one is due now.
    ///
    /// # Errors
    /// When the queue cannot be reached.
    pub async fn next_job_in(&self) -> Stored<Option<Duration>> {
        let mut next = None;
        for lane in Lane::ALL {
            let of_lane = self.storage.next_job_in(lane).await?;
            next = [next, of_lane].into_iter().flatten().min();
        }
        Ok(next)
    }

    /// Runs a job to its end, whatever happens in it, and writes down how it ended.
    async fn run_leased(&self, leased: &LeasedJob, stop: AbortRegistration) {
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
                Ok(Ok(Err(error))) => Err(code(&error)),
                Ok(Err(_)) => Err(PANIC),
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
            Ok(JobOutcome::Done) => return self.storage.finish_job(id, attempt).await,
            Ok(JobOutcome::Again(after)) => return self.storage.retry_job(id, attempt, 0, after).await,
            Err(code) => code,
        };
        metrics::failed(&leased.job, code);
        let failures = leased.failures.saturating_add(1);
        let patience = leased.job.patience(leased.lane);
        let pause = match patience.pause(failures, id) {
            Some(pause) => pause,
            // A practice's file may come back: nothing of it is given up until then.
            None if self.practices.get(&leased.practice).is_none() => patience.longest(failures, id),
            None => match self.give_up(leased, failures, code).await {
                Ok(()) => return Ok(()),
                Err(error) => {
                    warn!(job.id = %id, error = super::code(&error), "a job cannot be given up");
                    patience.longest(failures, id)
                }
            },
        };
        warn!(
            job.id = %id, job.name = leased.job.name(), job.attempt = attempt, practice.id = %leased.practice,
            failures, pause_ms = pause.as_millis(), error = code, "job failed and will be run again"
        );
        self.storage.retry_job(id, attempt, failures, pause).await
    }
}
