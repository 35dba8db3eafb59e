//! Many who want the same slot at once share one read of the agenda for what they
//! are offered instead.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Mutex as AsyncMutex;

use crate::ids::{AgendaId, FeatureId, PracticeId};
use crate::model::view::OfferedSlot;
use crate::time::Instant;

/// How long free slots that were read for one refused booking serve the others
/// who wanted the same slot.
const SNAPSHOT_FOR_MS: i64 = 3_000;

/// More snapshots than this are of contests long over.
const MAX_SNAPSHOTS: usize = 512;

/// An agenda, a motive with who asks, and the start that was wanted.
pub(super) type Contest = (PracticeId, FeatureId, AgendaId, String, Instant);

/// Free slots, and when they were read.
pub(super) type Snapshot = Arc<AsyncMutex<Option<(Instant, Arc<Vec<OfferedSlot>>)>>>;

/// The contests of this process. Losing them loses nothing.
#[derive(Default)]
pub(super) struct Contests(Mutex<HashMap<Contest, Snapshot>>);

impl Contests {
    /// The place where the free slots around a contested start are kept. Whoever
    /// holds it reads the agenda; the others wait and find them.
    pub(super) fn snapshot(&self, contest: Contest, now: Instant) -> Snapshot {
        let mut snapshots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
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
