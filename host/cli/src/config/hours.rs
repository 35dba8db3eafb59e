//! Opening hours: `{ mon-fri = ["08:00-12:30", "14:00-19:00"], sat = ["08:00-12:00"] }`.

use std::collections::BTreeMap;

use greffon_core::model::practice::WeekHours;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// What is wrong with hours: the key and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoursError {
    /// `mon-fri`.
    pub key: String,
    /// Names the value and the remedy.
    pub message: String,
}

/// Reads hours. Days named twice add up; periods must not overlap.
pub fn parse(hours: &BTreeMap<String, Vec<String>>) -> Result<WeekHours, HoursError> {
    let mut week = WeekHours::default();
    for (key, periods) in hours {
        let fail = |message: String| HoursError { key: key.clone(), message };
        let days = days(key).ok_or_else(|| {
            fail(format!("\"{key}\" is not a day; write mon, tue, wed, thu, fri, sat, sun or a range such as mon-fri"))
        })?;
        for period in periods {
            let span = period_minutes(period).ok_or_else(|| {
                fail(format!("\"{period}\" is not a period; write \"08:00-12:30\", the end after the start"))
            })?;
            for day in days.clone() {
                week.0[day].push(span);
            }
        }
    }
    for (day, periods) in week.0.iter_mut().enumerate() {
        periods.sort_unstable();
        if let Some(pair) = periods.windows(2).find(|pair| pair[1].0 < pair[0].1) {
            return Err(HoursError {
                key: DAYS[day].to_owned(),
                message: format!("two periods overlap on {} at {}", DAYS[day], clock(pair[1].0)),
            });
        }
    }
    Ok(week)
}

fn days(key: &str) -> Option<std::ops::RangeInclusive<usize>> {
    let day = |name: &str| DAYS.iter().position(|known| *known == name);
    match key.split_once('-') {
        None => day(key).map(|day| day..=day),
        Some((from, to)) => {
            let (from, to) = (day(from)?, day(to)?);
            (from <= to).then_some(from..=to)
        }
    }
}

fn period_minutes(period: &str) -> Option<(u16, u16)> {
    let (start, end) = period.split_once('-')?;
    let (start, end) = (minutes(start.trim())?, minutes(end.trim())?);
    (start < end).then_some((start, end))
}

/// Civil minutes since midnight of `10:30`, up to `24:00`.
pub(super) fn minutes(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let two_digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !two_digits(hour) || !two_digits(minute) {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    (minute < 60 && (hour < 24 || (hour == 24 && minute == 0))).then_some(hour * 60 + minute)
}

fn clock(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(entries: &[(&str, &[&str])]) -> Result<WeekHours, HoursError> {
        parse(
            &entries
                .iter()
                .map(|(key, periods)| ((*key).to_owned(), periods.iter().map(|p| (*p).to_owned()).collect()))
                .collect(),
        )
    }

    #[test]
    fn ranges_cover_every_day_between() {
        let week = read(&[("mon-wed", &["14:00-19:00", "08:00-12:30"])]).expect("reads");
        assert_eq!(week.0[2], vec![(480, 750), (840, 1140)]);
        assert!(week.0[3].is_empty());
    }

    #[test]
    fn midnight_at_the_end_of_the_day_is_allowed() {
        assert_eq!(read(&[("sun", &["22:00-24:00"])]).expect("reads").0[6], vec![(1320, 1440)]);
    }

    #[test]
    fn refuses_what_is_not_a_period() {
        for bad in ["8-12", "12:00-08:00", "08:00-24:01", "08:60-09:00", "08:00", "+8:00-09:00", "08:00-08:00"] {
            assert!(read(&[("mon", &[bad])]).is_err(), "{bad}");
        }
    }

    #[test]
    fn refuses_overlapping_periods_and_reversed_ranges() {
        assert!(read(&[("mon", &["08:00-12:00"]), ("mon-fri", &["11:00-13:00"])]).is_err());
        assert!(read(&[("fri-mon", &["08:00-12:00"])]).is_err());
    }
}
