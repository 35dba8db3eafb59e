//! Which calls begin on their caller's thread.
//!
//! A pure call computes for some tens of microseconds; to hand it to another
//! thread and back costs more than that. So it is polled once where its caller
//! is, and goes on among the guests only if it was not ready by then: at the
//! second tick at the latest, see `instance.rs`.
//!
//! What a hostile guest can hold of the server that way is bounded twice. One
//! thread of the server is left free, except by features whose last
//! [`PROVEN`] calls ended in time: on a machine of two cores every second call
//! of two callers would be handed over otherwise. And a feature whose calls had
//! to be handed over is no longer proven, and pays with calls that are handed
//! over at once: one after the first time, then two, four, up to
//! [`MOST_APART`].

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use tokio::runtime::Handle;

/// So many calls of a feature at most go to the guests' threads at once before
/// the next is tried on its caller's.
const MOST_APART: u32 = 64;
/// So many calls in a row that ended in time make a feature a proven one.
const PROVEN: u32 = 16;

/// The calls that are on their callers' threads now, over all features.
#[derive(Debug, Default)]
pub(crate) struct Inline {
    now: AtomicUsize,
}

/// What became of the last calls of a feature that began on their caller's
/// thread. Two calls at once may both count or be counted once: it is a pace,
/// not a limit.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// Calls that still go to the guests' threads at once.
    apart: AtomicU32,
    /// How many did after the last call that was handed over.
    last: AtomicU32,
    /// Calls that ended in time since then, counted up to [`PROVEN`].
    in_time: AtomicU32,
}

/// The first poll of a call panicked: a host function did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Panicked;

/// The right to poll one call once on this thread.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    inline: &'a Inline,
    pace: &'a Pace,
}

impl Inline {
    /// A turn on this thread, or `None` for a call that must not begin here:
    /// its feature's pace says so, or too many threads of the caller's runtime
    /// run guests already. A runtime of one thread never runs a guest.
    pub(crate) fn turn<'a>(&'a self, pace: &'a Pace) -> Option<Turn<'a>> {
        let threads = Handle::try_current().map_or(0, |caller| caller.metrics().num_workers());
        self.turn_among(threads, pace)
    }

    /// How many calls are on their callers' threads now.
    #[cfg(test)]
    pub(crate) fn running(&self) -> usize {
        self.now.load(Ordering::Relaxed)
    }

    fn turn_among<'a>(&'a self, threads: usize, pace: &'a Pace) -> Option<Turn<'a>> {
        if pace.is_apart() {
            return None;
        }
        let left_free = if pace.is_proven() && threads > 1 { 0 } else { 1 };
        let most = threads.saturating_sub(left_free);
        let more = |now: usize| (now < most).then_some(now + 1);
        self.now.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok()?;
        Some(Turn { inline: self, pace })
    }
}

impl Pace {
    /// Whether the next call goes to the guests' threads at once.
    fn is_apart(&self) -> bool {
        // Read first: the common case writes nothing that other threads read.
        self.apart.load(Ordering::Relaxed) > 0
            && self.apart.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
    }

    /// Whether the feature may have the last free thread as well.
    fn is_proven(&self) -> bool {
        self.in_time.load(Ordering::Relaxed) >= PROVEN
    }

    fn ended_in_time(&self) {
        if !self.is_proven() {
            self.in_time.fetch_add(1, Ordering::Relaxed);
        }
        let last = self.last.load(Ordering::Relaxed);
        if last > 0 {
            self.last.store(last / 2, Ordering::Relaxed);
        }
    }

    fn handed_over(&self) {
        self.in_time.store(0, Ordering::Relaxed);
        let apart = self.last.load(Ordering::Relaxed).saturating_mul(2).clamp(1, MOST_APART);
        self.last.store(apart, Ordering::Relaxed);
        self.apart.store(apart, Ordering::Relaxed);
    }
}

impl Turn<'_> {
    /// Polls a call for the first time. Its timers are those of `guests`, where
    /// it goes on when it is pending. Whoever polls it next wakes it: nobody is
    /// woken on behalf of this poll.
    pub(crate) fn poll<F: Future>(self, guests: &Handle, call: Pin<&mut F>) -> Result<Poll<F::Output>, Panicked> {
        let _entered = guests.enter();
        let mut context = Context::from_waker(Waker::noop());
        // A spawned task ends its panic in its join handle; here it would end
        // the caller. The call is not polled again after one.
        let polled = catch_unwind(AssertUnwindSafe(|| call.poll(&mut context))).map_err(|_| Panicked)?;
        match polled {
            Poll::Ready(_) => self.pace.ended_in_time(),
            Poll::Pending => self.pace.handed_over(),
        }
        Ok(polled)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.inline.now.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
