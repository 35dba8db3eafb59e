//! Time and identity that a test owns.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use greffon_core::ports::clock::{Clock, Ids};
use greffon_core::time::Instant;
use uuid::Uuid;

use super::random::Random;

/// A clock that moves only when told to.
#[derive(Debug)]
pub struct ManualClock {
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    now: Instant,
    sleepers: BTreeMap<(Instant, u64), Waker>,
    next_sleeper: u64,
}

impl ManualClock {
    /// A clock that shows this.
    #[must_use]
    pub fn at(now: Instant) -> Self {
        Self { inner: Mutex::new(Inner { now, sleepers: BTreeMap::new(), next_sleeper: 0 }) }
    }

    /// Moves it on.
    pub fn advance(&self, by: Duration) {
        let now = self.now() + by;
        self.set(now);
    }

    /// Moves it to this instant; nothing happens when that lies behind.
    pub fn set(&self, now: Instant) {
        let mut inner = self.lock();
        inner.now = inner.now.max(now);
        let late = inner.now;
        while let Some(entry) = inner.sleepers.first_entry() {
            if entry.key().0 > late {
                break;
            }
            entry.remove().wake();
        }
    }

    /// Ends when the clock shows `until`.
    pub async fn sleep_until(&self, until: Instant) {
        let mut key = None;
        poll_fn(|context| {
            let mut inner = self.lock();
            if inner.now >= until {
                return Poll::Ready(());
            }
            let key = *key.get_or_insert_with(|| {
                inner.next_sleeper += 1;
                (until, inner.next_sleeper)
            });
            inner.sleepers.insert(key, context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// When the next sleeper wants to wake, if anybody sleeps.
    #[must_use]
    pub fn next_wake(&self) -> Option<Instant> {
        self.lock().sleepers.keys().next().map(|(at, _)| *at)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        self.lock().now
    }
}

/// UUIDv7 ids that a seed determines.
#[derive(Debug)]
pub struct SeededIds {
    inner: Mutex<(Random, u64)>,
}

impl SeededIds {
    /// The ids of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { inner: Mutex::new((Random::new(seed), 0)) }
    }
}

impl Ids for SeededIds {
    fn next(&self, now: Instant) -> Uuid {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let random = inner.0.next_u64();
        inner.1 += 1;
        // RFC 9562 §6.2, method 1: a counter in rand_a keeps ids of one
        // millisecond in order; what does not fit there leads rand_b.
        let mut bytes = [0_u8; 10];
        bytes[..2].copy_from_slice(&u16::try_from(inner.1 >> 14 & 0xFFF).unwrap_or(0).to_be_bytes());
        let low = (inner.1 & 0x3FFF) << 48 | random >> 16;
        bytes[2..].copy_from_slice(&low.to_be_bytes());
        let millis = u64::try_from(now.0).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn never_goes_back() {
        let clock = ManualClock::at(Instant(1000));
        clock.advance(Duration::from_secs(1));
        clock.set(Instant(5));
        assert_eq!(clock.now(), Instant(2000));
    }

    #[test]
    fn sleepers_wake_when_their_time_has_come() {
        let clock = ManualClock::at(Instant(0));
        let mut sleep = Box::pin(clock.sleep_until(Instant(10)));
        assert!(sleep.as_mut().now_or_never().is_none());
        assert_eq!(clock.next_wake(), Some(Instant(10)));
        clock.set(Instant(10));
        assert_eq!(clock.next_wake(), None);
        assert!(sleep.as_mut().now_or_never().is_some());
    }

    #[test]
    fn ids_are_version_7_in_order_and_replay() {
        let (a, b) = (SeededIds::new(7), SeededIds::new(7));
        let ids: Vec<Uuid> = (0..20_000).map(|_| a.next(Instant(1_700_000_000_000))).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
        assert_eq!(ids[0], b.next(Instant(1_700_000_000_000)));
        assert_ne!(ids[1], SeededIds::new(8).next(Instant(1_700_000_000_000)));
        let later = a.next(Instant(1_700_000_000_001));
        assert!(*ids.last().unwrap() < later);
    }
}
