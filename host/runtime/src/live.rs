//! The bindings that are in use, by what they are.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use greffon_core::ports::plugins::{Bound, WeakBound};

/// What two bindings must agree on to be one.
pub(crate) type Fingerprint = [u8; 32];

/// The bindings that somebody uses.
#[derive(Default)]
pub(crate) struct LiveBindings(Mutex<HashMap<Fingerprint, WeakBound>>);

impl LiveBindings {
    pub(crate) fn get(&self, fingerprint: &Fingerprint) -> Option<Bound> {
        self.lock().get(fingerprint).and_then(WeakBound::upgrade)
    }

    /// The binding that everybody uses: this one, unless somebody was as fast.
    pub(crate) fn keep(&self, fingerprint: Fingerprint, bound: Bound) -> Bound {
        let mut live = self.lock();
        if let Some(kept) = live.get(&fingerprint).and_then(WeakBound::upgrade) {
            return kept;
        }
        live.retain(|_, other| other.upgrade().is_some());
        live.insert(fingerprint, bound.downgrade());
        bound
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Fingerprint, WeakBound>> {
        // Entries are added and removed as a whole: the map is whole whatever
        // panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
