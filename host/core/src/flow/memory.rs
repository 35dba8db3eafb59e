//! What one process remembers between calls. Losing it loses nothing: all of it
//! is asked again, and what must not be lost is in the database.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use crate::ids::{AgendaId, FeatureId, PracticeId};
use crate::model::view::OfferedSlot;
use crate::time::Instant;

/// How long free slots that were read for one refused booking serve the others
/// who wanted the same slot.
const SNAPSHOT_FOR_MS: i64 = 3_000;

/// More snapshots than this are of contests long over.
const MAX_SNAPSHOTS: usize = 512;

type Agenda = (PracticeId, FeatureId, AgendaId);
/// An agenda, a motive and the start that was wanted.
type Contest = (PracticeId, FeatureId, AgendaId, String, Instant);

/// Free slots, and when they were read.
pub(super) type Snapshot = Arc<AsyncMutex<Option<(Instant, Arc<Vec<OfferedSlot>>)>>>;

/// Shared by all clones of a reception.
#[derive(Default)]
pub(super) struct Memory {
    writers: Mutex<HashMap<Agenda, Arc<AsyncMutex<()>>>>,
    snapshots: Mutex<HashMap<Contest, Snapshot>>,
}

/// The right to write to some agendas, until it is dropped: one writer per
/// external agenda, so that greffon never races itself there.
pub(crate) struct Writing {
    _held: Vec<OwnedMutexGuard<()>>,
}

impl Memory {
    fn writers(&self, practice: &PracticeId, feature: &FeatureId, agendas: &[&AgendaId]) -> Vec<Arc<AsyncMutex<()>>> {
        let mut sorted: Vec<&AgendaId> = agendas.to_vec();
        // One order for everybody: two moves across two agendas never block each other.
        sorted.sort_unstable();
        sorted.dedup();
        let mut writers = self.writers.lock().unwrap_or_else(PoisonError::into_inner);
        let key = |agenda: &AgendaId| (practice.clone(), feature.clone(), agenda.clone());
        sorted.into_iter().map(|agenda| writers.entry(key(agenda)).or_default().clone()).collect()
    }

    /// The right to write, if nobody has it now.
    pub(super) fn try_writing(
        &self,
        practice: &PracticeId,
        feature: &FeatureId,
        agendas: &[&AgendaId],
    ) -> Option<Writing> {
        let mut held = Vec::new();
        for writer in self.writers(practice, feature, agendas) {
            held.push(writer.try_lock_owned().ok()?);
        }
        Some(Writing { _held: held })
    }

    /// The right to write, once it is free.
    pub(super) async fn writing(&self, practice: &PracticeId, feature: &FeatureId, agendas: &[&AgendaId]) -> Writing {
        let mut held = Vec::new();
        for writer in self.writers(practice, feature, agendas) {
            held.push(writer.lock_owned().await);
        }
        Writing { _held: held }
    }

    /// The place where the free slots around a contested start are kept. Whoever
    /// holds it reads the agenda; the others wait and find them.
    pub(super) fn snapshot(&self, contest: Contest, now: Instant) -> Snapshot {
        let mut snapshots = self.snapshots.lock().unwrap_or_else(PoisonError::into_inner);
        if snapshots.len() >= MAX_SNAPSHOTS {
            snapshots.retain(|_, kept| {
                // One that is held is being read.
                kept.try_lock().map_or(true, |kept| kept.as_ref().is_some_and(|(at, _)| is_fresh(*at, now)))
            });
        }
        snapshots.entry(contest).or_default().clone()
    }
}

/// Whether a snapshot read at `at` still serves.
pub(super) fn is_fresh(at: Instant, now: Instant) -> bool {
    now.millis_since(at) < SNAPSHOT_FOR_MS
}
