//! Time and identity as ports, so that tests, the demo and the simulation own
//! them.

use uuid::Uuid;

use crate::time::{BootInstant, Instant};

/// The only source of time in the domain.
pub trait Clock: Send + Sync {
    /// The current instant. Never goes back within one process.
    fn now(&self) -> Instant;

    /// The machine's own clock, for deadlines of this process: it cannot be set,
    /// and it counts the time that the machine sleeps. A clock that somebody
    /// moves is both.
    fn boot(&self) -> BootInstant {
        BootInstant(u64::try_from(self.now().0).unwrap_or(0))
    }
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

    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn boot(&self) -> BootInstant {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        let millis = u64::try_from(time.tv_sec).unwrap_or(0).saturating_mul(1000);
        BootInstant(millis.saturating_add(u64::try_from(time.tv_nsec / 1_000_000).unwrap_or(0)))
    }

    // Systems without a clock that counts their sleep are for trying greffon out.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    fn boot(&self) -> BootInstant {
        static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
        let running = START.get_or_init(std::time::Instant::now).elapsed();
        BootInstant(u64::try_from(running.as_millis()).unwrap_or(u64::MAX))
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
