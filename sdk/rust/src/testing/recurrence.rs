//! Recurrence of the fake calendar, with the limits of the host: whatever it
//! answers, the host answers too (`wit/host/calendar.cases` is tried on both).
//!
//! `FREQ` from `DAILY` to `YEARLY` with `INTERVAL`, `COUNT`, `UNTIL`, `BYMONTH`,
//! `BYMONTHDAY` and `BYDAY`, and the added and taken-away starts. The host does
//! all of RFC 5545; what the fake cannot is an `invalid-rule` that says so.

use std::collections::BTreeSet;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan as _};

use super::civil::{Written, ends, resolve, zone, zoned};
use super::rule::Rule;
use crate::calendar::{Error, RuleSet};
use crate::practice::{Instant, Span};

/// Occurrences of one answer; more that overlap the window are too costly.
const OCCURRENCES: usize = 10_000;
/// Rules of one set.
const RULES: usize = 16;
/// More than any zone ever moved its clocks at once.
const LARGEST_SHIFT: SignedDuration = SignedDuration::from_hours(26);
const DAY_S: u32 = 86_400;

pub(crate) fn expand(of: &RuleSet, window: Span, limit: u32) -> Result<Vec<Span>, Error> {
    if window.start >= window.end {
        return Err(Error::OutOfRange("the window is empty or reversed".to_owned()));
    }
    let start = Written::parse(&of.dtstart)?;
    let local = zone(&of.zone);
    let zone = if matches!(start, Written::Utc(_)) { TimeZone::UTC } else { local.clone()? };
    let (from, to) = ends(window, &zone)?;
    let longest = SignedDuration::from_secs(i64::from(of.duration_s.max(DAY_S)));
    let from = from.saturating_sub(longest.saturating_add(LARGEST_SHIFT));
    let to = to.saturating_add(LARGEST_SHIFT);
    if of.rrules.len() > RULES {
        return Err(Error::TooCostly(format!("{} rules in one set", of.rrules.len())));
    }
    let explicit = |text: &String| match Written::parse(text)? {
        Written::Utc(civil) => resolve(civil, &TimeZone::UTC),
        other => resolve(other.civil(), local.as_ref().map_err(Clone::clone)?),
    };
    let excluded = of.exdates.iter().map(explicit).collect::<Result<BTreeSet<_>, _>>()?;
    let mut found = BTreeSet::new();
    let mut keep = |civil: DateTime, at: Instant| -> Result<(), Error> {
        if !excluded.contains(&at) {
            let end = end_of(civil, at, matches!(start, Written::Day(_)), of.duration_s, &zone)?;
            if at < end && at < window.end && window.start < end {
                found.insert((at, end));
            }
        }
        Ok(())
    };
    keep(start.civil(), resolve(start.civil(), &zone)?)?;
    for added in &of.rdates {
        let at = explicit(added)?;
        keep(zoned(at, &zone)?.datetime(), at)?;
    }
    for text in &of.rrules {
        let rule = Rule::parse(text, matches!(start, Written::Day(_)))?;
        let until = rule.until.map(|until| last_moment(until, &zone)).transpose()?;
        for civil in rule.starts(start.civil(), from, to)? {
            let at = resolve(civil, &zone)?;
            if until.is_none_or(|until| at <= until) {
                keep(civil, at)?;
            }
        }
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if found.len() > OCCURRENCES && limit > OCCURRENCES {
        return Err(Error::TooCostly(format!("more than {OCCURRENCES} occurrences in the window")));
    }
    Ok(found.into_iter().take(limit).map(|(start, end)| Span { start, end }).collect())
}

/// The last instant at which an occurrence may start.
fn last_moment(until: Written, zone: &TimeZone) -> Result<Instant, Error> {
    match until {
        Written::Utc(civil) => resolve(civil, &TimeZone::UTC),
        Written::Local(civil) => resolve(civil, zone),
        Written::Day(date) => Ok(resolve(Written::Day(date.saturating_add(1.day())).civil(), zone)? - 1),
    }
}

fn end_of(civil: DateTime, at: Instant, whole_days: bool, duration_s: u32, zone: &TimeZone) -> Result<Instant, Error> {
    let (days, rest_s) = match (whole_days, duration_s) {
        (true, 0) => (1, 0),
        (true, _) => (duration_s / DAY_S, duration_s % DAY_S),
        (false, _) => (0, duration_s),
    };
    let days_over = if days == 0 {
        at
    } else {
        let end = civil.checked_add(i64::from(days).days()).map_err(|_| Error::OutOfRange(civil.to_string()))?;
        resolve(end, zone)?
    };
    Ok(days_over.saturating_add(i64::from(rest_s) * 1000))
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
        assert!(matches!(expand(&weekly("FREQ=YEARLY;BYWEEKNO=3"), window, 1), Err(Error::InvalidRule(_))));
    }
}
