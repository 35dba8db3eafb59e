//! Civil time to instants and back, by the IANA table of the host (`jiff`).

use greffon_core::time::Instant;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, Zoned};

use super::error::Error;

/// Finds a zone by its IANA name.
pub(super) fn zone(name: &str) -> Result<TimeZone, Error> {
    // The longest IANA name has 32 characters.
    if name.len() > 64 {
        return Err(Error::UnknownZone("a name of more than 64 bytes".to_owned()));
    }
    TimeZone::get(name).map_err(|_| Error::UnknownZone(name.to_owned()))
}

/// What an iCalendar date or time says, before a zone is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// RFC 5545 §3.3.4 DATE: a whole day.
    Day(Date),
    /// §3.3.5 FORM #1 or #3: local time.
    Local(DateTime),
    /// §3.3.5 FORM #2: UTC.
    Utc(DateTime),
}

impl Written {
    /// Reads `20260105`, `20260105T083000` or `20260105T083000Z`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let date = || Date::new(number(bytes, 0, 4)?, number(bytes, 4, 2)?, number(bytes, 6, 2)?).ok();
        match bytes {
            [_, _, _, _, _, _, _, _] => Some(Self::Day(real(date()?)?)),
            [_, _, _, _, _, _, _, _, b'T', _, _, _, _, _, _, zulu @ ..] => {
                let time = Time::new(number(bytes, 9, 2)?, number(bytes, 11, 2)?, number(bytes, 13, 2)?, 0).ok()?;
                let civil = real(date()?)?.to_datetime(time);
                match zulu {
                    [] => Some(Self::Local(civil)),
                    b"Z" => Some(Self::Utc(civil)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The civil time, midnight for a day.
    pub(super) fn civil(self) -> DateTime {
        match self {
            Self::Day(date) => date.to_datetime(Time::midnight()),
            Self::Local(civil) | Self::Utc(civil) => civil,
        }
    }
}

/// iCalendar writes the years 0 to 9999; year 0 was none.
fn real(date: Date) -> Option<Date> {
    (date.year() >= 1).then_some(date)
}

/// Reads `YYYY-MM-DDTHH:MM:SS`, and nothing else.
pub(super) fn parse_iso(text: &str) -> Option<DateTime> {
    let bytes = text.as_bytes();
    let [_, _, _, _, b'-', _, _, b'-', _, _, b'T', _, _, b':', _, _, b':', _, _] = bytes else { return None };
    let date = Date::new(number(bytes, 0, 4)?, number(bytes, 5, 2)?, number(bytes, 8, 2)?).ok()?;
    let time = Time::new(number(bytes, 11, 2)?, number(bytes, 14, 2)?, number(bytes, 17, 2)?, 0).ok()?;
    Some(real(date)?.to_datetime(time))
}

/// A number of exactly `length` decimal digits.
fn number<N: TryFrom<i16>>(bytes: &[u8], at: usize, length: usize) -> Option<N> {
    let digits = bytes.get(at..at + length)?;
    let value = digits
        .iter()
        .try_fold(0i16, |value, digit| digit.is_ascii_digit().then(|| value * 10 + i16::from(digit - b'0')))?;
    N::try_from(value).ok()
}

/// The instant of a civil time. In a gap it moves forward by the gap, in an
/// overlap it is the earlier one (RFC 5545 §3.3.5).
pub(super) fn resolve(civil: DateTime, zone: &TimeZone) -> Result<Instant, Error> {
    let timestamp =
        zone.to_ambiguous_timestamp(civil).compatible().map_err(|_| Error::OutOfRange(civil.to_string()))?;
    Ok(Instant(timestamp.as_millisecond()))
}

/// All instants at which the clocks of the zone show this civil time.
pub(super) fn instants(civil: DateTime, zone: &TimeZone) -> Result<Vec<Instant>, Error> {
    let offsets = match zone.to_ambiguous_timestamp(civil).offset() {
        AmbiguousOffset::Unambiguous { offset } => vec![offset],
        AmbiguousOffset::Gap { .. } => vec![],
        AmbiguousOffset::Fold { before, after } => vec![before, after],
    };
    offsets
        .into_iter()
        .map(|offset| match offset.to_timestamp(civil) {
            Ok(timestamp) => Ok(Instant(timestamp.as_millisecond())),
            Err(_) => Err(Error::OutOfRange(civil.to_string())),
        })
        .collect()
}

/// What the clocks of the zone show.
pub(super) fn zoned(at: Instant, zone: &TimeZone) -> Result<Zoned, Error> {
    let out_of_range = || Error::OutOfRange(format!("{} ms", at.0));
    let zoned = Timestamp::from_millisecond(at.0).map_err(|_| out_of_range())?.to_zoned(zone.clone());
    // A zone west of Greenwich shows the year before the first one.
    if (1..=9999).contains(&zoned.year()) { Ok(zoned) } else { Err(out_of_range()) }
}

/// First instant of year 1 and the one after the last of year 9999, in UTC.
const YEARS: (Instant, Instant) = (Instant(-62_135_596_800_000), Instant(253_402_300_800_000));

/// What the clocks of the zone show at an end of a window. `jiff` leaves out the
/// first and the last day or so of these years; nothing starts there, so they
/// count as the ends of what it tells.
pub(super) fn end_of_window(at: Instant, zone: &TimeZone) -> Result<DateTime, Error> {
    if !(YEARS.0..=YEARS.1).contains(&at) {
        return Err(Error::OutOfRange(format!("{} ms", at.0)));
    }
    let beyond = if at.0 < 0 { Timestamp::MIN } else { Timestamp::MAX };
    let timestamp = Timestamp::from_millisecond(at.0).unwrap_or(beyond);
    Ok(timestamp.to_zoned(zone.clone()).datetime())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ical_times_are_read_strictly() {
        assert!(matches!(Written::parse("20260105"), Some(Written::Day(_))));
        assert!(matches!(Written::parse("20260105T083000"), Some(Written::Local(_))));
        assert!(matches!(Written::parse("20260105T083000Z"), Some(Written::Utc(_))));
        for text in [
            "",
            "2026010",
            "202601055",
            "20260105T",
            "20260105T0830",
            "20260105 083000",
            "20260105T083000z",
            "20260105T083000+0100",
            "20261305",
            "20260230",
            "20260105T240000",
            "20260105T086000",
            "00000101",
            "+2260105",
            "２０２６０１０５",
            "20260105T083000ZZ",
            "-0260105",
        ] {
            assert_eq!(Written::parse(text), None, "{text}");
        }
    }

    #[test]
    fn iso_times_are_read_strictly() {
        assert!(parse_iso("2026-03-29T02:30:00").is_some());
        for text in
            ["2026-03-29", "2026-03-29T02:30", "2026-03-29 02:30:00", "2026-03-29T02:30:00Z", "2026-03-29T02:30:60"]
        {
            assert_eq!(parse_iso(text), None, "{text}");
        }
    }

    #[test]
    fn a_zone_name_cannot_lead_out_of_the_table() {
        for name in ["", "Nowhere/Land", "../../etc/passwd", "/etc/localtime", "Europe/Paris\0", &"x".repeat(65)] {
            assert!(matches!(zone(name), Err(Error::UnknownZone(_))), "{name}");
        }
    }
}
