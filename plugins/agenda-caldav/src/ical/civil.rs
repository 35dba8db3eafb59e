//! Dates and times as RFC 5545 writes them, and instants.

/// Milliseconds of a day.
pub const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A civil date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    pub year: i64,
    pub month: i64,
    pub day: i64,
}

impl Date {
    /// Reads `YYYYMMDD` (§3.3.4), of the years 1 to 9999.
    pub fn parse(text: &str) -> Option<Self> {
        let date = Self { year: number(text, 0, 4)?, month: number(text, 4, 6)?, day: number(text, 6, 8)? };
        (text.len() == 8 && date.exists()).then_some(date)
    }

    fn exists(self) -> bool {
        let leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        let days = match self.month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return false,
        };
        (1..=9999).contains(&self.year) && (1..=days).contains(&self.day)
    }

    /// Days since 1970-01-01. Years are counted from March, so that the leap day is the last one; the Gregorian
    /// calendar repeats every 146,097 days.
    pub fn days(self) -> i64 {
        let year = if self.month <= 2 { self.year - 1 } else { self.year };
        let month = (self.month + 9) % 12;
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * month + 2) / 5 + self.day - 1;
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
    }

    /// The date so many days after 1970-01-01.
    pub fn of_days(days: i64) -> Self {
        let days = days + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        Self { year: era * 400 + year_of_era + i64::from(month <= 2), month, day }
    }

    /// As RFC 5545 writes it.
    pub fn basic(self) -> String {
        format!("{:04}{:02}{:02}", self.year, self.month, self.day)
    }
}

/// A civil date and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime {
    pub date: Date,
    /// Seconds since midnight, 0 to 86,399.
    pub second: i64,
}

impl DateTime {
    /// Reads `YYYYMMDDTHHMMSS` (§3.3.5), without the `Z`. A leap second counts as the one before.
    pub fn parse(text: &str) -> Option<Self> {
        let (date, time) = text.split_once(['T', 't'])?;
        let (hour, minute, second) = (number(time, 0, 2)?, number(time, 2, 4)?, number(time, 4, 6)?);
        if time.len() != 6 || hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        Some(Self { date: Date::parse(date)?, second: hour * 3600 + minute * 60 + second.min(59) })
    }

    /// Reads the beginning of what the host shows: `YYYY-MM-DDTHH:MM:SS`.
    pub fn of_extended(text: &str) -> Option<Self> {
        Self::parse(&text.get(..19)?.replace(['-', ':'], ""))
    }

    /// The instant at which clocks of UTC show it.
    pub fn utc(self) -> i64 {
        self.date.days() * DAY_MS + self.second * 1000
    }

    /// What clocks of UTC show at an instant, without parts of a second.
    pub fn of_utc(instant: i64) -> Self {
        Self { date: Date::of_days(instant.div_euclid(DAY_MS)), second: instant.rem_euclid(DAY_MS) / 1000 }
    }

    /// As RFC 5545 writes it.
    pub fn basic(self) -> String {
        let (hour, minute, second) = self.clock();
        format!("{}T{hour:02}{minute:02}{second:02}", self.date.basic())
    }

    /// As ISO 8601 writes it, the host's form of civil times.
    pub fn extended(self) -> String {
        let (hour, minute, second) = self.clock();
        let Date { year, month, day } = self.date;
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
    }

    /// So many days later on the calendar, at the same time of day.
    pub fn plus_days(self, days: i64) -> Self {
        Self { date: Date::of_days(self.date.days() + days), second: self.second }
    }

    fn clock(self) -> (i64, i64, i64) {
        (self.second / 3600, self.second / 60 % 60, self.second % 60)
    }
}

/// An instant as `YYYYMMDDTHHMMSSZ`.
pub fn utc_text(instant: i64) -> String {
    format!("{}Z", DateTime::of_utc(instant).basic())
}

fn number(text: &str, from: usize, to: usize) -> Option<i64> {
    let digits = text.get(from..to)?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (text, days) in [
            ("19700101", 0),
            ("19691231", -1),
            ("20000229", 11_016),
            ("20260329", 20_541),
            ("00010101", -719_162),
            ("99991231", 2_932_896),
        ] {
            let date = Date::parse(text).unwrap();
            assert_eq!(date.days(), days, "{text}");
            assert_eq!(Date::of_days(days), date);
            assert_eq!(date.basic(), text);
        }
        for days in (-719_162..2_932_896).step_by(37) {
            assert_eq!(Date::of_days(days).days(), days);
        }
    }

    #[test]
    fn dates_that_do_not_exist_are_refused() {
        for text in [
            "20260229",
            "20261301",
            "20260100",
            "20260132",
            "00000101",
            "2026010",
            "202601011",
            "2026-1-1",
            "+2026101",
            "éé260101",
            "",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }

    #[test]
    fn times_are_read_and_written() {
        let time = DateTime::parse("20260329T013000").unwrap();
        assert_eq!(time.utc(), 1_774_747_800_000);
        assert_eq!(time.extended(), "2026-03-29T01:30:00");
        assert_eq!(utc_text(time.utc()), "20260329T013000Z");
        assert_eq!(DateTime::of_utc(time.utc() + 999), time);
        assert_eq!(time.plus_days(3).basic(), "20260401T013000");
        assert_eq!(DateTime::parse("20261231T235960").unwrap().basic(), "20261231T235959");
        for text in ["20260329T240000", "20260329T0130", "20260329T013000Z", "20260329", "20260329T01300é"] {
            assert_eq!(DateTime::parse(text), None, "{text}");
        }
    }
}
