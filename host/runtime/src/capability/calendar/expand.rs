//! Rule sets to occurrences.

use std::collections::BTreeSet;

use greffon_core::time::{Instant, Span};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan as _};

use super::civil::{self, Written, resolve};
use super::error::Error;
use super::rule::{Rule, RuleSet, Steps};

/// Occurrences of one answer. More that overlap the window are too costly,
/// rather than left out unseen.
const OCCURRENCES: usize = 10_000;
/// Rules of one set; RFC 5545 §3.8.5.3 says one.
const RULES: usize = 16;
/// More than any zone ever moved its clocks at once: a civil time later by
/// this much is a later instant.
const LARGEST_SHIFT: SignedDuration = SignedDuration::from_hours(26);
const DAY_S: u32 = 86_400;

/// Returns the occurrences that overlap the window, sorted by start, at most
/// `limit`. What is not in `greffon:host/calendar`:
///
/// * the start is always the first occurrence, whether its rules name it or
///   not, unless an EXDATE takes it away: what RFC 5545 leaves undefined counts
///   as busy;
/// * an UNTIL that is a DATE includes that day;
/// * whole days without a duration last one (RFC 5545 §3.6.1); a time without
///   one has no occurrences, since no span is empty;
/// * no civil time of a rule, and no instant, is before year 1 or after 9999.
///
/// # Errors
///
/// Those of the contract.
pub fn expand(of: &RuleSet, window: Span, limit: u32) -> Result<Vec<Span>, Error> {
    expand_within(of, window, limit, &mut Steps::default())
}

/// [`expand`], as one of several in a call.
pub(super) fn expand_within(of: &RuleSet, window: Span, limit: u32, steps: &mut Steps) -> Result<Vec<Span>, Error> {
    steps.begin();
    Expansion::new(of, window)?.run(of, limit, steps)
}

struct Expansion {
    start: Written,
    /// Where the civil times of the rules are.
    zone: TimeZone,
    /// Where other times without a `Z` are.
    local: Result<TimeZone, Error>,
    days: i32,
    rest: SignedDuration,
    window: Span,
    /// Occurrences that start before cannot overlap the window.
    from: DateTime,
    /// Nor those that start after.
    to: DateTime,
}

impl Expansion {
    fn new(of: &RuleSet, window: Span) -> Result<Self, Error> {
        if window.start >= window.end {
            return Err(Error::OutOfRange("the window is empty or reversed".to_owned()));
        }
        let start = Written::parse(&of.dtstart).ok_or_else(|| not_civil(&of.dtstart))?;
        let local = civil::zone(&of.zone);
        let zone = if matches!(start, Written::Utc(_)) { TimeZone::UTC } else { local.clone()? };
        let (days, rest_s) = match start {
            Written::Day(_) if of.duration_s == 0 => (1, 0),
            Written::Day(_) => (of.duration_s / DAY_S, of.duration_s % DAY_S),
            Written::Local(_) | Written::Utc(_) => (0, of.duration_s),
        };
        let longest = SignedDuration::from_secs(i64::from(of.duration_s.max(DAY_S)));
        let from = civil::end_of_window(window.start, &zone)?;
        let to = civil::end_of_window(window.end, &zone)?;
        Ok(Self {
            start,
            zone,
            local,
            days: i32::try_from(days).unwrap_or(i32::MAX),
            rest: SignedDuration::from_secs(i64::from(rest_s)),
            window,
            from: from.saturating_sub(longest.saturating_add(LARGEST_SHIFT)),
            to: to.saturating_add(LARGEST_SHIFT),
        })
    }

    fn run(&self, of: &RuleSet, limit: u32, steps: &mut Steps) -> Result<Vec<Span>, Error> {
        if of.rrules.len() > RULES {
            return Err(Error::TooCostly(format!("{} rules in one set", of.rrules.len())));
        }
        let excluded = of.exdates.iter().map(|text| self.explicit(text)).collect::<Result<BTreeSet<_>, _>>()?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let enough = limit.min(OCCURRENCES + 1);
        let mut found = BTreeSet::new();
        let mut keep = |civil: DateTime, at: Instant| -> Result<bool, Error> {
            if excluded.contains(&at) {
                return Ok(false);
            }
            let Some(span) = Span::new(at, self.end_of(civil, at)?) else { return Ok(false) };
            let overlaps = span.overlaps(&self.window);
            if overlaps {
                found.insert((span.start, span.end));
            }
            Ok(overlaps)
        };

        keep(self.start.civil(), resolve(self.start.civil(), &self.zone)?)?;
        for text in &of.rdates {
            let at = self.explicit(text)?;
            keep(civil::zoned(at, &self.zone)?.datetime(), at)?;
        }
        for text in &of.rrules {
            let rule = Rule::parse(text, matches!(self.start, Written::Day(_)))?;
            let until = rule.until.map(|until| self.last_moment(until)).transpose()?;
            let mut stop = self.to;
            let mut kept = 0;
            for civil in rule.expand(self.start.civil(), self.from, steps)? {
                let civil = civil?;
                if civil > stop {
                    break;
                }
                let at = resolve(civil, &self.zone)?;
                if until.is_some_and(|until| at > until) {
                    // In a gap the next one may be earlier, and within.
                    stop = stop.min(civil.saturating_add(LARGEST_SHIFT));
                    continue;
                }
                if keep(civil, at)? {
                    kept += 1;
                    if kept == enough {
                        stop = stop.min(civil.saturating_add(LARGEST_SHIFT));
                    }
                }
            }
        }
        if found.len() > OCCURRENCES && limit > OCCURRENCES {
            return Err(Error::TooCostly(format!("more than {OCCURRENCES} occurrences in the window")));
        }
        Ok(found.into_iter().take(limit).map(|(start, end)| Span { start, end }).collect())
    }

    /// The instant of an RDATE or EXDATE.
    fn explicit(&self, text: &str) -> Result<Instant, Error> {
        match Written::parse(text).ok_or_else(|| not_civil(text))? {
            Written::Utc(civil) => resolve(civil, &TimeZone::UTC),
            Written::Local(civil) => resolve(civil, self.local.as_ref().map_err(Clone::clone)?),
            day @ Written::Day(_) => resolve(day.civil(), self.local.as_ref().map_err(Clone::clone)?),
        }
    }

    /// The last instant at which an occurrence may start.
    fn last_moment(&self, until: Written) -> Result<Instant, Error> {
        match until {
            Written::Utc(civil) => resolve(civil, &TimeZone::UTC),
            Written::Local(civil) => resolve(civil, &self.zone),
            Written::Day(date) => {
                let next = date.saturating_add(1.day()).to_datetime(jiff::civil::Time::midnight());
                Ok(Instant(resolve(next, &self.zone)?.0 - 1))
            }
        }
    }

    fn end_of(&self, civil: DateTime, at: Instant) -> Result<Instant, Error> {
        let days_over = if self.days == 0 {
            at
        } else {
            let end = civil.checked_add(self.days.days()).map_err(|_| Error::OutOfRange(civil.to_string()))?;
            resolve(end, &self.zone)?
        };
        Ok(Instant(days_over.0.saturating_add(i64::try_from(self.rest.as_millis()).unwrap_or(i64::MAX))))
    }
}

fn not_civil(text: &str) -> Error {
    Error::InvalidCivil(text.chars().take(40).collect())
}
