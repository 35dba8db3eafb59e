//! The workers of a process: each lane has places of its own, and a place that
//! becomes free takes the next job. No job waits for the end of another one.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::{AbortHandle, BoxFuture, Either, select};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tracing::warn;

use super::Jobs;
use super::outcome::LEASE;
use super::run::share_of;
use crate::flow::Reception;
use crate::ids::JobId;
use crate::model::job::{Lane, LeasedJob};
use crate::ports::storage::Stored;

/// How often a lease is renewed before its job counts as stuck: ten minutes. All
/// calls of a job have deadlines that are far shorter.
const MOST_RENEWALS: u32 = 30;

/// How often [`Workers::renew`] is to be called: two of three may fail.
#[must_use]
pub fn lease_renewal() -> Duration {
    LEASE / 3
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
    jobs: Jobs,
    alerts: Jobs,
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
        let running = Mutex::default();
        Arc::new(Self { jobs: Jobs::new(reception), alerts: Jobs::new(alerts), running })
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
            let leased = self.of(lane).lease(lane, limit).await;
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
        let renewed = self.alerts.renew(&held).await?;
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

    fn of(&self, lane: Lane) -> &Jobs {
        if lane == Lane::Alert { &self.alerts } else { &self.jobs }
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
