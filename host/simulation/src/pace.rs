//! Where a task may be interrupted.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::Poll;

/// Yields at every port call, so that tasks really interleave and a crash can
/// fall between any two effects. Off by default: then nothing is ever pending.
#[derive(Debug, Default)]
pub struct Pace {
    interleaves: AtomicBool,
    points: AtomicU64,
}

impl Pace {
    /// A pace that yields at every point.
    #[must_use]
    pub fn interleaving() -> Self {
        Self { interleaves: AtomicBool::new(true), points: AtomicU64::new(0) }
    }

    /// How many points were passed.
    #[must_use]
    pub fn points(&self) -> u64 {
        self.points.load(Ordering::Relaxed)
    }

    /// A point at which others may run.
    pub async fn point(&self) {
        self.points.fetch_add(1, Ordering::Relaxed);
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
