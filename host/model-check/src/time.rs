//! Time in ticks. Now is always the same instant: a state keeps distances from it, so that two
//! states that differ in the hour alone are one.

use greffon_core::model::intent::{OVERDUE_MARGIN_MS, ResendRule};
use greffon_core::time::Instant;

/// So many ticks.
pub(crate) type Ticks = u8;

/// A tick: the margin after which a write counts as lost, and the longest that a write takes here.
const TICK_MS: i64 = OVERDUE_MARGIN_MS;

/// The longest that a write takes.
pub(crate) const WRITE_TIMEOUT: Ticks = 1;

/// A job makes two looks and then perhaps a write.
pub(crate) const WRITES: Ticks = 3 * WRITE_TIMEOUT;

/// How much longer a turn lasts than anything may begin in it.
pub(crate) const ARRIVAL: Ticks = 1;

/// Longer pauses are shortened to this: it is longer than everything that a pause is measured
/// against, the longest turn.
pub(crate) const LONGEST: Ticks = 4;

/// The instant at which everything happens.
pub(crate) const NOW: Instant = Instant(1_000_000_000);

/// Longer ago than any rule asks for.
pub(crate) const LONG_AGO: Instant = Instant(0);

/// The rule of an agenda in which a write takes at most [`WRITE_TIMEOUT`].
pub(crate) fn rule(may_resend: bool) -> ResendRule {
    let write_timeout_ms = u32::try_from(i64::from(WRITE_TIMEOUT) * TICK_MS).unwrap_or(u32::MAX);
    ResendRule { may_resend, write_timeout_ms }
}

/// How far apart two sights of an absence must be.
pub(crate) fn gap() -> Ticks {
    whole(rule(true).absent_gap_ms())
}

/// How far away an instant is, in whole ticks, never too early; nothing when it is over.
pub(crate) fn until(at: Instant) -> Ticks {
    whole(at.millis_since(NOW)).min(LONGEST)
}

/// How long ago an instant was. What is older than the gap was when a job asked is as old as that.
pub(crate) fn since(at: Instant) -> Ticks {
    whole(NOW.millis_since(at)).min(gap() + WRITES)
}

/// The instant so far ahead.
pub(crate) fn ahead(ticks: Ticks) -> Instant {
    NOW.plus_millis(i64::from(ticks) * TICK_MS)
}

/// The instant so long ago.
pub(crate) fn ago(ticks: Ticks) -> Instant {
    NOW.plus_millis(-i64::from(ticks) * TICK_MS)
}

fn whole(millis: i64) -> Ticks {
    let up = i64::from(millis % TICK_MS > 0);
    Ticks::try_from((millis / TICK_MS + up).max(0)).unwrap_or(Ticks::MAX)
}
