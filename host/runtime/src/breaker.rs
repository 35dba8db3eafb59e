//! Suspends a feature whose plugin keeps failing, so that callers get an answer
//! at once and the plugin's server some rest.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use greffon_core::ports::clock::Clock;
use greffon_core::time::Instant;
use greffon_kinds::PluginKind;

use crate::metrics;

/// When a breaker opens and tries again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerConfig {
    /// Failures in a row that open it. At least 1.
    pub failures: u32,
    /// How long it stays open before one call is tried.
    pub cool_down: Duration,
}

impl Default for BreakerConfig {
    fn default() -> Self {
        Self { failures: 5, cool_down: Duration::from_secs(30) }
    }
}

/// The breaker of one feature of one practice. Traps, exhausted limits and
/// time-outs count; a plugin's own errors do not.
#[derive(Debug)]
pub(crate) struct Breaker {
    kind: PluginKind,
    config: BreakerConfig,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Closed {
        failures: u32,
    },
    Open {
        until: Instant,
    },
    /// One call is trying; it has until then to tell.
    Trying {
        until: Instant,
    },
}

/// What to tell the breaker of a call that it let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The guest answered, be it with an error of its own.
    Answered,
    /// It trapped, or reached a limit.
    Failed,
    /// It never ran: nothing is learnt.
    NotRun,
}

impl Breaker {
    pub(crate) fn new(kind: PluginKind, config: BreakerConfig) -> Self {
        Self { kind, config, state: Mutex::new(State::Closed { failures: 0 }) }
    }

    /// Whether a call may go. In the half-open state one may, until it reports
    /// or a cool-down has passed without a word.
    pub(crate) fn admits(&self, clock: &dyn Clock) -> bool {
        let now = clock.now();
        let mut state = self.lock();
        match *state {
            State::Closed { .. } => true,
            State::Open { until } | State::Trying { until } if now >= until => {
                *state = State::Trying { until: now + self.config.cool_down };
                true
            }
            State::Open { .. } | State::Trying { .. } => {
                metrics::refused(self.kind);
                false
            }
        }
    }

    /// Learns from a call. Says whether the breaker opened now.
    pub(crate) fn report(&self, outcome: Outcome, clock: &dyn Clock) -> bool {
        let mut state = self.lock();
        match (outcome, *state) {
            (Outcome::NotRun, State::Trying { .. }) => *state = State::Open { until: clock.now() },
            // A late word of a call from before it opened.
            (Outcome::NotRun, _) | (_, State::Open { .. }) => {}
            (Outcome::Answered, before) => {
                *state = State::Closed { failures: 0 };
                if !matches!(before, State::Closed { .. }) {
                    metrics::breaker_closed(self.kind);
                }
            }
            (Outcome::Failed, State::Closed { failures }) if failures + 1 < self.config.failures => {
                *state = State::Closed { failures: failures + 1 };
            }
            (Outcome::Failed, before) => {
                *state = State::Open { until: clock.now() + self.config.cool_down };
                metrics::breaker_opened(self.kind, matches!(before, State::Closed { .. }));
                return true;
            }
        }
        false
    }

