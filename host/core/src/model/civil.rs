//! Civil time at the edges of the domain: between [`Instant`] and what clocks,
//! opening hours and people say, in the zone of a practice.
//!
//! Two civil minutes a year are special, and both are resolved here, once:
//!
//! * a civil time that a clock change **skips** (29 March 2026, 02:30 in Paris)
//!   is the instant of the change: what begins or ends there begins or ends
//!   when the clock jumps;
//! * a civil time that happens **twice** (25 October 2026, 02:30 in Paris) is the
//!   earlier of the two.
//!
//! So civil order is never turned round: a later civil time is never an earlier
//! instant, and hours that do not overlap on paper do not overlap in time.

use greffon_words::{Text, times};
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};
use thiserror::Error;

use super::holidays::Closures;
use super::practice::{Absence, Practice, Site, WeekHours};
use crate::time::{Instant, Span};

/// A civil text or a zone that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CivilError {
    /// No such zone in the IANA database.
    #[error("unknown time zone \"{0}\": expected an IANA name such as \"Europe/Paris\"")]
    UnknownZone(String),
    /// Not a civil minute.
    #[error("not a civil time: expected \"2026-11-21T09:30\"")]
    NotATime,
    /// Not a civil date.
    #[error("not a civil date: expected \"2026-11-21\"")]
    NotADate,
}

/// A time zone. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone of a practice; its name was checked when the file was read.
    #[must_use]
    pub fn of(practice: &Practice) -> Self {
        Self::named_or_utc(&practice.time_zone)
    }

    /// The zone of this IANA name.
    ///
    /// # Errors
    /// [`CivilError::UnknownZone`].
    pub fn named(name: &str) -> Result<Self, CivilError> {
        TimeZone::get(name).map(Self).map_err(|_| CivilError::UnknownZone(name.to_owned()))
    }

    /// The zone of this name, or UTC when there is none: for names that were
    /// checked when their file was read.
    #[must_use]
    pub fn named_or_utc(name: &str) -> Self {
        Self::named(name).unwrap_or(Self(TimeZone::UTC))
    }

    /// The instant of a civil time; skipped and repeated ones as the module
    /// says. Saturates at the ends of the calendar.
    #[must_use]
    pub fn instant(&self, civil: DateTime) -> Instant {
        let found = self.0.to_ambiguous_timestamp(civil);
        let timestamp = match found.offset() {
            AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => found.earlier(),
            AmbiguousOffset::Gap { after, .. } => {
                after.to_timestamp(civil).and_then(|just_before| match self.0.following(just_before).next() {
                    Some(change) => Ok(change.timestamp()),
                    None => found.later(),
                })
            }
        };
        match timestamp {
            Ok(timestamp) => Instant(timestamp.as_millisecond()),
            Err(_) if civil.year() > 0 => Instant(Timestamp::MAX.as_millisecond()),
            Err(_) => Instant(Timestamp::MIN.as_millisecond()),
        }
    }

    /// What a clock on the wall shows. Saturates at the ends of the calendar.
    #[must_use]
    pub fn civil(&self, at: Instant) -> DateTime {
        self.0.to_datetime(timestamp(at))
    }

    /// The civil date.
    #[must_use]
    pub fn date(&self, at: Instant) -> Date {
        self.civil(at).date()
    }

    /// The instant of `minutes` after civil midnight, as a clock shows them:
    /// 540 is nine o'clock on every day of the year. 1440 and more is the next
    /// day.
    #[must_use]
    pub fn at_minute(&self, date: Date, minutes: u16) -> Instant {
        let (days, minute) = (minutes / MINUTES_PER_DAY, minutes % MINUTES_PER_DAY);
        let date = date.saturating_add(i64::from(days).days());
        self.instant(date.to_datetime(time_of(minute)))
    }

    /// From civil midnight to the next: 23, 24 or 25 hours.
    #[must_use]
    pub fn day(&self, date: Date) -> Span {
        Span { start: self.at_minute(date, 0), end: self.at_minute(date, MINUTES_PER_DAY) }
    }

    /// Civil minutes since midnight; `None` when the instant is not on a whole
    /// minute.
    #[must_use]
    pub fn minute_of_day(&self, at: Instant) -> Option<u16> {
        let time = self.civil(at).time();
        let whole = time.second() == 0 && time.subsec_nanosecond() == 0;
        let minutes = i32::from(time.hour()) * 60 + i32::from(time.minute());
        u16::try_from(minutes).ok().filter(|_| whole)
    }

    /// A time away; `None` when it cannot be read, or ends before it begins.
    #[must_use]
    pub fn away(&self, absence: &Absence) -> Option<Span> {
        Span::new(self.instant(parse_time(&absence.from).ok()?), self.instant(parse_time(&absence.to).ok()?))
    }

    /// `2026-11-21T09:30`, as plugins and files read it.
    #[must_use]
    pub fn text(&self, at: Instant) -> String {
        self.civil(at).strftime("%Y-%m-%dT%H:%M").to_string()
    }

    /// « mardi 24 novembre 2026 à 9 h 30 ».
    #[must_use]
    pub fn spoken(&self, at: Instant) -> String {
        let civil = self.civil(at);
        format!("{} à {}", spoken_date(civil.date()), spoken_time(civil.time()))
    }

    /// The stretches of `hours` that overlap `window`, merged where they touch,
    /// earliest first. They are not cut at the window's edges, so that a period
    /// that began before it stays whole.
    #[must_use]
    pub fn open_periods(&self, hours: &WeekHours, window: Span) -> Vec<Span> {
        self.periods(hours, |_| false, window)
    }

    /// When somebody answers at a site: its hours, without the days on which it is closed.
    #[must_use]
    pub fn open_at(&self, site: &Site, window: Span) -> Vec<Span> {
        self.periods(&site.hours, |day| site.closures.hold(day), window)
    }

    /// The stretches of `hours` that overlap `window`, without the days of these closures,
    /// earliest first: each as it is written, also where one touches the next.
    #[must_use]
    pub fn each_period(&self, hours: &WeekHours, closures: &Closures, window: Span) -> Vec<Span> {
        self.written(hours, |day| closures.hold(day), window).filter(|period| period.overlaps(&window)).collect()
    }

    fn periods(&self, hours: &WeekHours, is_closed: impl Fn(Date) -> bool, window: Span) -> Vec<Span> {
        let mut open: Vec<Span> = Vec::new();
        for period in self.written(hours, is_closed, window) {
            match open.last_mut() {
                Some(before) if period.start <= before.end => before.end = before.end.max(period.end),
                _ => open.push(period),
            }
        }
        open.retain(|period| period.overlaps(&window));
        open
    }

    /// The periods of all days that may overlap `window`.
    fn written(&self, hours: &WeekHours, is_closed: impl Fn(Date) -> bool, window: Span) -> impl Iterator<Item = Span> {
        // A day on both sides: a period may end at midnight and go on after it.
        let first = self.date(window.start).saturating_sub(1.day());
        let last = self.date(window.end).saturating_add(1.day());
        let days = std::iter::successors(Some(first), |day| day.tomorrow().ok()).take_while(move |day| *day <= last);
        let open = days.filter(move |day| !is_closed(*day));
        open.flat_map(|day| hours.0[monday_first(day.weekday())].iter().map(move |period| (day, *period)))
            .filter_map(|(day, (start, end))| Span::new(self.at_minute(day, start), self.at_minute(day, end)))
    }
}

