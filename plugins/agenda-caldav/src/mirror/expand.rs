//! Occurrences of series, by the host's calendar.

use std::collections::BTreeMap;

use greffon_sdk::calendar::{self, Error, RuleSet};
use greffon_sdk::log;

use super::object::{Later, Observance, Period, Series};
use crate::ical::civil::{DAY_MS, DateTime};
use crate::ical::observance::OwnZone;
use crate::ical::read::civil_in;
use crate::ical::time::{ALL, Start, whole_days};
use crate::ical::zone::{Zone, Zones};

/// Most occurrences of one series in a window.
const MOST: usize = 3_000;

/// Expands series; zones that objects describe themselves are worked out once.
#[derive(Default)]
pub struct Expander {
    own: BTreeMap<Vec<Observance>, OwnZone>,
}

impl Expander {
    /// The occurrences that overlap a window, each with its start by the rule.
    ///
    /// # Errors
    /// Those of the host.
    pub fn occurrences(&mut self, series: &Series, window: Period) -> Result<Vec<(Period, i64)>, Error> {
        let over = series.until.is_some_and(|until| until <= window.0) && series.later.is_empty();
        if over || series.from >= window.1 && series.added.is_empty() && series.later.is_empty() {
            return Ok(Vec::new());
        }
        let reach = |later: &Later| later.shift_s.abs() + later.length_s;
        let reach_ms = series.later.iter().map(reach).max().unwrap_or(0) * 1000;
        // Civil time that is written as UTC is less than a day from it.
        let wider = reach_ms + if series.own.is_empty() { 0 } else { DAY_MS };
        let around = Period((window.0 - wider).max(ALL.start), (window.1 + wider).min(ALL.end));
        if around.0 >= around.1 {
            return Ok(Vec::new());
        }
        let spans = calendar::expand_all(&series.rule_set(), around.into(), MOST)?;
        let unknown = || Error::UnknownZone("an object's own".to_owned());
        let mut found = Vec::new();
        for span in spans {
            let length = span.end - span.start;
            let start = match self.zone(series) {
                Some(zone) => zone.instant(DateTime::of_utc(span.start)).ok_or_else(unknown)?,
                None => span.start,
            };
            if series.replaced.contains(&start) {
                continue;
            }
            let later = series.later.iter().rev().find(|later| later.from <= start);
            let period = match later {
                None => Period(start, start + length),
                Some(later) if later.free => continue,
                Some(later) => shifted(series, start, later, self.zone(series)).ok_or_else(unknown)?,
            };
            if period.overlaps(window) {
                found.push((period, start));
            }
        }
        Ok(found)
    }

    fn zone(&mut self, series: &Series) -> Option<&OwnZone> {
        if series.own.is_empty() {
            return None;
        }
        if !self.own.contains_key(&series.own) {
            self.own.insert(series.own.clone(), OwnZone::of(series.own.clone()));
        }
        self.own.get(&series.own)
    }

    /// As `occurrences`, and where the host has no answer what surely covers them: whether they are such a guess, and
    /// nobody knows which occurrence is which.
    pub fn busy(&mut self, series: &Series, window: Period) -> (Vec<(Period, Option<i64>)>, bool) {
        let code = match self.occurrences(series, window) {
            Ok(all) => {
                let known = |(period, start)| (period, (!series.guessed).then_some(start));
                return (all.into_iter().map(known).collect(), series.guessed);
            }
            Err(Error::InvalidRule(_)) => "rule-invalid",
            Err(Error::TooCostly(_)) => "rule-too-costly",
            Err(Error::UnknownZone(_)) => "zone-unknown",
            Err(_) => "rule-failed",
        };
        log::warn("series-unclear", &[("why", code.into())]);
        let guess = covering(series, window).unwrap_or_else(|| vec![window]);
        (guess.into_iter().map(|period| (period, None)).collect(), true)
    }
}

/// One occurrence of those that are elsewhere.
fn shifted(series: &Series, start: i64, later: &Later, own: Option<&OwnZone>) -> Option<Period> {
    let civil = match own {
        Some(zone) => zone.civil(start)?,
        None => civil_in(series, start)?,
    };
    let moved = DateTime::of_utc(civil.utc() + later.shift_s * 1000);
    let zones = Zones::new(&series.zone);
    if later.days {
        let last = DateTime::of_utc(moved.utc() + (later.length_s.max(86_400) - 86_400) * 1000);
        return whole_days(moved.date, last.date, &zones).map(Period::from);
    }
    let from = match own {
        Some(zone) => zone.instant(moved)?,
        None => Start::Local(moved, Zone::Iana(series.zone.clone())).instant(&zones).ok()?,
    };
    Some(Period(from, from + later.length_s * 1000))
}

/// Every day at that time covers all rules that do not name hours; nothing less than everything covers the others, and
/// what is added or elsewhere.
fn covering(series: &Series, window: Period) -> Option<Vec<Period>> {
    let names_hours = series.rules.iter().map(|rule| rule.to_ascii_uppercase()).any(|rule| {
        ["HOURLY", "MINUTELY", "SECONDLY", "BYHOUR", "BYMINUTE", "BYSECOND"].iter().any(|word| rule.contains(word))
    });
    if names_hours || !series.added.is_empty() || !series.later.is_empty() || !series.own.is_empty() {
        return None;
    }
    let rule = series.rule_set();
    let daily = RuleSet { rrules: vec!["FREQ=DAILY".to_owned()], rdates: Vec::new(), exdates: Vec::new(), ..rule };
    let spans = calendar::expand_all(&daily, window.into(), MOST).ok()?;
    Some(spans.into_iter().map(Period::from).collect())
}
