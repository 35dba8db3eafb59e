//! One rule of the fake calendar, followed day by day.

use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime, Weekday};

use super::civil::Written;
use crate::calendar::Error;

/// Bytes of one rule.
const RULE_BYTES: usize = 1024;
/// Occurrences and periods of one expansion.
const STEPS: usize = 100_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// A rule that can be followed; where it ends is compared by the caller.
pub(crate) struct Rule {
    text: String,
    frequency: Frequency,
    interval: i64,
    count: Option<u32>,
    months: Vec<i8>,
    month_days: Vec<i8>,
    /// (which of the period, 0 for all; weekday).
    days: Vec<(i8, Weekday)>,
    pub(crate) until: Option<Written>,
}

impl Rule {
    pub(crate) fn parse(text: &str, whole_days: bool) -> Result<Self, Error> {
        let invalid = |why: &str| Error::InvalidRule((text.chars().take(200).collect(), why.to_owned()));
        if text.len() > RULE_BYTES {
            return Err(invalid("longer than 1024 bytes"));
        }
        if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"=;,+-".contains(&byte)) {
            return Err(invalid("a character that no rule has"));
        }
        let upper = text.to_ascii_uppercase();
        let mut frequency = None;
        let mut rule = Self {
            text: upper.clone(),
            frequency: Frequency::Daily,
            interval: 1,
            count: None,
            months: Vec::new(),
            month_days: Vec::new(),
            days: Vec::new(),
            until: None,
        };
        for part in upper.split(';').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').ok_or_else(|| invalid("a part without a value"))?;
            let whole = |value: &str| value.parse::<i8>().map_err(|_| invalid("a number that is none"));
            match name {
                "FREQ" => {
                    frequency = Some(match value {
                        "DAILY" => Frequency::Daily,
                        "WEEKLY" => Frequency::Weekly,
                        "MONTHLY" => Frequency::Monthly,
                        "YEARLY" => Frequency::Yearly,
                        "SECONDLY" | "MINUTELY" | "HOURLY" if whole_days => {
                            return Err(invalid("whole days cannot recur within a day"));
                        }
                        "SECONDLY" | "MINUTELY" | "HOURLY" => return Err(invalid(FAKE)),
                        _ => return Err(invalid("unknown FREQ")),
                    });
                }
                "INTERVAL" => match value.parse::<u16>() {
                    Ok(interval) if interval > 0 => rule.interval = i64::from(interval),
                    _ => return Err(invalid("INTERVAL is not between 1 and 65535")),
                },
                "COUNT" => rule.count = Some(value.parse().map_err(|_| invalid("COUNT is not a number"))?),
                "UNTIL" => {
                    let until = Written::parse(value).map_err(|_| invalid("UNTIL is not a date or time"))?;
                    rule.until = Some(until);
                }
                "BYMONTH" => rule.months = value.split(',').map(whole).collect::<Result<_, _>>()?,
                "BYMONTHDAY" => rule.month_days = value.split(',').map(whole).collect::<Result<_, _>>()?,
                "BYDAY" => {
                    let day = |value: &str| weekday(value).ok_or_else(|| invalid("BYDAY is no weekday"));
                    rule.days = value.split(',').map(day).collect::<Result<_, _>>()?;
                }
                "WKST" if value == "MO" => {}
                _ => return Err(invalid(FAKE)),
            }
        }
        rule.frequency = frequency.ok_or_else(|| invalid("no FREQ"))?;
        let of_the_year = rule.frequency == Frequency::Yearly && rule.months.is_empty();
        if of_the_year && rule.days.iter().any(|(nth, _)| *nth != 0) {
            return Err(invalid(FAKE));
        }
        Ok(rule)
    }

    /// The civil times from `start` on that are not after `to`; those before
    /// `from` are counted and left out.
    pub(crate) fn starts(&self, start: DateTime, from: DateTime, to: DateTime) -> Result<Vec<DateTime>, Error> {
        let mut found = Vec::new();
        let (mut given, mut steps) = (0, 0);
        let mut date = start.date();
        while date <= to.date() && self.count.is_none_or(|count| given < count) {
            if self.falls_on(date, start.date()) {
                given += 1;
                let civil = date.to_datetime(start.time());
                if civil >= from && civil <= to {
                    steps += 1;
                    found.push(civil);
                }
            }
            if steps > STEPS {
                return Err(Error::TooCostly(self.text.chars().take(200).collect()));
            }
            let Ok(next) = date.checked_add(1.day()) else { break };
            date = next;
        }
        Ok(found)
    }

    fn falls_on(&self, date: Date, start: Date) -> bool {
        let month = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
        let days = |from: Date, to: Date| i64::from((to - from).get_days());
        let monday = |date: Date| date - i64::from(date.weekday().to_monday_zero_offset()).days();
        let periods = match self.frequency {
            Frequency::Daily => days(start, date),
            Frequency::Weekly => days(monday(start), monday(date)) / 7,
            Frequency::Monthly => month(date) - month(start),
            Frequency::Yearly => i64::from(date.year() - start.year()),
        };
        if periods % self.interval != 0 || !self.months.is_empty() && !self.months.contains(&date.month()) {
            return false;
        }
        let from_end = date.day() - date.days_in_month() - 1;
        let by_day = |(nth, weekday): &(i8, Weekday)| {
            let first = (date.day() - 1) / 7 + 1;
            let last = -((date.days_in_month() - date.day()) / 7 + 1);
            date.weekday() == *weekday && (*nth == 0 || *nth == first || *nth == last)
        };
        if !self.month_days.is_empty() {
            let on = self.month_days.iter().any(|day| *day == date.day() || *day == from_end);
            return on && (self.days.is_empty() || self.days.iter().any(by_day));
        }
        if !self.days.is_empty() {
            return self.days.iter().any(by_day);
        }
        match self.frequency {
            Frequency::Daily => true,
            Frequency::Weekly => date.weekday() == start.weekday(),
            Frequency::Monthly => date.day() == start.day(),
            Frequency::Yearly => {
                date.day() == start.day() && (!self.months.is_empty() || date.month() == start.month())
            }
        }
    }
}

const FAKE: &str = "the fake calendar knows DAILY to YEARLY, INTERVAL, COUNT, UNTIL, BYMONTH, BYMONTHDAY and BYDAY";

fn weekday(text: &str) -> Option<(i8, Weekday)> {
    let at = text.len().checked_sub(2)?;
    let (nth, name) = (text.get(..at)?, text.get(at..)?);
    let weekday = match name {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    };
    let nth = if nth.is_empty() { 0 } else { nth.parse().ok().filter(|nth| *nth != 0)? };
    Some((nth, weekday))
}
