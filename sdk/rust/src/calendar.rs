//! Recurrence and time zones, done by the host.

pub use crate::bindings::imports::greffon::host::calendar::{Error, RuleSet};
use crate::host;
use crate::practice::{Instant, Span};

/// How many occurrences one call to the host asks for.
const PAGE: u32 = 500;

/// Returns the time of the host.
#[must_use]
pub fn now() -> Instant {
    host::now()
}

/// Returns the instants at which the clocks of the zone show a civil time
/// (`YYYY-MM-DDTHH:MM:SS`), earliest first: none in a daylight saving gap, two
/// in an overlap, else one.
///
/// # Errors
/// A zone or a time that cannot be read.
pub fn to_instant(civil: &str, zone: &str) -> Result<Vec<Instant>, Error> {
    host::to_instant(civil, zone)
}

/// Returns what the clocks of the zone show, with the offset:
/// `YYYY-MM-DDTHH:MM:SS.sss+HH:MM`.
///
/// # Errors
/// A zone that is not known, an instant outside the years 1 to 9999.
pub fn to_civil(at: Instant, zone: &str) -> Result<String, Error> {
    host::to_civil(at, zone)
}

/// Returns the occurrences that overlap the window, sorted by start, at most
/// `limit` of them. Exactly `limit` may mean that there are more.
///
/// # Errors
/// A zone or rule that cannot be read; `too-costly`: treat its time as busy.
pub fn expand(of: &RuleSet, window: Span, limit: u32) -> Result<Vec<Span>, Error> {
    host::expand(of, window, limit)
}

/// Returns all occurrences that overlap the window, sorted by start.
///
/// # Errors
/// As [`expand`], and `too-costly` past `most` occurrences.
pub fn expand_all(of: &RuleSet, window: Span, most: usize) -> Result<Vec<Span>, Error> {
    let mut all: Vec<Span> = Vec::new();
    let mut start = window.start;
    while start < window.end {
        let page = expand(of, Span { start, end: window.end }, PAGE)?;
        let full = page.len() >= PAGE as usize;
        // A long occurrence overlaps the next page's window too.
        let new: Vec<Span> =
            page.into_iter().filter(|span| all.last().is_none_or(|last| last.start < span.start)).collect();
        let Some(last) = new.last() else { break };
        start = start.max(last.start).saturating_add(1);
        all.extend(new);
        if all.len() > most {
            return Err(Error::TooCostly(format!("more than {most} occurrences in the window")));
        }
        if !full {
            break;
        }
    }
    Ok(all)
}