/// Minutes of a civil day without a clock change.
pub const MINUTES_PER_DAY: u16 = 24 * 60;

/// Reads `2026-11-21T09:30`; seconds are accepted and kept.
///
/// # Errors
/// [`CivilError::NotATime`].
pub fn parse_time(text: &str) -> Result<DateTime, CivilError> {
    // jiff also takes a bare date, week dates and offsets; a file must not.
    if !text.contains('T') || text.contains(['Z', '+', '[', 'W']) {
        return Err(CivilError::NotATime);
    }
    text.parse().map_err(|_| CivilError::NotATime)
}

/// Reads `2026-11-21`.
///
/// # Errors
/// [`CivilError::NotADate`].
pub fn parse_date(text: &str) -> Result<Date, CivilError> {
    if text.len() != "2026-11-21".len() {
        return Err(CivilError::NotADate);
    }
    text.parse().map_err(|_| CivilError::NotADate)
}

/// Days from a birth date to `today`; `None` when the day is not known
/// (`1958-04`, `1958`), cannot be read or lies in the future.
#[must_use]
pub fn age_days(birth_date: &str, today: Date) -> Option<u32> {
    let born = parse_date(birth_date).ok()?;
    u32::try_from(today.since(born).ok()?.get_days()).ok()
}

/// The first and the last day on which somebody of this birth date may be born:
/// `1958-04-30` is one day, `1958-04` a month, `1958` a year. `None` when it
/// cannot be read.
#[must_use]
pub fn birth_days(birth_date: &str) -> Option<(Date, Date)> {
    let days = match birth_date.len() {
        10 => (parse_date(birth_date).ok()?, parse_date(birth_date).ok()?),
        7 => {
            let first = parse_date(&format!("{birth_date}-01")).ok()?;
            (first, first.last_of_month())
        }
        4 => {
            let first = parse_date(&format!("{birth_date}-01-01")).ok()?;
            (first, first.last_of_year())
        }
        _ => return None,
    };
    Some(days)
}

