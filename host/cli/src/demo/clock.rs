//! The demo's own clock: stands still until it is moved, so that a morning
//! takes seconds; later it can be let go.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use greffon_core::ports::clock::{Clock, SystemClock};
use greffon_core::time::Instant;

/// A clock that the player moves. It never goes back.
#[derive(Default)]
pub struct DemoClock {
    at: AtomicI64,
    flowing: AtomicBool,
}

impl DemoClock {
    /// Moves the clock to `at`, unless it is later already.
    pub fn advance_to(&self, at: Instant) {
        self.at.fetch_max(at.0, Ordering::SeqCst);
    }

    /// Moves the clock by seconds of the played day.
    pub fn pass_seconds(&self, seconds: i64) {
        self.at.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    /// Lets the clock run with the machine's from where it stands.
    pub fn flow(&self) {
        if !self.flowing.swap(true, Ordering::SeqCst) {
            self.at.fetch_sub(SystemClock.now().0, Ordering::SeqCst);
        }
    }
}

impl Clock for DemoClock {
    fn now(&self) -> Instant {
        let at = self.at.load(Ordering::SeqCst);
        if self.flowing.load(Ordering::SeqCst) { Instant(at + SystemClock.now().0) } else { Instant(at) }
    }
}
