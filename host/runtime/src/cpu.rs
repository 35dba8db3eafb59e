//! How long a guest was on a processor. A guest that waits for an answer is
//! not polled, so the time inside of `poll` is its own.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

/// Time of one call. Shared by the call's future and by the store's epoch
/// callback, which are on the same thread whenever both look.
#[derive(Clone, Debug, Default)]
pub(crate) struct CpuMeter(Arc<Times>);

#[derive(Debug, Default)]
struct Times {
    /// Nanoseconds of the polls that have ended.
    spent: AtomicU64,
    /// The thread's time when the present poll began.
    began: AtomicU64,
}

impl CpuMeter {
    /// Time so far. Only from inside of the metered future.
    pub(crate) fn inside(&self) -> Duration {
        let present = thread_nanos().saturating_sub(self.0.began.load(Ordering::Relaxed));
        Duration::from_nanos(self.0.spent.load(Ordering::Relaxed).saturating_add(present))
    }

    /// Time of the polls that have ended.
    pub(crate) fn spent(&self) -> Duration {
        Duration::from_nanos(self.0.spent.load(Ordering::Relaxed))
    }

    /// Measures a future.
    pub(crate) fn meter<F: Future + Unpin>(&self, future: F) -> Metered<F> {
        Metered { future, meter: self.clone() }
    }
}

/// A future whose time on a processor is measured.
pub(crate) struct Metered<F> {
    future: F,
    meter: CpuMeter,
}

impl<F: Future + Unpin> Future for Metered<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.meter.0.began.store(thread_nanos(), Ordering::Relaxed);
        let polled = Pin::new(&mut self.future).poll(cx);
        self.meter.0.spent.store(nanos(self.meter.inside()), Ordering::Relaxed);
        polled
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// The thread's own time, so that a guest does not pay for its neighbours on a
/// busy machine.
#[cfg(unix)]
fn thread_nanos() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds.saturating_mul(1_000_000_000).saturating_add(u64::try_from(time.tv_nsec).unwrap_or(0))
}

/// Elsewhere the wall's time stands in, which counts waiting for a processor
/// too.
#[cfg(not(unix))]
fn thread_nanos() -> u64 {
    use std::sync::OnceLock;
    use std::time::Instant;

    static START: OnceLock<Instant> = OnceLock::new();
    nanos(START.get_or_init(Instant::now).elapsed())
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use futures::executor::block_on;

    use super::*;

    #[test]
    fn work_is_counted_and_waiting_is_not() {
        let meter = CpuMeter::default();
        let waiting = Duration::from_millis(50);
        block_on(async {
            let work = Box::pin(async {
                // The thread's own clock says when it has worked enough.
                while meter.inside() < Duration::from_millis(2) {
                    black_box(0);
                }
                let (sender, receiver) = futures::channel::oneshot::channel::<()>();
                std::thread::spawn(move || {
                    std::thread::park_timeout(waiting);
                    drop(sender);
                });
                receiver.await.expect_err("the sender went away");
            });
            meter.meter(work).await;
        });
        assert!(meter.spent() >= Duration::from_millis(2), "{:?}", meter.spent());
        assert!(meter.spent() < waiting, "{:?}", meter.spent());
    }
}
