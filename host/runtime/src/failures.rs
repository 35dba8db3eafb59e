//! The last failure of a binding: for the API, and told to the log and the metrics without a flood.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use greffon_core::model::outside_failure::{FailureClass, LastFailure, OutsideFailure};
use greffon_core::time::Instant;

use crate::metrics;
use crate::state::Bound;
use crate::trail::Conclusion;

/// How long the log says nothing more of a failure of the same class.
const QUIET: Duration = Duration::from_secs(600);

/// The last failure of one binding.
#[derive(Debug, Default)]
pub(crate) struct Failures(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    last: Option<LastFailure>,
    said: Option<Said>,
}

#[derive(Clone, Copy, Debug)]
struct Said {
    class: FailureClass,
    at: Instant,
    /// Failures of which the log says nothing.
    unsaid: u32,
    /// Whether it says that this is over.
    over: bool,
}

/// What goes to the log.
#[derive(Debug, PartialEq, Eq)]
enum Line {
    Failed { unsaid: u32 },
    Over,
}

impl Failures {
    /// What the last failure was.
    pub(crate) fn last(&self) -> Option<LastFailure> {
        self.lock().last.clone()
    }

    /// Learns what a call of `function` says of the world outside.
    pub(crate) fn learn(&self, bound: &Bound, function: &'static str, concluded: &Conclusion, now: Instant) {
        if let Conclusion::Failed(failure) = concluded {
            metrics::failed_outside(bound.kind, failure.class);
        }
        match self.note(concluded, now) {
            None => {}
            Some(Line::Failed { unsaid }) => {
                let Conclusion::Failed(OutsideFailure { class, origin, status }) = concluded else { return };
                tracing::warn!(
                    practice.id = %bound.practice, feature = %bound.feature, plugin.name = bound.plugin, function,
                    failure.class = class.as_str(), http.origin = origin.as_deref().unwrap_or_default(),
                    http.status = status, unsaid,
                    "what feature \"{}\" asks outside fails: {}", bound.feature, class.as_str(),
                );
            }
            Some(Line::Over) => tracing::info!(
                practice.id = %bound.practice, feature = %bound.feature, plugin.name = bound.plugin,
                "what feature \"{}\" asks outside answers again", bound.feature,
            ),
        }
    }

    fn note(&self, concluded: &Conclusion, now: Instant) -> Option<Line> {
        let mut state = self.lock();
        match concluded {
            Conclusion::Failed(failure) => {
                state.last = Some(LastFailure { failure: failure.clone(), at: now, over_at: None });
                let unsaid = match &mut state.said {
                    Some(said) if said.class == failure.class && now < said.at + QUIET => {
                        said.unsaid = said.unsaid.saturating_add(1);
                        return None;
                    }
                    said => said.map_or(0, |said| said.unsaid),
                };
                state.said = Some(Said { class: failure.class, at: now, unsaid: 0, over: false });
                Some(Line::Failed { unsaid })
            }
            Conclusion::Well | Conclusion::Nothing => {
                let last = state.last.as_mut().filter(|last| last.over_at.is_none())?;
                // A call that asked nobody says nothing of somebody who did not answer.
                if *concluded == Conclusion::Nothing && last.failure.origin.is_some() {
                    return None;
                }
                last.over_at = Some(now);
                // What comes and goes is over once for each time that it is said to have come.
                let said = state.said.as_mut().filter(|said| !said.over)?;
                said.over = true;
                Some(Line::Over)
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        // Each change is whole before anything can panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(class: FailureClass) -> Conclusion {
        let origin = Some("https://dav.example".to_owned());
        Conclusion::Failed(OutsideFailure { class, origin, status: None })
    }

    #[test]
    fn an_agenda_that_is_down_for_an_hour_is_a_handful_of_lines() {
        let failures = Failures::default();
        let lines: Vec<_> = (0..3_600)
            .filter_map(|second| failures.note(&failed(FailureClass::Connection), Instant(second * 1_000)))
            .collect();
        assert_eq!(lines.len(), 6);
        assert_eq!(lines[..2], [Line::Failed { unsaid: 0 }, Line::Failed { unsaid: 599 }]);
    }

    #[test]
    fn another_class_is_said_at_once() {
        let failures = Failures::default();
        assert!(failures.note(&failed(FailureClass::Connection), Instant(0)).is_some());
        assert!(failures.note(&failed(FailureClass::Connection), Instant(1)).is_none());
        assert_eq!(failures.note(&failed(FailureClass::Tls), Instant(2)), Some(Line::Failed { unsaid: 1 }));
    }

    #[test]
    fn what_flickers_does_not_flood_either() {
        let failures = Failures::default();
        let lines = (0..1_000).filter_map(|milli| {
            let concluded = if milli % 2 == 0 { failed(FailureClass::TimeOut) } else { Conclusion::Well };
            failures.note(&concluded, Instant(milli))
        });
        assert_eq!(lines.collect::<Vec<_>>(), [Line::Failed { unsaid: 0 }, Line::Over]);
    }

    #[test]
    fn it_is_over_when_somebody_who_was_asked_answers() {
        let failures = Failures::default();
        failures.note(&failed(FailureClass::Name), Instant(1));
        failures.note(&Conclusion::Nothing, Instant(2));
        assert_eq!(failures.last().expect("a failure").over_at, None);
        failures.note(&Conclusion::Well, Instant(3));
        failures.note(&Conclusion::Well, Instant(4));
        let last = failures.last().expect("a failure");
        assert_eq!((last.at, last.over_at, last.failure.class), (Instant(1), Some(Instant(3)), FailureClass::Name));
        failures.note(&Conclusion::Failed(OutsideFailure::of(FailureClass::Unknown)), Instant(5));
        failures.note(&Conclusion::Nothing, Instant(6));
        assert_eq!(failures.last().expect("a failure").over_at, Some(Instant(6)));
    }
}