/// Whole years from a day to `today`, as birthdays count them; `None` when it
/// lies in the future.
#[must_use]
pub fn years_since(born: Date, today: Date) -> Option<u32> {
    let years = i32::from(today.year()) - i32::from(born.year());
    let had_birthday = (today.month(), today.day()) >= (born.month(), born.day());
    u32::try_from(years - i32::from(!had_birthday)).ok()
}

/// « mardi 24 novembre 2026 », « dimanche 1er mars 2026 ».
#[must_use]
pub fn spoken_date(date: Date) -> String {
    const WEEKDAYS: [&str; 7] = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];
    const MONTHS: [&str; 12] = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ];
    let weekday = WEEKDAYS[monday_first(date.weekday())];
    let month = MONTHS[usize::from(date.month().unsigned_abs()).clamp(1, 12) - 1];
    let day = if date.day() == 1 { "1er".to_owned() } else { date.day().to_string() };
    format!("{weekday} {day} {month} {}", date.year())
}

/// « 9 h 30 », « 14 h ».
#[must_use]
pub fn spoken_time(time: Time) -> String {
    clock_text(time).to_string()
}

/// The same in every language.
#[must_use]
pub fn clock_text(time: Time) -> Text {
    let (hour, minute) = (u16::from(time.hour().unsigned_abs()), time.minute());
    if minute == 0 { times::clock_hour(hour) } else { times::clock(hour, &format!("{minute:02}")) }
}

/// Of a minute of the day.
#[must_use]
pub fn minute_text(minute: u16) -> Text {
    clock_text(time_of(minute))
}

/// « 90 minutes » is « 1 h 30 », in every language.
#[must_use]
pub fn duration_text(minutes: u32) -> Text {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => times::minutes(minutes),
        (hours, 0) => times::hours(hours),
        (hours, minutes) => times::hours_and_minutes(hours, &format!("{minutes:02}")),
    }
}

/// 0 for Monday, as in [`WeekHours`].
#[must_use]
pub fn monday_first(weekday: Weekday) -> usize {
    usize::from(weekday.to_monday_zero_offset().unsigned_abs()).min(6)
}

fn time_of(minute: u16) -> Time {
    let hour = i8::try_from(minute / 60).unwrap_or(0);
    let minute = i8::try_from(minute % 60).unwrap_or(0);
    Time::new(hour, minute, 0, 0).unwrap_or(Time::MIN)
}

