//! The one source of time for whatever ends by itself: due times and leases of
//! jobs, turns at an agenda. A node's own clock may be hours off; it must
//! neither take what another node holds nor wait for what is due.
//!
//! A statement that reads this time is written with [`timed!`], and binds
//! [`LeaseClock::bound`] as `$1`.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use greffon_core::ports::clock::{Clock, SystemClock};

/// The latest instant that is reckoned with, in Unix milliseconds: the end of
/// the year 9999. So no sum of a time and a delay leaves the 64 bits.
const LATEST_MS: i64 = 253_402_300_799_999;

/// Where the time of leases and due times comes from.
#[derive(Clone, Default)]
pub enum LeaseTime {
    /// From the database, for production. PostgreSQL reads its own clock inside
    /// the statement, so all nodes agree. An SQLite file has one working process:
    /// its clock is set once, when the database is opened, and from then on
    /// runs evenly, whatever happens to the machine's.
    #[default]
    Database,
    /// From this clock, for the demo, tests and simulations that own time.
    Injected(Arc<dyn Clock>),
}

impl fmt::Debug for LeaseTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Database => "Database",
            Self::Injected(_) => "Injected",
        })
    }
}

/// The time of leases, as one open database reads it.
pub(crate) enum LeaseClock {
    /// The statement asks the server.
    Server,
    /// A clock that was set once and runs evenly.
    Even {
        /// What the machine's clock showed when it was set, in Unix milliseconds.
        set_to_ms: i64,
        /// What [`running`] showed then.
        set_at: Duration,
    },
    /// Somebody owns it.
    Injected(Arc<dyn Clock>),
}

impl LeaseClock {
    /// For PostgreSQL.
    pub(crate) fn of_server(time: &LeaseTime) -> Self {
        match time {
            LeaseTime::Database => Self::Server,
            LeaseTime::Injected(clock) => Self::Injected(Arc::clone(clock)),
        }
    }

    /// For SQLite, set now.
    pub(crate) fn of_process(time: &LeaseTime) -> Self {
        match time {
            LeaseTime::Database => Self::Even { set_to_ms: SystemClock.now().0, set_at: running() },
            LeaseTime::Injected(clock) => Self::Injected(Arc::clone(clock)),
        }
    }

    /// What a [`timed!`] statement gets as `$1`: the time in Unix milliseconds,
    /// or nothing where the server reads its own.
    pub(crate) fn bound(&self) -> Option<i64> {
        let now = match self {
            Self::Server => return None,
            Self::Even { set_to_ms, set_at } => set_to_ms.saturating_add(millis(running().saturating_sub(*set_at))),
            Self::Injected(clock) => clock.now().0,
        };
        Some(now.clamp(0, LATEST_MS))
    }
}

/// A duration as statements take it, in milliseconds; no sum with it overflows.
pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(LATEST_MS).min(LATEST_MS)
}

/// How long the machine has been running, suspended or not: a laptop that slept
/// for an hour is an hour late.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn running() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// How long this process has been running: systems without a clock that counts
/// their sleep are for trying greffon out.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn running() -> Duration {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed()
}

/// A statement in pieces, for both databases, in which `now` stands for the time
/// of leases: `timed!("SELECT … WHERE due_at <= " now " ORDER BY …")`. `$1` is
/// [`LeaseClock::bound`], and nothing else. On PostgreSQL it is a scalar subquery,
/// which is evaluated once and lets an index be searched; it may come out a
/// millisecond later at the second place where it stands.
macro_rules! timed {
    (@sqlite now) => { "$1" };
    (@postgres now) => { "(SELECT COALESCE($1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint))" };
    (@$database:ident $text:literal) => { $text };
    (@$database:ident: $($piece:tt)+) => { concat!($(timed!(@$database $piece)),+) };
    ($($piece:tt)+) => {
        $crate::sql::Sql { sqlite: timed!(@sqlite: $($piece)+), postgres: timed!(@postgres: $($piece)+) }
    };
}

#[cfg(test)]
mod tests {
    use greffon_core::time::Instant;

    use super::*;

    struct Stopped(i64);

    impl Clock for Stopped {
        fn now(&self) -> Instant {
            Instant(self.0)
        }
    }

    #[test]
    fn a_server_reads_its_own_clock_and_an_injected_one_is_bound() {
        assert_eq!(LeaseClock::of_server(&LeaseTime::Database).bound(), None);
        let injected = LeaseTime::Injected(Arc::new(Stopped(7)));
        assert_eq!(LeaseClock::of_server(&injected).bound(), Some(7));
        assert_eq!(LeaseClock::of_process(&injected).bound(), Some(7));
    }

    #[test]
    fn the_clock_of_a_process_begins_with_the_machine_s_and_counts_what_has_passed() {
        let before = SystemClock.now().0;
        let clock = LeaseClock::of_process(&LeaseTime::Database);
        let first = clock.bound().unwrap();
        assert!(first >= before && first <= SystemClock.now().0 + 1, "{first}");
        assert!(clock.bound().unwrap() >= first);
        // Set an hour ago: an hour has passed, whatever the machine's clock says.
        let LeaseClock::Even { set_to_ms, set_at } = clock else { panic!("not even") };
        let hour = Duration::from_secs(3600);
        let Some(earlier) = set_at.checked_sub(hour) else { return };
        let later = LeaseClock::Even { set_to_ms, set_at: earlier }.bound().unwrap();
        assert!(later >= set_to_ms + 3_600_000 && later < set_to_ms + 3_700_000, "{later}");
    }

    #[test]
    fn garbage_is_kept_within_what_can_be_reckoned_with() {
        for (shown, bound) in [(i64::MIN, 0), (i64::MAX, LATEST_MS)] {
            let clock = LeaseClock::of_server(&LeaseTime::Injected(Arc::new(Stopped(shown))));
            assert_eq!(clock.bound(), Some(bound));
        }
        assert_eq!(millis(Duration::MAX), LATEST_MS);
    }

    #[test]
    fn both_databases_get_the_time_at_the_same_place() {
        let sql = timed!("SELECT " now " - $2");
        assert_eq!(sql.sqlite, "SELECT $1 - $2");
        assert_eq!(
            sql.postgres,
            "SELECT (SELECT COALESCE($1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)) - $2"
        );
    }
}
