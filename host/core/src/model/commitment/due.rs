//! Until when a promise of some minutes is due.

use super::MAX_PROMISE_DAYS;
use crate::model::care::Level;
use crate::model::practice::LONGEST_DELAYS;
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

/// Somebody who is there for less than this keeps no new promise.
const LEAST_ATTENDED_MIN: i64 = 10;

/// The latest hour that may be promised at a level, whoever proposes it: a quarter of an
/// hour from vital and very urgent on, a day for the same day, a week for soon, a year for
/// the rest ([`LONGEST_DELAYS`], [`MAX_PROMISE_DAYS`]). What is not very urgent waits for
/// the next opening when nobody is there all that while. `opening` is sorted.
#[must_use]
pub fn latest_due(now: Instant, level: Level, opening: &[Span]) -> Instant {
    let longest_min = match level {
        Level::Vital | Level::VeryUrgent => LONGEST_DELAYS.urgent_decision_min,
        Level::SameDay => LONGEST_DELAYS.decision_min,
        Level::Soon => LONGEST_DELAYS.answer_min,
        Level::Routine => 0,
    };
    let end = now.plus_minutes(MAX_PROMISE_DAYS * 24 * 60);
    if level == Level::Routine {
        return end;
    }
    let plain = now.plus_minutes(i64::from(longest_min));
    if level.at_least(Level::VeryUrgent) {
        return plain;
    }
    match opening.iter().find(|period| period.end > now.plus_minutes(LEAST_ATTENDED_MIN)) {
        Some(next) if next.start > plain => next.start.plus_minutes(AFTER_OPENING_MIN).min(end),
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

    #[test]
    fn each_level_has_a_latest_hour() {
        const DAY: i64 = 24 * 60;
        let weekend = [Span { start: at(0), end: at(60) }, Span { start: at(3 * DAY), end: at(4 * DAY) }];
        for (now, level, latest) in [
            (0, Level::Vital, 15),
            (0, Level::VeryUrgent, 15),
            (100, Level::VeryUrgent, 115),
            (0, Level::SameDay, DAY),
            (50, Level::SameDay, 3 * DAY + 60),
            (100, Level::SameDay, 3 * DAY + 60),
            (2 * DAY, Level::SameDay, 3 * DAY),
            (100, Level::Soon, 100 + 7 * DAY),
            (5 * DAY, Level::SameDay, 6 * DAY),
            (0, Level::Routine, MAX_PROMISE_DAYS * DAY),
        ] {
            assert_eq!(latest_due(at(now), level, &weekend), at(latest), "{now} {level:?}");
        }
        assert_eq!(latest_due(at(0), Level::SameDay, &[]), at(DAY), "nobody says when somebody is there");
    }
}