    /// Whether calls are refused, the one that tries excepted.
    pub(crate) fn is_open(&self) -> bool {
        !matches!(*self.lock(), State::Closed { .. })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        // The state is replaced as a whole, so it is whole whatever panicked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Breaker {
    fn drop(&mut self) {
        if self.is_open() {
            metrics::breaker_closed(self.kind);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    struct ManualClock(AtomicI64);

    impl ManualClock {
        fn pass(&self, time: Duration) {
            self.0.fetch_add(i64::try_from(time.as_millis()).expect("fits"), Ordering::Relaxed);
        }
    }

    impl Clock for ManualClock {
        fn now(&self) -> Instant {
            Instant(self.0.load(Ordering::Relaxed))
        }
    }

    const CONFIG: BreakerConfig = BreakerConfig { failures: 3, cool_down: Duration::from_secs(10) };

    fn opened() -> (Breaker, ManualClock) {
        let (breaker, clock) = (Breaker::new(PluginKind::Agenda, CONFIG), ManualClock(AtomicI64::new(0)));
        for _ in 0..CONFIG.failures {
            assert!(breaker.admits(&clock));
            breaker.report(Outcome::Failed, &clock);
        }
        (breaker, clock)
    }

    #[test]
    fn opens_after_failures_in_a_row() {
        let (breaker, clock) = opened();
        assert!(breaker.is_open());
        assert!(!breaker.admits(&clock));
    }

    #[test]
    fn an_answer_in_between_starts_the_count_anew() {
        let (breaker, clock) = (Breaker::new(PluginKind::Agenda, CONFIG), ManualClock(AtomicI64::new(0)));
        for outcome in [Outcome::Failed, Outcome::Failed, Outcome::Answered, Outcome::Failed, Outcome::Failed] {
            assert!(!breaker.report(outcome, &clock));
        }
        assert!(!breaker.is_open());
        assert!(breaker.report(Outcome::Failed, &clock));
    }

    #[test]
    fn tries_one_call_after_the_cool_down_and_closes_when_it_answers() {
        let (breaker, clock) = opened();
        clock.pass(CONFIG.cool_down - Duration::from_millis(1));
        assert!(!breaker.admits(&clock));
        clock.pass(Duration::from_millis(1));
        assert!(breaker.admits(&clock));
        assert!(!breaker.admits(&clock), "one call at a time");
        breaker.report(Outcome::Answered, &clock);
        assert!(!breaker.is_open());
        assert!(breaker.admits(&clock));
    }

    #[test]
    fn opens_again_when_the_tried_call_fails() {
        let (breaker, clock) = opened();
        clock.pass(CONFIG.cool_down);
        assert!(breaker.admits(&clock));
        assert!(breaker.report(Outcome::Failed, &clock));
        assert!(!breaker.admits(&clock));
    }

    #[test]
    fn a_tried_call_that_never_ran_leaves_the_try_to_the_next() {
        let (breaker, clock) = opened();
        clock.pass(CONFIG.cool_down);
        assert!(breaker.admits(&clock));
        breaker.report(Outcome::NotRun, &clock);
        assert!(breaker.admits(&clock));
    }

    #[test]
    fn a_tried_call_that_never_reports_does_not_block_for_ever() {
        let (breaker, clock) = opened();
        clock.pass(CONFIG.cool_down);
        assert!(breaker.admits(&clock));
        clock.pass(CONFIG.cool_down);
        assert!(breaker.admits(&clock));
    }

    #[test]
    fn a_late_failure_does_not_prolong_the_suspension() {
        let (breaker, clock) = opened();
        clock.pass(CONFIG.cool_down - Duration::from_millis(1));
        breaker.report(Outcome::Failed, &clock);
        clock.pass(Duration::from_millis(1));
        assert!(breaker.admits(&clock));
    }

    #[test]
    fn what_is_suspended_is_counted_until_it_is_tried_with_success_or_bound_anew() {
        let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
        let rendered = recorder.handle();
        let _guard = ::metrics::set_default_local_recorder(&recorder);
        let shows = |line: &str| rendered.render().lines().any(|shown| shown == line);
        let (one, clock) = opened();
        let (other, _) = opened();
        assert!(shows("greffon_plugin_breakers_open{kind=\"agenda\"} 2"));
        clock.pass(CONFIG.cool_down);
        assert!(one.admits(&clock));
        one.report(Outcome::Failed, &clock);
        assert!(!one.admits(&clock));
        assert!(shows("greffon_plugin_breakers_open{kind=\"agenda\"} 2"));
        assert!(shows("greffon_plugin_breaker_openings_total{kind=\"agenda\"} 3"));
        assert!(shows("greffon_plugin_breaker_refusals_total{kind=\"agenda\"} 1"));
        clock.pass(CONFIG.cool_down);
        assert!(one.admits(&clock));
        one.report(Outcome::Answered, &clock);
        assert!(shows("greffon_plugin_breakers_open{kind=\"agenda\"} 1"));
        drop((one, other));
        assert!(shows("greffon_plugin_breakers_open{kind=\"agenda\"} 0"));
    }
}
