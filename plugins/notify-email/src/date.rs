//! The date of a message (RFC 5322 §3.3), in UTC.

use greffon_sdk::calendar;
use greffon_sdk::practice::Instant;

const DAY_MS: i64 = 86_400_000;
/// From 1970-01-01, a Thursday.
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// An instant as a message says it, such as `Sat, 21 Nov 2026 08:30:00 +0000`.
/// None: outside the years that the host's calendar knows.
pub fn rfc5322(at: Instant) -> Option<String> {
    let civil = calendar::to_civil(at, "UTC").ok()?;
    let (date, time) = civil.split_once('T')?;
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let month = MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
    let weekday = WEEKDAYS[usize::try_from(at.div_euclid(DAY_MS).rem_euclid(7)).ok()?];
    Some(format!("{weekday}, {day} {month} {year} {} +0000", time.get(..8)?))
}

#[cfg(test)]
mod tests {
    use greffon_sdk::testing::{Fakes, at};

    use super::*;

    #[test]
    fn dates_are_in_utc_whatever_the_season() {
        let _fakes = Fakes::new();
        for (civil, date) in [
            ("2026-11-21T09:30:05", "Sat, 21 Nov 2026 08:30:05 +0000"),
            ("2026-07-01T01:00:00", "Tue, 30 Jun 2026 23:00:00 +0000"),
            ("2024-02-29T12:00:00", "Thu, 29 Feb 2024 11:00:00 +0000"),
        ] {
            assert_eq!(rfc5322(at(civil, "Europe/Paris")).as_deref(), Some(date));
        }
        assert_eq!(rfc5322(-1).as_deref(), Some("Wed, 31 Dec 1969 23:59:59 +0000"));
    }

    #[test]
    fn an_instant_beyond_the_calendar_has_no_date() {
        let _fakes = Fakes::new();
        assert_eq!(rfc5322(i64::MAX), None);
    }
}
