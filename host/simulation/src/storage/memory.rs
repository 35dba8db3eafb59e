//! What the database in memory holds, and how it is reached: past a fault, a
//! pause, or neither.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use greffon_core::ids::{JobId, MessageId, PracticeId};
use greffon_core::model::job::{Job, Lane};
use greffon_core::model::recovery::Restore;
use greffon_core::ports::clock::Clock;
use greffon_core::ports::storage::{StorageError, Stored};
use greffon_core::time::Instant;
use tokio::sync::Mutex as AsyncMutex;

use super::turns::Turns;
use crate::Sabotage;
use crate::clock::ManualClock;
use crate::faults::{Effect, FaultPlan};
use crate::pace::Pace;
use crate::rows::Rows;

/// A [`Storage`](greffon_core::ports::storage::Storage) that forgets everything
/// when its last clone is dropped. A dropped transaction leaves nothing; claims
/// exclude each other as in the real databases.
#[derive(Clone)]
pub struct MemoryStorage {
    pub(super) inner: Arc<Inner>,
}

/// What all clones share.
pub(super) struct Inner {
    tables: Mutex<Tables>,
    pub(super) turns: Turns,
    clock: Arc<dyn Clock>,
    /// The same clock, where one can sleep by it.
    pub(super) sleeper: Option<Arc<ManualClock>>,
    pub(super) plan: Arc<FaultPlan>,
    pub(super) pace: Arc<Pace>,
    pub(super) sabotage: Option<Sabotage>,
}

/// What is kept.
#[derive(Debug, Default)]
pub(super) struct Tables {
    pub(super) practices: BTreeMap<PracticeId, Rows>,
    pub(super) writers: BTreeMap<PracticeId, Arc<AsyncMutex<()>>>,
    pub(super) jobs: BTreeMap<JobId, JobRow>,
    pub(super) spoilt: BTreeSet<(PracticeId, MessageId)>,
    pub(super) restore: Option<Restore>,
}

/// A job of the queue.
#[derive(Clone, Debug)]
pub(super) struct JobRow {
    pub(super) practice: PracticeId,
    pub(super) job: Job,
    pub(super) lane: Lane,
    pub(super) run_at: Instant,
    pub(super) attempt: u32,
    pub(super) failures: u32,
    pub(super) leased_until: Option<Instant>,
}

impl JobRow {
    /// When somebody may take it.
    pub(super) fn free_at(&self) -> Instant {
        self.leased_until.unwrap_or(self.run_at)
    }
}

impl Default for MemoryStorage {
    /// On a clock that stands still at the epoch.
    fn default() -> Self {
        Self::on(Arc::new(ManualClock::at(Instant(0))))
    }
}

impl fmt::Debug for MemoryStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStorage").finish_non_exhaustive()
    }
}

impl MemoryStorage {
    /// A database without faults. Leases and due times are read off `clock`,
    /// whatever the nodes' clocks show.
    #[must_use]
    pub fn on(clock: Arc<dyn Clock>) -> Self {
        Self::made(clock, None, Arc::default(), Arc::default(), None)
    }

    /// A database with faults, a pace, and perhaps a rule taken out.
    #[must_use]
    pub fn with(clock: Arc<ManualClock>, plan: Arc<FaultPlan>, pace: Arc<Pace>, sabotage: Option<Sabotage>) -> Self {
        Self::made(Arc::clone(&clock) as _, Some(clock), plan, pace, sabotage)
    }

    fn made(
        clock: Arc<dyn Clock>,
        sleeper: Option<Arc<ManualClock>>,
        plan: Arc<FaultPlan>,
        pace: Arc<Pace>,
        sabotage: Option<Sabotage>,
    ) -> Self {
        let (tables, turns) = (Mutex::default(), Turns::default());
        Self { inner: Arc::new(Inner { tables, turns, clock, sleeper, plan, pace, sabotage }) }
    }

    /// A copy of everything that a practice has.
    #[must_use]
    pub fn rows(&self, practice: &PracticeId) -> Rows {
        self.look(practice, Rows::clone)
    }

    /// Looks at what a practice has, without copying it.
    pub fn look<T>(&self, practice: &PracticeId, with: impl FnOnce(&Rows) -> T) -> T {
        match self.lock().practices.get(practice) {
            Some(rows) => with(rows),
            None => with(&Rows::default()),
        }
    }

    /// All jobs of the queue, whoever holds them, earliest first.
    #[must_use]
    pub fn jobs(&self) -> Vec<(PracticeId, Job, Instant)> {
        let tables = self.lock();
        let mut jobs: Vec<_> =
            tables.jobs.values().map(|row| (row.practice.clone(), row.job.clone(), row.run_at)).collect();
        jobs.sort_by_key(|(_, _, run_at)| *run_at);
        jobs
    }

    /// When the next job can be taken, without a fault or a pause.
    #[must_use]
    pub fn next_due(&self) -> Option<Instant> {
        self.lock().jobs.values().map(JobRow::free_at).min()
    }

    /// Makes the row of a message unreadable, as one of a newer greffon.
    pub fn spoil_message(&self, practice: &PracticeId, id: MessageId) {
        self.lock().spoilt.insert((practice.clone(), id));
    }

    /// Makes it readable again.
    pub fn mend_message(&self, practice: &PracticeId, id: MessageId) {
        self.lock().spoilt.remove(&(practice.clone(), id));
    }

    /// Takes jobs out, each in its attempt, and puts others in.
    pub(super) fn settle_jobs(&self, removed: &[(JobId, u32)], added: Vec<(JobId, JobRow)>) {
        let mut tables = self.lock();
        for (id, attempt) in removed {
            if tables.jobs.get(id).is_some_and(|row| row.attempt == *attempt) {
                tables.jobs.remove(id);
            }
        }
        tables.jobs.extend(added);
    }

    pub(super) fn readable(&self, practice: &PracticeId, id: MessageId) -> Stored<()> {
        if self.lock().spoilt.contains(&(practice.clone(), id)) {
            return Err(StorageError::Inconsistent { table: "messages", row: id.to_string() });
        }
        Ok(())
    }

    /// Ends all leases and turns at once, as if every worker had been gone for
    /// long.
    pub fn end_leases(&self) {
        self.inner.turns.end_all();
        for row in self.lock().jobs.values_mut() {
            row.leased_until = None;
        }
    }

    /// The time of leases and due times.
    pub(super) fn now(&self) -> Instant {
        self.inner.clock.now()
    }

    /// Whether another practice has such a row.
    pub(super) fn has_another(&self, practice: &PracticeId, such: impl Fn(&Rows) -> bool) -> bool {
        self.lock().practices.iter().any(|(other, rows)| other != practice && such(rows))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Tables> {
        self.inner.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Passes a point where others may run, then fails if the plan says so. A
    /// database that does not answer has done nothing: every fault is that one.
    pub(super) async fn effect(&self, effect: Effect) -> Stored<()> {
        self.inner.pace.point().await;
        match self.inner.plan.draw(effect) {
            None => Ok(()),
            Some(_) => Err(StorageError::Unavailable("fault on purpose".into())),
        }
    }

    pub(super) async fn read<T>(&self, practice: &PracticeId, with: impl FnOnce(&Rows) -> T) -> Stored<T> {
        self.effect(Effect::StorageRead).await?;
        Ok(self.look(practice, with))
    }
}
