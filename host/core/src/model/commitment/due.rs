//! Until when a promise of some minutes is due.

use crate::model::care::Level;
use crate::time::{Instant, Span};

/// Counts minutes. What is urgent counts every minute; the rest counts the
/// minutes in which somebody is there, so that nothing is promised for the
/// night. Without any opening period every minute counts.
#[must_use]
pub fn due_at(now: Instant, minutes: u32, level: Level, opening: &[Span]) -> Instant {
    let plain = now.plus_minutes(i64::from(minutes));
    if level.at_least(Level::SameDay) {
        return plain;
    }
    let mut left_ms = i64::from(minutes) * 60_000;
    for period in opening.iter().filter(|period| period.end > now) {
        let from = period.start.max(now);
        let here_ms = period.end.millis_since(from);
        if left_ms <= here_ms {
            return from.plus_millis(left_ms);
        }
        left_ms -= here_ms;
    }
    // Nobody is there for so long, or ever: the clock alone counts.
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(minutes: i64) -> Instant {
        Instant(minutes * 60_000)
    }

    #[test]
    fn what_is_not_urgent_waits_for_somebody_to_be_there() {
        let opening = [Span { start: at(0), end: at(100) }, Span { start: at(200), end: at(300) }];
        for (now, minutes, due) in [(0, 100, 100), (0, 101, 201), (150, 30, 230), (0, 200, 300), (0, 201, 201)] {
            assert_eq!(due_at(at(now), minutes, Level::Soon, &opening), at(due), "{now} {minutes}");
        }
        assert_eq!(due_at(at(90), 30, Level::SameDay, &opening), at(120));
        assert_eq!(due_at(at(90), 30, Level::Routine, &[]), at(120));
    }
}
