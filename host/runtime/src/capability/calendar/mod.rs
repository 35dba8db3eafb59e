//! `greffon:host/calendar`: recurrence and time zones, by one table.

mod civil;
mod error;
mod expand;
mod rule;
#[cfg(test)]
mod tests;

use greffon_core::time::{Instant, Span};

pub use self::error::Error;
pub use self::expand::expand;
use self::expand::expand_within;
pub use self::rule::RuleSet;
use self::rule::Steps;
use crate::bindings::host::calendar as wit;
use crate::bindings::practice;
use crate::state::CallState;

/// Returns the instants at which the clocks of a zone show a civil time
/// (`YYYY-MM-DDTHH:MM:SS`): none, one or two, earliest first.
///
/// # Errors
///
/// An unknown zone, an unreadable time.
pub fn to_instant(civil: &str, zone: &str) -> Result<Vec<Instant>, Error> {
    let time = civil::parse_iso(civil).ok_or_else(|| Error::InvalidCivil(civil.chars().take(40).collect()))?;
    civil::instants(time, &civil::zone(zone)?)
}

/// Returns what the clocks of a zone show: `YYYY-MM-DDTHH:MM:SS.sss+HH:MM`.
///
/// # Errors
///
/// An unknown zone, a year before 1 or after 9999.
pub fn to_civil(at: Instant, zone: &str) -> Result<String, Error> {
    let zoned = civil::zoned(at, &civil::zone(zone)?)?;
    Ok(zoned.strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string())
}

impl wit::Host for CallState {
    async fn expand(
        &mut self,
        of: wit::RuleSet,
        window: practice::Span,
        limit: u32,
    ) -> wasmtime::Result<Result<Vec<practice::Span>, wit::Error>> {
        let set = RuleSet {
            dtstart: of.dtstart,
            zone: of.zone,
            duration_s: of.duration_s,
            rrules: of.rrules,
            rdates: of.rdates,
            exdates: of.exdates,
        };
        let window = Span { start: Instant(window.start), end: Instant(window.end) };
        let mut steps = Steps::after(self.counters.calendar_steps);
        // A rule of a hostile guest computes for a tenth of a second: not on a
        // thread that other calls wait for.
        let expanding = tokio::task::spawn_blocking(move || {
            let spans = expand_within(&set, window, limit, &mut steps);
            (spans, steps)
        });
        let (spans, steps) = expanding.await?;
        self.counters.calendar_steps = steps.of_call;
        Ok(spans.map_err(wit::Error::from).map(|spans| {
            spans.into_iter().map(|span| practice::Span { start: span.start.0, end: span.end.0 }).collect()
        }))
    }

    async fn to_instant(&mut self, civil: String, zone: String) -> wasmtime::Result<Result<Vec<i64>, wit::Error>> {
        let instants = to_instant(&civil, &zone).map_err(wit::Error::from);
        Ok(instants.map(|instants| instants.into_iter().map(|at| at.0).collect()))
    }

    async fn to_civil(&mut self, at: i64, zone: String) -> wasmtime::Result<Result<String, wit::Error>> {
        Ok(to_civil(Instant(at), &zone).map_err(wit::Error::from))
    }

    async fn now(&mut self) -> wasmtime::Result<i64> {
        Ok(self.services.clock.now().0)
    }
}

impl From<Error> for wit::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::UnknownZone(zone) => Self::UnknownZone(zone),
            Error::InvalidRule(rule, why) => Self::InvalidRule((rule, why)),
            Error::InvalidCivil(text) => Self::InvalidCivil(text),
            Error::OutOfRange(what) => Self::OutOfRange(what),
            Error::TooCostly(what) => Self::TooCostly(what),
        }
    }
}
