//! Instants and days as the interface writes them. Civil time is the host's; here is only what RFC 3339 says by itself.

use greffon_sdk::agenda::{Error, Instant};
use greffon_sdk::calendar;

/// Last instant of the year 9998.
pub const LAST_INSTANT: Instant = 253_370_764_799_999;

const DAY_MS: i64 = 86_400_000;

/// Reads an instant of RFC 3339 with its offset. None: it is not that, or outside the years 1970 to 9998.
pub fn instant(text: &str) -> Option<Instant> {
    let bytes = text.as_bytes();
    if !text.is_ascii() || !(20..=40).contains(&bytes.len()) {
        return None;
    }
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if separators.iter().any(|(at, sign)| bytes[*at] != *sign) {
        return None;
    }
    let number = |from: usize, to: usize| digits(&text[from..to]);
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let (rest, millis) = fraction(&text[19..])?;
    let days = Day::new(year, month, day)?.0;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let local = days * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1_000 + millis;
    let at = local - offset_ms(rest)?;
    (0..=LAST_INSTANT).contains(&at).then_some(at)
}

/// The milliseconds of `.123456…`, and what follows.
fn fraction(text: &str) -> Option<(&str, i64)> {
    let Some(rest) = text.strip_prefix('.') else { return Some((text, 0)) };
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (decimals, rest) = rest.split_at(length);
    let three: String = decimals.chars().chain("00".chars()).take(3).collect();
    Some((rest, digits(&three).filter(|_| length > 0)?))
}

fn offset_ms(text: &str) -> Option<i64> {
    if text == "Z" {
        return Some(0);
    }
    let sign = if text.starts_with('+') { 1 } else { -1 };
    let (hours, minutes) = text.strip_prefix(['+', '-'])?.split_once(':')?;
    if hours.len() != 2 || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes) = (digits(hours)?, digits(minutes)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60_000)
}

fn digits(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// An instant in UTC, with milliseconds.
pub fn text(at: Instant) -> String {
    let (day, ms) = (Day(at.div_euclid(DAY_MS)), at.rem_euclid(DAY_MS));
    let (seconds, millis) = (ms / 1_000, ms % 1_000);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z", day.text())
}

/// A civil day, as days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(i64);

impl Day {
    /// The day of a date of the proleptic Gregorian calendar. None: there is no such date.
    fn new(year: i64, month: i64, day: i64) -> Option<Self> {
        // Howard Hinnant's `days_from_civil`: years begin in March, so that a leap day is the last one.
        let shifted = if month > 2 { month - 3 } else { month + 9 };
        let year_of_march = if month > 2 { year } else { year - 1 };
        let era = year_of_march.div_euclid(400);
        let year_of_era = year_of_march.rem_euclid(400);
        let day_of_year = (153 * shifted + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let made = Self(era * 146_097 + day_of_era - 719_468);
        ((1..=12).contains(&month) && made.date() == (year, month, day)).then_some(made)
    }

    /// The day that the clocks of a zone show.
    ///
    /// # Errors
    /// `Invalid` for a zone that is none.
    pub fn of(at: Instant, zone: &str) -> Result<Self, Error> {
        let wrong = |why: String| Error::Invalid(("settings/zone".to_owned(), why));
        let civil = calendar::to_civil(at, zone).map_err(|error| wrong(error.to_string()))?;
        Self::read(civil.get(..10).unwrap_or_default()).ok_or_else(|| wrong("a time without a day".to_owned()))
    }

    /// Reads `YYYY-MM-DD`. None: there is no such date.
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let mut next = |length: usize| parts.next().filter(|part| part.len() == length).and_then(digits);
        let (year, month, day) = (next(4)?, next(2)?, next(2)?);
        if parts.next().is_some() { None } else { Self::new(year, month, day) }
    }

    /// So many days later.
    pub fn plus(self, days: i64) -> Self {
        Self(self.0 + days)
    }

    /// Days from another one to this one.
    pub fn since(self, other: Self) -> i64 {
        self.0 - other.0
    }

    fn date(self) -> (i64, i64, i64) {
        let shifted = self.0 + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let (month, later) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        (year_of_era + era * 400 + later, month, day)
    }

    /// `YYYY-MM-DD`.
    pub fn text(self) -> String {
        let (year, month, day) = self.date();
        format!("{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use greffon_sdk::testing::{Fakes, at};

    use super::*;

    #[test]
    fn an_instant_is_read_with_its_offset() {
        let nine = at("2026-03-03T09:00:00", "Europe/Paris");
        for text in [
            "2026-03-03T09:00:00+01:00",
            "2026-03-03T08:00:00Z",
            "2026-03-03T08:00:00.000Z",
            "2026-03-02T20:30:00-11:30",
        ] {
            assert_eq!(instant(text), Some(nine), "{text}");
        }
        assert_eq!(instant("2026-03-03T08:00:00.1234567Z"), Some(nine + 123));
        assert_eq!(instant("2026-03-03T08:00:00.5Z"), Some(nine + 500));
        assert_eq!(instant(&text(nine + 7)), Some(nine + 7));
    }

    #[test]
    fn what_is_no_instant_is_none() {
        for text in [
            "",
            "2026-03-03",
            "2026-03-03T09:00:00",
            "2026-02-29T09:00:00Z",
            "2026-13-01T09:00:00Z",
            "2026-00-01T09:00:00Z",
            "2026-03-03T24:00:00Z",
            "2026-03-03T09:00:60Z",
            "2026-03-03 09:00:00Z",
            "2026-03-03T09:00:00.Z",
            "1969-12-31T23:59:59Z",
            "9999-01-01T00:00:00Z",
            "2026-03-03T09:00:00+1:00",
            "2026-03-03T09:00:00+24:00",
            "２026-03-03T09:00:00Z",
            "+026-03-03T09:00:00Z",
            "2026-03-03T09:00:00.1111111111111111111111111111111111Z",
        ] {
            assert_eq!(instant(text), None, "{text}");
        }
    }

    #[test]
    fn days_go_over_ends_of_months_and_years() {
        for (text, days, expected) in [
            ("2026-02-26", 7, "2026-03-05"),
            ("2028-02-28", 1, "2028-02-29"),
            ("2026-12-31", 1, "2027-01-01"),
            ("2100-02-28", 1, "2100-03-01"),
            ("1970-01-01", -1, "1969-12-31"),
        ] {
            assert_eq!(Day::read(text).unwrap().plus(days).text(), expected);
        }
        assert_eq!(Day::read("2026-03-29").unwrap().since(Day::read("2026-03-01").unwrap()), 28);
        for text in ["2026-3-1", "2026-02-30", "2026-02-28-01", "demain"] {
            assert_eq!(Day::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_is_that_of_the_zone() {
        let _fakes = Fakes::new();
        let late = at("2026-03-28T23:30:00", "Europe/Paris");
        assert_eq!(Day::of(late, "Europe/Paris").unwrap().text(), "2026-03-28");
        assert_eq!(Day::of(late, "Indian/Reunion").unwrap().text(), "2026-03-29");
        assert!(matches!(Day::of(late, "Europe/Lutèce"), Err(Error::Invalid(_))));
    }
}
