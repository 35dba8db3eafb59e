//! Until when a promise of some minutes is due.

use crate::model::care::Level;
use crate::time::{Instant, Span};

/// Minutes after somebody is there again, for what would be due while nobody is.
const AFTER_OPENING_MIN: i64 = 60;

/// Adds the minutes. What is not urgent and would be due while the site is
/// closed is due an hour after it opens again, so that nothing is promised for
/// the night. `opening` is sorted; without it every minute counts.
#[must_use]
pub fn due_at(now: Instant, minutes: u32, level: Level, opening: &[Span]) -> Instant {
    let plain = now.plus_minutes(i64::from(minutes));
    if level.at_least(Level::SameDay) {
        return plain;
    }
    match opening.iter().find(|period| period.end >= plain) {
        Some(period) if period.start > plain => period.start.plus_minutes(AFTER_OPENING_MIN),
        // Open at that time, or not known when it opens again.
        _ => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(minutes: i64) -> Instant {
        Instant(minutes * 60_000)
    }

    #[test]
    fn what_is_not_urgent_is_never_due_while_nobody_is_there() {
        let opening = [Span { start: at(0), end: at(100) }, Span { start: at(200), end: at(300) }];
        for (now, minutes, due) in
            [(0, 99, 99), (0, 100, 100), (0, 101, 260), (150, 60, 210), (150, 20, 260), (0, 301, 301)]
        {
            assert_eq!(due_at(at(now), minutes, Level::Soon, &opening), at(due), "{now} {minutes}");
        }
        assert_eq!(due_at(at(90), 30, Level::SameDay, &opening), at(120), "urgent minutes are minutes");
        assert_eq!(due_at(at(90), 30, Level::Routine, &[]), at(120));
    }
}
