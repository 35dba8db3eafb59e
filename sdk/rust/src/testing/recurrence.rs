//! Recurrence of the fake calendar: `FREQ=DAILY` and `FREQ=WEEKLY` with
//! `INTERVAL`, `COUNT`, `UNTIL`, and the added and taken-away starts. The real
//! host does all of RFC 5545; what the fake cannot is an `invalid-rule`.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span as Step, Timestamp};

use super::civil::zone;
use crate::calendar::{Error, RuleSet};
use crate::practice::Span;

/// More occurrences than any test needs.
const MOST: usize = 10_000;

pub(crate) fn expand(of: &RuleSet, window: Span, limit: u32) -> Result<Vec<Span>, Error> {
    if window.start >= window.end {
        return Err(Error::OutOfRange("the window is empty".to_owned()));
    }
    let zone = zone(&of.zone)?;
    let first = Start::parse(&of.dtstart)?;
    let mut starts = vec![first];
    for rule in &of.rrules {
        starts.extend(repeat(first, rule, &zone, window.end)?);
    }
    for added in &of.rdates {
        starts.push(Start::parse(added)?);
    }
    let taken: Vec<Start> = of.exdates.iter().map(|text| Start::parse(text)).collect::<Result<_, _>>()?;
    let mut spans = starts
        .into_iter()
        .filter(|start| !taken.contains(start))
        .map(|start| start.span(of.duration_s, &zone))
        .collect::<Result<Vec<Span>, Error>>()?;
    spans.retain(|span| span.start < window.end && window.start < span.end);
    spans.sort_by_key(|span| span.start);
    spans.dedup();
    spans.truncate(limit as usize);
    Ok(spans)
}

/// A start as RFC 5545 writes it.
#[derive(Clone, Copy, PartialEq)]
struct Start {
    at: DateTime,
    utc: bool,
    all_day: bool,
}

impl Start {
    fn parse(text: &str) -> Result<Self, Error> {
        let unreadable = || Error::InvalidCivil(text.to_owned());
        if !text.contains('T') {
            let date: Date = text.parse().map_err(|_| unreadable())?;
            return Ok(Self { at: date.to_datetime(jiff::civil::Time::midnight()), utc: false, all_day: true });
        }
        let utc = text.ends_with('Z');
        let at = text.trim_end_matches('Z').parse().map_err(|_| unreadable())?;
        Ok(Self { at, utc, all_day: false })
    }

    fn instant(self, zone: &TimeZone) -> Result<Timestamp, Error> {
        let zone = if self.utc { &TimeZone::UTC } else { zone };
        zone.to_timestamp(self.at).map_err(|error| Error::OutOfRange(error.to_string()))
    }

    fn span(self, duration_s: u32, zone: &TimeZone) -> Result<Span, Error> {
        let start = self.instant(zone)?.as_millisecond();
        if !self.all_day {
            return Ok(Span { start, end: start + i64::from(duration_s) * 1000 });
        }
        let days = i64::from(duration_s / 86_400).max(1);
        Ok(Span { start, end: self.later(days)?.instant(zone)?.as_millisecond() })
    }

    fn later(self, days: i64) -> Result<Self, Error> {
        let at = Step::new()
            .try_days(days)
            .and_then(|step| self.at.checked_add(step))
            .map_err(|error| Error::OutOfRange(error.to_string()))?;
        Ok(Self { at, ..self })
    }
}

/// The starts after the first one that a rule adds, up to the window's end.
fn repeat(first: Start, rule: &str, zone: &TimeZone, until: i64) -> Result<Vec<Start>, Error> {
    let invalid = |why: &str| Error::InvalidRule((rule.to_owned(), why.to_owned()));
    let (mut days, mut interval, mut count, mut last) = (0, 1, MOST, None);
    for part in rule.split(';') {
        let (name, value) = part.split_once('=').ok_or_else(|| invalid("a part without `=`"))?;
        match (name, value) {
            ("FREQ", "DAILY") => days = 1,
            ("FREQ", "WEEKLY") => days = 7,
            ("INTERVAL", _) => interval = value.parse().map_err(|_| invalid("INTERVAL"))?,
            ("COUNT", _) => count = value.parse().map_err(|_| invalid("COUNT"))?,
            ("UNTIL", _) => last = Some(Start::parse(value)?.instant(zone)?),
            _ => return Err(invalid("the fake calendar knows DAILY, WEEKLY, INTERVAL, COUNT and UNTIL")),
        }
    }
    if days == 0 || interval < 1 {
        return Err(invalid("FREQ or INTERVAL"));
    }
    let mut starts = Vec::new();
    let mut next = first;
    for _ in 1..count.min(MOST) {
        next = next.later(days * interval)?;
        let instant = next.instant(zone)?;
        if instant.as_millisecond() >= until || last.is_some_and(|last| instant > last) {
            break;
        }
        starts.push(next);
    }
    Ok(starts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::at;

    fn weekly(rrule: &str) -> RuleSet {
        RuleSet {
            dtstart: "20261019T090000".to_owned(),
            zone: "Europe/Paris".to_owned(),
            duration_s: 1800,
            rrules: vec![rrule.to_owned()],
            rdates: Vec::new(),
            exdates: Vec::new(),
        }
    }

    #[test]
    fn a_weekly_event_keeps_its_civil_time_over_the_end_of_summer_time() {
        let window = Span { start: at("2026-10-01T00:00:00", "UTC"), end: at("2026-12-01T00:00:00", "UTC") };
        let spans = expand(&weekly("FREQ=WEEKLY;COUNT=2"), window, 10).unwrap();
        let starts: Vec<i64> = spans.iter().map(|span| span.start).collect();
        assert_eq!(starts, [at("2026-10-19T09:00:00", "Europe/Paris"), at("2026-10-26T09:00:00", "Europe/Paris")]);
        assert_eq!(starts[1] - starts[0], (7 * 24 + 1) * 3_600_000);
    }

    #[test]
    fn starts_are_taken_away_and_added() {
        let mut rule = weekly("FREQ=WEEKLY;COUNT=3");
        rule.exdates.push("20261026T090000".to_owned());
        rule.rdates.push("20261027T100000".to_owned());
        let window = Span { start: at("2026-10-20T00:00:00", "UTC"), end: at("2026-10-31T00:00:00", "UTC") };
        let spans = expand(&rule, window, 10).unwrap();
        assert_eq!(spans.len(), 1);
        assert_eq!(spans[0].start, at("2026-10-27T10:00:00", "Europe/Paris"));
    }

    #[test]
    fn what_the_fake_cannot_do_is_said() {
        let window = Span { start: 0, end: 1 };
        assert!(matches!(expand(&weekly("FREQ=MONTHLY"), window, 1), Err(Error::InvalidRule(_))));
    }
}
