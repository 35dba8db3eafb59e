//! Where a task may be interrupted.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

/// Yields at every port call, so that tasks really interleave and a crash can
/// fall between any two effects. Off by default: then nothing is ever pending.
#[derive(Debug, Default)]
pub struct Pace {
    interleaves: AtomicBool,
    points: AtomicU64,
    /// For how many milliseconds the process that runs now stops at its next
    /// point; zero when it goes on.
    stop_ms: AtomicI64,
    /// Who waits at a point until the pace is let go; `None` while it is not held.
    held: Mutex<Option<Vec<Waker>>>,
}

impl Pace {
    /// A pace that yields at every point.
    #[must_use]
    pub fn interleaving() -> Self {
        Self { interleaves: AtomicBool::new(true), ..Self::default() }
    }

    /// Holds everybody at their next point, as a peer that hangs.
    pub fn hold(&self) {
        self.held().get_or_insert_default();
    }

    /// Lets everybody go on.
    pub fn release(&self) {
        for waker in self.held().take().unwrap_or_default() {
            waker.wake();
        }
    }

    fn held(&self) -> MutexGuard<'_, Option<Vec<Waker>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many points were passed.
    #[must_use]
    pub fn points(&self) -> u64 {
        self.points.load(Ordering::Relaxed)
    }

    /// The process that runs now stops at its next point, for so long.
    pub(super) fn stop_for(&self, ms: i64) {
        self.stop_ms.store(ms, Ordering::Relaxed);
    }

    /// For how long the process that ran until now stops, if it does.
    pub(super) fn take_stop(&self) -> Option<i64> {
        Some(self.stop_ms.swap(0, Ordering::Relaxed)).filter(|ms| *ms > 0)
    }

    /// A point at which others may run.
    pub async fn point(&self) {
        self.points.fetch_add(1, Ordering::Relaxed);
        poll_fn(|context| match &mut *self.held() {
            Some(waiting) => {
                waiting.push(context.waker().clone());
                Poll::Pending
            }
            None => Poll::Ready(()),
        })
        .await;
        if !self.interleaves.load(Ordering::Relaxed) {
            return;
        }
        let mut yielded = false;
        poll_fn(|context| {
            if yielded {
                return Poll::Ready(());
            }
            yielded = true;
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
}
