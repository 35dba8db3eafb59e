//! A line of those who wait for the one place, in which alerts stand before the
//! rest: at SQLite's writer, and at a practice's turn to write on PostgreSQL.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// Where somebody stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Before everybody of [`Standing::Last`]: an alert is under way.
    First,
    /// Behind who came earlier.
    Last,
}

/// The line. Within a standing, first come is first served.
#[derive(Debug, Default)]
pub(crate) struct Line {
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    taken: bool,
    first: VecDeque<oneshot::Sender<Turn>>,
    last: VecDeque<oneshot::Sender<Turn>>,
}

/// The place, until it is dropped: then it is the next one's.
#[derive(Debug)]
pub(crate) struct Turn {
    /// `None` only while it is handed on.
    line: Option<Arc<Line>>,
}

impl Line {
    /// Waits for the place. Whoever stops waiting has left the line.
    pub(crate) async fn take(self: &Arc<Self>, standing: Standing) -> Turn {
        let called = {
            let mut waiting = self.lock();
            if !waiting.taken {
                waiting.taken = true;
                return self.turn();
            }
            let (call, called) = oneshot::channel();
            match standing {
                Standing::First => waiting.first.push_back(call),
                Standing::Last => waiting.last.push_back(call),
            }
            called
        };
        match called.await {
            Ok(turn) => turn,
            // A caller is dropped only after it was called, and the line is alive.
            Err(_) => unreachable!("a line that somebody stands in does not end"),
        }
    }

    fn turn(self: &Arc<Self>) -> Turn {
        Turn { line: Some(Arc::clone(self)) }
    }

    fn hand_on(self: Arc<Self>) {
        loop {
            let next = {
                let mut waiting = self.lock();
                let next = waiting.first.pop_front().or_else(|| waiting.last.pop_front());
                waiting.taken = next.is_some();
                next
            };
            let Some(next) = next else { return };
            match next.send(self.turn()) {
                Ok(()) => return,
                // Left the line: the one behind is called.
                Err(mut turn) => turn.line = None,
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Changed as a whole, so it is whole whatever panicked.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(line) = self.line.take() {
            line.hand_on();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::{Pin, pin};
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn poll<T>(future: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    fn taken(future: Pin<&mut impl Future<Output = Turn>>) -> Turn {
        match poll(future) {
            Poll::Ready(turn) => turn,
            Poll::Pending => panic!("it is not their turn"),
        }
    }

    #[test]
    fn an_alert_stands_before_all_others_and_behind_earlier_alerts() {
        let line = Arc::new(Line::default());
        let holder = taken(pin!(line.take(Standing::Last)));
        let mut waiting = [Standing::Last, Standing::Last, Standing::First, Standing::First]
            .map(|standing| Box::pin(line.take(standing)));
        for one in &mut waiting {
            assert!(poll(one.as_mut()).is_pending());
        }
        let mut turn = holder;
        for next in [2, 3, 0, 1] {
            drop(turn);
            turn = taken(waiting[next].as_mut());
        }
    }

    #[test]
    fn who_leaves_the_line_holds_nobody_up_even_after_being_called() {
        let line = Arc::new(Line::default());
        let holder = taken(pin!(line.take(Standing::Last)));
        let mut gone = Box::pin(line.take(Standing::First));
        let mut called = Box::pin(line.take(Standing::First));
        let mut stays = Box::pin(line.take(Standing::Last));
        for one in [&mut gone, &mut called, &mut stays] {
            assert!(poll(one.as_mut()).is_pending());
        }
        drop(gone);
        drop(holder);
        assert!(poll(stays.as_mut()).is_pending(), "the alert was called");
        drop(called);
        drop(taken(stays.as_mut()));
        drop(taken(pin!(line.take(Standing::Last))));
    }
}
