//! Turns to write, one practice at a time, on this node. PostgreSQL's advisory
//! lock does the same over all nodes; waiting here first means that a busy
//! practice holds one connection and not all of them.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, Weak};
use std::time::Duration;

use greffon_core::ids::PracticeId;
use greffon_core::ports::storage::Stored;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::error::{Cause, unavailable};

/// Queues beyond this number are looked through for abandoned ones.
const SWEEP_ABOVE: usize = 1024;

/// A turn, until it is dropped.
pub(crate) type Turn = OwnedMutexGuard<()>;

/// The queues of all practices that somebody waits in.
#[derive(Default)]
pub(crate) struct Turns {
    queues: std::sync::Mutex<HashMap<PracticeId, Weak<Mutex<()>>>>,
}

impl Turns {
    /// Waits for the practice's turn, first come first served.
    ///
    /// # Errors
    /// `Unavailable` after `at_most`.
    pub(crate) async fn take(&self, practice: &PracticeId, at_most: Duration) -> Stored<Turn> {
        let queue = self.queue(practice);
        match tokio::time::timeout(at_most, queue.lock_owned()).await {
            Ok(turn) => Ok(turn),
            Err(_) => Err(unavailable(Cause(format!("no turn to write for practice \"{practice}\" in time")))),
        }
    }

    fn queue(&self, practice: &PracticeId) -> Arc<Mutex<()>> {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(queue) = queues.get(practice).and_then(Weak::upgrade) {
            return queue;
        }
        if queues.len() >= SWEEP_ABOVE {
            queues.retain(|_, queue| queue.strong_count() > 0);
        }
        let queue = Arc::new(Mutex::new(()));
        queues.insert(practice.clone(), Arc::downgrade(&queue));
        queue
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_practice_waits_for_itself_and_for_nobody_else() {
        let turns = Turns::default();
        let first = turns.take(&"nord".into(), Duration::ZERO).await.unwrap();
        assert!(turns.take(&"sud".into(), Duration::ZERO).await.is_ok());
        assert!(turns.take(&"nord".into(), Duration::ZERO).await.is_err());
        drop(first);
        assert!(turns.take(&"nord".into(), Duration::ZERO).await.is_ok());
    }

    #[tokio::test]
    async fn abandoned_queues_are_forgotten() {
        let turns = Turns::default();
        for number in 0..3 * SWEEP_ABOVE {
            turns.take(&format!("practice-{number}").into(), Duration::ZERO).await.unwrap();
        }
        assert!(turns.queues.lock().unwrap().len() <= SWEEP_ABOVE);
    }
}