fn timestamp(at: Instant) -> Timestamp {
    Timestamp::from_millisecond(at.0).unwrap_or(if at.0 > 0 { Timestamp::MAX } else { Timestamp::MIN })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn paris() -> Zone {
        Zone::named("Europe/Paris").unwrap()
    }

    fn at(text: &str) -> Instant {
        Instant(text.parse::<Timestamp>().unwrap().as_millisecond())
    }

    fn civil(text: &str) -> DateTime {
        parse_time(text).unwrap()
    }

    #[test]
    fn nine_o_clock_stays_nine_o_clock_over_both_clock_changes() {
        let zone = paris();
        for (date, utc) in [
            ("2026-03-28", "2026-03-28T08:00:00Z"),
            ("2026-03-29", "2026-03-29T07:00:00Z"),
            ("2026-10-24", "2026-10-24T07:00:00Z"),
            ("2026-10-25", "2026-10-25T08:00:00Z"),
        ] {
            let date = parse_date(date).unwrap();
            assert_eq!(zone.at_minute(date, 540), at(utc), "{date}");
            assert_eq!(zone.minute_of_day(at(utc)), Some(540));
        }
    }

    #[test]
    fn a_skipped_time_is_the_instant_of_the_change() {
        let zone = paris();
        let change = at("2026-03-29T01:00:00Z");
        for text in ["2026-03-29T02:00", "2026-03-29T02:30", "2026-03-29T02:59", "2026-03-29T03:00"] {
            assert_eq!(zone.instant(civil(text)), change, "{text}");
        }
        assert_eq!(zone.instant(civil("2026-03-29T01:59")), at("2026-03-29T00:59:00Z"));
        assert_eq!(zone.instant(civil("2026-03-29T03:01")), at("2026-03-29T01:01:00Z"));
    }

    #[test]
    fn a_repeated_time_is_the_earlier_one() {
        let zone = paris();
        assert_eq!(zone.instant(civil("2026-10-25T02:30")), at("2026-10-25T00:30:00Z"));
        assert_eq!(zone.text(at("2026-10-25T00:30:00Z")), "2026-10-25T02:30");
        assert_eq!(zone.text(at("2026-10-25T01:30:00Z")), "2026-10-25T02:30");
    }

    #[test]
    fn days_of_clock_changes_have_23_and_25_hours() {
        let zone = paris();
        for (date, hours) in [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-24", 24)] {
            let day = zone.day(parse_date(date).unwrap());
            assert_eq!(day.end.millis_since(day.start), hours * 3_600_000, "{date}");
        }
    }

    #[test]
    fn speaks_french() {
        let zone = paris();
        assert_eq!(zone.spoken(at("2026-11-24T08:30:00Z")), "mardi 24 novembre 2026 à 9 h 30");
        assert_eq!(zone.spoken(at("2026-08-01T12:05:00Z")), "samedi 1er août 2026 à 14 h 05");
        assert_eq!(zone.spoken(at("2026-02-15T08:00:00Z")), "dimanche 15 février 2026 à 9 h");
    }

    #[test]
    fn refuses_texts_that_are_not_what_a_file_may_say() {
        for text in ["", "2026-11-21", "2026-11-21T25:00", "2026-11-21T09:30Z", "2026-02-30T09:00", "x", "2026-W47-6"] {
            assert_eq!(parse_time(text), Err(CivilError::NotATime), "{text}");
        }
        for text in ["", "21/11/2026", "2026-02-29", "2026-11-21T09:30", "20261121", "2026-13-01"] {
            assert_eq!(parse_date(text), Err(CivilError::NotADate), "{text}");
        }
        assert!(Zone::named("Europe/Lutèce").is_err());
    }

    #[test]
    fn ages_count_birthdays_and_refuse_the_future() {
        let today = parse_date("2026-11-24").unwrap();
        let years = |text: &str| years_since(parse_date(text).unwrap(), today);
        assert_eq!(years("1951-11-25"), Some(74));
        assert_eq!(years("1951-11-24"), Some(75));
        assert_eq!(years("2026-11-25"), None);
        assert_eq!(age_days("2026-11-01", today), Some(23));
        assert_eq!(age_days("2026-11-25", today), None);
        assert_eq!(age_days("2026-11", today), None);
        assert_eq!(age_days("hier", today), None);
    }

    #[test]
    fn birth_dates_known_in_part_are_stretches_of_days() {
        let days = |text: &str| birth_days(text).map(|(first, last)| (first.to_string(), last.to_string()));
        let pair = |first: &str, last: &str| Some((first.to_owned(), last.to_owned()));
        assert_eq!(days("1958-04-30"), pair("1958-04-30", "1958-04-30"));
        assert_eq!(days("1960-02"), pair("1960-02-01", "1960-02-29"));
        assert_eq!(days("1958"), pair("1958-01-01", "1958-12-31"));
        for text in ["1958-13", "58", "1958-4", "", "19é8"] {
            assert_eq!(days(text), None, "{text}");
        }
    }

    #[test]
    fn open_periods_join_over_midnight_and_end_after_start() {
        let zone = paris();
        let mut hours = WeekHours::default();
        hours.0[5] = vec![(1200, 1440)];
        hours.0[6] = vec![(0, 150), (540, 600)];
        let sunday = zone.day(parse_date("2026-03-29").unwrap());
        let open = zone.open_periods(&hours, sunday);
        assert_eq!(
            open,
            [
                // 02:30 does not exist that night: the period ends with the jump.
                Span { start: at("2026-03-28T19:00:00Z"), end: at("2026-03-29T01:00:00Z") },
                Span { start: at("2026-03-29T07:00:00Z"), end: at("2026-03-29T08:00:00Z") },
            ]
        );
    }

    #[test]
    fn the_ends_of_the_calendar_saturate() {
        let zone = paris();
        for raw in [i64::MIN, i64::MAX, 0] {
            let _ = zone.spoken(Instant(raw));
            let _ = zone.day(zone.date(Instant(raw)));
        }
    }

    proptest! {
        #[test]
        fn civil_order_is_never_turned_round(day in 0i64..1000, a in 0u16..1440, b in 0u16..1440) {
            let zone = paris();
            let date = parse_date("2025-01-01").unwrap().saturating_add(day.days());
            let (low, high) = (a.min(b), a.max(b));
            prop_assert!(zone.at_minute(date, low) <= zone.at_minute(date, high));
            prop_assert!(zone.at_minute(date, 1440) <= zone.at_minute(date.tomorrow().unwrap(), 0));
        }

        #[test]
        fn an_instant_that_a_clock_shows_once_comes_back(minutes in 0i64..2_000_000) {
            let zone = paris();
            let instant = Instant(1_735_689_600_000).plus_minutes(minutes);
            let back = zone.instant(zone.civil(instant));
            // Only the second pass of a repeated hour comes back as the first.
            prop_assert!(back == instant || back.plus_minutes(60) == instant);
        }
    }
}
