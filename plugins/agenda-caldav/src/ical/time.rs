//! Starts and ends of events, as instants.

use greffon_sdk::calendar::{self, RuleSet};
use greffon_sdk::practice::Span;

use super::civil::{DAY_MS, Date, DateTime};
use super::component::Component;
use super::duration::Duration;
use super::line::Line;
use super::zone::{Zone, Zones};

/// What an event without length is taken to last: it blocks the slot that it stands in.
const MOMENT_MS: i64 = 60_000;

/// Everything that is told of, in milliseconds: the years 1 to 9999, less two days at each end.
pub const ALL: Span = Span { start: -62_135_424_000_000, end: 253_402_128_000_000 };

/// A time that an event begins at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// A whole day, in the agenda's zone.
    Day(Date),
    /// An instant.
    Utc(i64),
    /// What clocks of a zone show.
    Local(DateTime, Zone),
}

/// Why an event has no time that can be relied on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unclear {
    /// The date can be read, the rest cannot: from the first to the last day.
    Days(Date, Date),
    /// Nothing can be read.
    All,
}

impl Start {
    /// Reads one value of a property such as `DTSTART`.
    pub fn read(line: &Line, value: &str, zones: &Zones, calendar: &Component) -> Result<Self, Unclear> {
        let value = value.trim();
        if let Some(date) = Date::parse(value) {
            return Ok(Self::Day(date));
        }
        let utc = value.strip_suffix(['Z', 'z']);
        let time = DateTime::parse(utc.unwrap_or(value)).ok_or(Unclear::All)?;
        if utc.is_some() {
            return Ok(Self::Utc(time.utc()));
        }
        match line.param("TZID") {
            None => Ok(Self::Local(time, Zone::Iana(zones.own.clone()))),
            Some(tzid) => match zones.find(tzid, calendar) {
                Some(zone) => Ok(Self::Local(time, zone)),
                None => Err(Unclear::Days(time.date, time.date)),
            },
        }
    }

    /// As RFC 5545 writes it, with the IANA zone that goes with it. A time of an object's own zone is written as if its
    /// clocks were those of UTC.
    pub fn written(&self, zones: &Zones) -> (String, String) {
        match self {
            Self::Day(date) => (date.basic(), zones.own.clone()),
            Self::Utc(instant) => (super::civil::utc_text(*instant), "UTC".to_owned()),
            Self::Local(time, Zone::Iana(zone)) => (time.basic(), zone.clone()),
            Self::Local(time, Zone::Own(_)) => (super::civil::utc_text(time.utc()), "UTC".to_owned()),
        }
    }

    /// Whether both are of one form, so that one list of the host's rule set can hold both.
    pub fn like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Day(_), Self::Day(_)) | (Self::Utc(_), Self::Utc(_)) => true,
            (Self::Local(_, zone), Self::Local(_, other)) => zone == other,
            _ => false,
        }
    }

    /// The civil date that it shows.
    pub fn date(&self) -> Date {
        match self {
            Self::Day(date) => *date,
            Self::Utc(instant) => DateTime::of_utc(*instant).date,
            Self::Local(time, _) => time.date,
        }
    }

    /// The instant. In a daylight saving gap it moves forward by the gap, in an overlap it is the earlier one.
    pub fn instant(&self, zones: &Zones) -> Result<i64, Unclear> {
        let unclear = || Unclear::Days(self.date(), self.date());
        match self {
            Self::Utc(instant) => Ok(*instant),
            Self::Local(time, Zone::Own(zone)) => zone.instant(*time).ok_or_else(unclear),
            Self::Local(time, Zone::Iana(zone)) => match calendar::to_instant(&time.extended(), zone) {
                Ok(instants) => match instants.first() {
                    Some(first) => Ok(*first),
                    None => self.once(60, zones).map(|span| span.start).ok_or_else(unclear),
                },
                Err(_) => Err(unclear()),
            },
            Self::Day(_) => self.once(86_400, zones).map(|span| span.start).ok_or_else(unclear),
        }
    }

    /// The period from here on, as the host sees it.
    fn once(&self, duration_s: u32, zones: &Zones) -> Option<Span> {
        let (dtstart, zone) = self.written(zones);
        let rule = RuleSet { dtstart, zone, duration_s, rrules: Vec::new(), rdates: Vec::new(), exdates: Vec::new() };
        // It begins within a day of that date in UTC, whatever the zone; the host is asked about no more.
        let day = self.date().days() * DAY_MS;
        let around = Span { start: (day - 2 * DAY_MS).max(ALL.start), end: (day + 3 * DAY_MS).min(ALL.end) };
        calendar::expand(&rule, around, 1).ok()?.first().copied()
    }
}

/// Whole days, in the agenda's zone, the last one included. None where the host cannot tell.
pub fn whole_days(first: Date, last: Date, zones: &Zones) -> Option<Span> {
    let days = (last.days() - first.days() + 1).clamp(1, 40_000);
    Start::Day(first).once(u32::try_from(days * 86_400).ok()?, zones)
}

/// The period of an event that begins at `start`, from its `DTEND` or `DURATION` (§3.6.1).
pub fn period(start: &Start, event: &Component, zones: &Zones, calendar: &Component) -> Result<Span, Unclear> {
    let end = match (event.line("DTEND"), event.line("DURATION")) {
        (Some(line), _) => Some(Start::read(line, &line.value, zones, calendar).map_err(|_| unclear(start))?),
        (None, Some(line)) => {
            let duration = Duration::parse(line.value.trim()).ok_or_else(|| unclear(start))?;
            return after(start, duration, zones);
        }
        (None, None) => None,
    };
    match (start, end) {
        (Start::Day(first), None) => whole_days(*first, *first, zones).ok_or_else(|| unclear(start)),
        (Start::Day(first), Some(Start::Day(end))) => {
            // The end is the day after the last one; some programs write the first day itself.
            let last = Date::of_days((end.days() - 1).max(first.days()));
            if end < *first {
                return Err(Unclear::Days(end, *first));
            }
            whole_days(*first, last, zones).ok_or_else(|| unclear(start))
        }
        (start, None) => of_length(start.instant(zones)?, 0),
        (start, Some(end)) => {
            let (from, to) = (start.instant(zones)?, end.instant(zones)?);
            if to < from {
                return Err(Unclear::Days(end.date().min(start.date()), start.date().max(end.date())));
            }
            of_length(from, to - from)
        }
    }
}

fn unclear(start: &Start) -> Unclear {
    Unclear::Days(start.date(), start.date())
}

fn after(start: &Start, duration: Duration, zones: &Zones) -> Result<Span, Unclear> {
    match start {
        Start::Day(first) => {
            let days = duration.days + (duration.seconds + 86_399) / 86_400;
            let last = Date::of_days(first.days() + days.max(1) - 1);
            whole_days(*first, last, zones).ok_or_else(|| unclear(start))
        }
        Start::Utc(instant) => of_length(*instant, duration.days * DAY_MS + duration.seconds * 1000),
        Start::Local(time, zone) => {
            let from = start.instant(zones)?;
            let to = Start::Local(time.plus_days(duration.days), zone.clone()).instant(zones)?;
            of_length(from, (to - from).max(0) + duration.seconds * 1000)
        }
    }
}

fn of_length(start: i64, length_ms: i64) -> Result<Span, Unclear> {
    let end = start.saturating_add(length_ms.max(MOMENT_MS));
    if start < ALL.start || end > ALL.end { Err(Unclear::All) } else { Ok(Span { start, end }) }
}
