//! What one process remembers between calls. Losing it loses nothing: all of it
//! is asked again, and what must not be lost is in the database.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Mutex as AsyncMutex;

use crate::ids::{AgendaId, ContactId, FeatureId, PracticeId};
use crate::model::view::OfferedSlot;
use crate::ports::agenda_turn::{AgendaIdentity, NamedAgenda};
use crate::time::Instant;

/// How long free slots that were read for one refused booking serve the others
/// who wanted the same slot.
const SNAPSHOT_FOR_MS: i64 = 3_000;

/// More snapshots than this are of contests long over.
const MAX_SNAPSHOTS: usize = 512;

/// More contacts than this are not remembered at once.
const MAX_CONTACTS: usize = 4_096;

/// An agenda, a motive and the start that was wanted.
type Contest = (PracticeId, FeatureId, AgendaId, String, Instant);

/// Free slots, and when they were read.
pub(super) type Snapshot = Arc<AsyncMutex<Option<(Instant, Arc<Vec<OfferedSlot>>)>>>;

/// Shared by all clones of a reception.
#[derive(Default)]
pub(super) struct Memory {
    identities: Mutex<HashMap<NamedAgenda, (String, AgendaIdentity)>>,
    snapshots: Mutex<HashMap<Contest, Snapshot>>,
    contacts: Mutex<HashMap<ContactId, PracticeId>>,
}

impl Memory {
    /// What an agenda is, if it was learnt from the binding of this digest.
    pub(super) fn identity(&self, of: &NamedAgenda, binding: &str) -> Option<AgendaIdentity> {
        let identities = self.identities.lock().unwrap_or_else(PoisonError::into_inner);
        identities.get(of).filter(|(known, _)| known == binding).map(|(_, identity)| identity.clone())
    }

    /// Remembers what an agenda is.
    pub(super) fn keep_identity(&self, of: NamedAgenda, binding: &str, identity: &AgendaIdentity) {
        let mut identities = self.identities.lock().unwrap_or_else(PoisonError::into_inner);
        identities.insert(of, (binding.to_owned(), identity.clone()));
    }

    /// Whose contact this is, which never changes.
    pub(super) fn practice_of(&self, contact: ContactId) -> Option<PracticeId> {
        self.contacts.lock().unwrap_or_else(PoisonError::into_inner).get(&contact).cloned()
    }

    /// Remembers whose contact it is.
    pub(super) fn keep_practice(&self, contact: ContactId, practice: &PracticeId) {
        let mut contacts = self.contacts.lock().unwrap_or_else(PoisonError::into_inner);
        if contacts.len() >= MAX_CONTACTS {
            // Those that are still spoken of come back.
            contacts.clear();
        }
        contacts.insert(contact, practice.clone());
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
