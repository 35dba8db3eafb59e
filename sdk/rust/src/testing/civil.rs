//! Civil times and zones of the fake calendar: the IANA table of `jiff`, within
//! the bounds that the host keeps.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};

use crate::calendar::Error;
use crate::practice::{Instant, Span};

/// First instant of year 1 and the one after the last of year 9999, in UTC:
/// what a window may span.
const YEARS: (Instant, Instant) = (-62_135_596_800_000, 253_402_300_800_000);

pub(crate) fn zone(name: &str) -> Result<TimeZone, Error> {
    if name.len() > 64 {
        return Err(Error::UnknownZone("a name of more than 64 bytes".to_owned()));
    }
    TimeZone::get(name).map_err(|_| Error::UnknownZone(name.to_owned()))
}

/// What an iCalendar date or time says, before a zone is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    Day(Date),
    Local(DateTime),
    Utc(DateTime),
}

impl Written {
    /// Reads `20260105`, `20260105T083000` or `20260105T083000Z`, and nothing
    /// else.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let read = || {
            let (date, time) = match text.split_once('T') {
                Some((date, time)) => (date, Some(time)),
                None => (text, None),
            };
            let date = real_date(&numbers(date, &[4, 2, 2])?)?;
            let Some(time) = time else { return Some(Self::Day(date)) };
            let clock = time.strip_suffix('Z').unwrap_or(time);
            let civil = date.to_datetime(real_time(&numbers(clock, &[2, 2, 2])?)?);
            Some(if clock.len() < time.len() { Self::Utc(civil) } else { Self::Local(civil) })
        };
        read().ok_or_else(|| not_civil(text))
    }

    pub(crate) fn civil(self) -> DateTime {
        match self {
            Self::Day(date) => date.to_datetime(Time::midnight()),
            Self::Local(civil) | Self::Utc(civil) => civil,
        }
    }
}

pub(crate) fn not_civil(text: &str) -> Error {
    Error::InvalidCivil(text.chars().take(40).collect())
}

/// The numbers of a text that is digits of these widths and nothing else.
fn numbers(text: &str, widths: &[usize]) -> Option<Vec<i16>> {
    let whole = text.len() == widths.iter().sum::<usize>() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut rest = text;
    whole.then(|| {
        let parts = widths.iter().map(|width| {
            let (part, after) = rest.split_at(*width);
            rest = after;
            part.parse().unwrap_or_default()
        });
        parts.collect()
    })
}

fn real_date(parts: &[i16]) -> Option<Date> {
    let date = Date::new(parts[0], i8::try_from(parts[1]).ok()?, i8::try_from(parts[2]).ok()?).ok()?;
    (date.year() >= 1).then_some(date)
}

fn real_time(parts: &[i16]) -> Option<Time> {
    let part = |at: usize| i8::try_from(parts[at]).ok();
    Time::new(part(0)?, part(1)?, part(2)?, 0).ok()
}

fn parse_iso(text: &str) -> Option<DateTime> {
    let (date, time) = text.split_once('T')?;
    let plain = |text: &str, mark: char| -> Option<String> {
        let parts: Vec<&str> = text.split(mark).collect();
        (parts.len() == 3).then(|| parts.concat())
    };
    let date = real_date(&numbers(&plain(date, '-').filter(|_| date.len() == 10)?, &[4, 2, 2])?)?;
    Some(date.to_datetime(real_time(&numbers(&plain(time, ':').filter(|_| time.len() == 8)?, &[2, 2, 2])?)?))
}

/// The instant of a civil time: after a gap by the gap, the earlier of two.
pub(crate) fn resolve(civil: DateTime, zone: &TimeZone) -> Result<Instant, Error> {
    let timestamp = zone.to_ambiguous_timestamp(civil).compatible();
    Ok(timestamp.map_err(|_| Error::OutOfRange(civil.to_string()))?.as_millisecond())
}

/// What clocks show at the two ends of a window; the first and the last hours
/// that there are count as the ends.
pub(crate) fn ends(window: Span, zone: &TimeZone) -> Result<(DateTime, DateTime), Error> {
    if window.start >= window.end {
        return Err(Error::OutOfRange("the window is empty or reversed".to_owned()));
    }
    let end = |at: Instant| {
        if !(YEARS.0..=YEARS.1).contains(&at) {
            return Err(Error::OutOfRange(format!("{at} ms")));
        }
        let timestamp = Timestamp::from_millisecond(at).unwrap_or(if at < 0 { Timestamp::MIN } else { Timestamp::MAX });
        Ok(timestamp.to_zoned(zone.clone()).datetime())
    };
    Ok((end(window.start)?, end(window.end)?))
}

pub(crate) fn to_instant(civil: &str, zone_name: &str) -> Result<Vec<Instant>, Error> {
    let time = parse_iso(civil).ok_or_else(|| not_civil(civil))?;
    let zone = zone(zone_name)?;
    let offsets = match zone.to_ambiguous_timestamp(time).offset() {
        AmbiguousOffset::Unambiguous { offset } => vec![offset],
        AmbiguousOffset::Gap { .. } => Vec::new(),
        AmbiguousOffset::Fold { before, after } => vec![before, after],
    };
    let instant = |offset: jiff::tz::Offset| match offset.to_timestamp(time) {
        Ok(timestamp) => Ok(timestamp.as_millisecond()),
        Err(_) => Err(Error::OutOfRange(time.to_string())),
    };
    offsets.into_iter().map(instant).collect()
}

pub(crate) fn to_civil(at: Instant, zone_name: &str) -> Result<String, Error> {
    let zone = zone(zone_name)?;
    let zoned = zoned(at, &zone)?;
    Ok(zoned.strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string())
}

/// What clocks show, of the years 1 to 9999.
pub(crate) fn zoned(at: Instant, zone: &TimeZone) -> Result<jiff::Zoned, Error> {
    let out_of_range = || Error::OutOfRange(format!("{at} ms"));
    let zoned = Timestamp::from_millisecond(at).map_err(|_| out_of_range())?.to_zoned(zone.clone());
    if (1..=9999).contains(&zoned.year()) { Ok(zoned) } else { Err(out_of_range()) }
}
