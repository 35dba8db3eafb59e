//! Those on this node who wait for the turn at an agenda. The turn itself is a
//! row of the database and the same on all nodes; here is only who of this node
//! asks next, and that nobody asks in vain all the time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use greffon_core::ports::agenda_turn::AgendaIdentity;
use tokio::sync::{Mutex as AsyncMutex, Notify, OwnedMutexGuard};

/// Queues beyond this number are looked through for abandoned ones.
const SWEEP_ABOVE: usize = 512;

/// How often whoever is next looks whether another node has given its turn back.
pub(crate) const LOOK_AGAIN: Duration = Duration::from_millis(40);

/// The queue of one agenda.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    /// Held by whoever is next; its own queue is first come, first served.
    next: Arc<AsyncMutex<()>>,
    /// Rung when a turn is given back on this node.
    given_back: Notify,
}

impl Queue {
    /// Waits until nobody of this node is before the caller.
    pub(crate) async fn at_the_head(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.next).lock_owned().await
    }

    /// Ends when a turn is given back on this node, or was since the last time.
    pub(crate) async fn rung(&self) {
        self.given_back.notified().await;
    }
}

/// The queues of this node.
#[derive(Debug, Default)]
pub(crate) struct AgendaQueues {
    queues: Mutex<HashMap<AgendaIdentity, Weak<Queue>>>,
}

impl AgendaQueues {
    /// The queue of an agenda; it is there for as long as somebody has it.
    pub(crate) fn of(&self, agenda: &AgendaIdentity) -> Arc<Queue> {
        let mut queues = self.lock();
        if queues.len() > SWEEP_ABOVE {
            queues.retain(|_, queue| queue.strong_count() > 0);
        }
        if let Some(queue) = queues.get(agenda).and_then(Weak::upgrade) {
            return queue;
        }
        let queue = Arc::new(Queue::default());
        queues.insert(agenda.clone(), Arc::downgrade(&queue));
        queue
    }

    /// Whether somebody of this node waits for one of the agendas: whoever comes
    /// now does not go first.
    pub(crate) fn are_waited_for(&self, agendas: &[AgendaIdentity]) -> bool {
        let queues = self.lock();
        agendas.iter().any(|agenda| queues.get(agenda).is_some_and(|queue| queue.strong_count() > 0))
    }

    /// Tells those who wait that a turn was given back.
    pub(crate) fn ring(&self, agendas: &[AgendaIdentity]) {
        let queues = self.lock();
        for queue in agendas.iter().filter_map(|agenda| queues.get(agenda)?.upgrade()) {
            queue.given_back.notify_one();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<AgendaIdentity, Weak<Queue>>> {
        // Every change of the map is one insertion or removal: it is whole
        // whatever panicked.
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
