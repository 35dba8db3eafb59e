//! Time and identity as ports, so that tests, the demo and the simulation own
//! them.

use uuid::Uuid;

use crate::time::Instant;

/// The only source of time in the domain.
pub trait Clock: Send + Sync {
    /// The current instant. Never goes back within one process.
    fn now(&self) -> Instant;
}

/// The only source of identity and randomness in the domain.
pub trait Ids: Send + Sync {
    /// A fresh UUIDv7 whose time part is `now`.
    fn next(&self, now: Instant) -> Uuid;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the port that the lint points to")]
    fn now(&self) -> Instant {
        Instant(jiff::Timestamp::now().as_millisecond())
    }
}

/// Random UUIDv7 ids.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomIds;

impl Ids for RandomIds {
    #[expect(clippy::disallowed_methods, reason = "this is the port that the lint points to")]
    fn next(&self, now: Instant) -> Uuid {
        let millis = u64::try_from(now.0).unwrap_or(0);
        let seconds = millis / 1000;
        let nanos = u32::try_from(millis % 1000).unwrap_or(0) * 1_000_000;
        Uuid::new_v7(uuid::Timestamp::from_unix_time(seconds, nanos, 0, 0))
    }
}
