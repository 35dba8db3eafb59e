//! Whether a practice may write to its agendas and send messages: not between a restore of
//! the database and the end of the practice's recovery.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use greffon_words::refusals;

use super::act::Acts;
use super::error::{Flow, FlowError};
use crate::ids::PracticeId;
use crate::ports::storage::{Storage, Stored};
use crate::time::BootInstant;

/// How long an answer that nothing is in the way is believed. A database is restored while
/// no process works on it, so that it holds for the life of a process; whoever restores
/// under one that runs has closed it after this time.
const OPEN_FOR: Duration = Duration::from_secs(5);

/// How soon what a closed practice has to wait for is tried again.
pub(crate) const CLOSED_AGAIN: Duration = Duration::from_secs(30);

/// The gate of all practices. Clones share what they remember.
#[derive(Clone)]
pub(crate) struct Gate {
    acts: Acts,
    storage: Arc<dyn Storage>,
    open: Arc<Mutex<HashMap<PracticeId, BootInstant>>>,
}

impl Gate {
    pub(super) fn new(acts: Acts, storage: Arc<dyn Storage>) -> Self {
        Self { acts, storage, open: Arc::default() }
    }

    /// Whether the practice must not write and send now.
    pub(crate) async fn is_closed(&self, practice: &PracticeId) -> Stored<bool> {
        let now = self.acts.boot();
        if self.open.lock().unwrap_or_else(PoisonError::into_inner).get(practice).is_some_and(|until| now < *until) {
            return Ok(false);
        }
        let closed = self.storage.recovery(practice).await?.is_some_and(|recovery| recovery.is_closed());
        if !closed {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            open.insert(practice.clone(), now + OPEN_FOR);
        }
        Ok(closed)
    }

    /// Refuses what a person wants to change in an agenda while the practice must not.
    ///
    /// # Errors
    /// `NotAllowed("recovering")`, `Storage`.
    pub(crate) async fn pass(&self, practice: &PracticeId) -> Flow<()> {
        if self.is_closed(practice).await? {
            return Err(FlowError::NotAllowed { code: "recovering", remedy: refusals::recovering() });
        }
        Ok(())
    }
}
