//! How much is asked of one origin for one practice, over all its features: the operator's budget, and the rest that
//! the origin itself asks for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use greffon_core::ids::PracticeId;
use greffon_core::ports::clock::Clock;
use greffon_core::time::BootInstant;

use crate::origin::Origin;

/// Requests a minute to one origin for one practice, unless the operator says otherwise: a mirror that is read in full
/// beside a busy desk needs some hundreds.
pub(crate) const REQUESTS_PER_MINUTE: u32 = 3_000;

/// Origins that are remembered before those that are at rest are forgotten.
const REMEMBERED: usize = 1_024;

/// Thousandths of a request: what a millisecond adds to a budget is less than one.
const MILLI: u64 = 1_000;

/// The budgets of all practices.
pub(super) struct Upstreams {
    pub(super) clock: Arc<dyn Clock>,
    /// Also the most at once: a minute's budget can be spent in a second.
    per_minute: u32,
    known: Mutex<HashMap<(PracticeId, Origin), Upstream>>,
}

#[derive(Clone, Copy, Debug)]
struct Upstream {
    /// What may be asked, in thousandths of a request, at `counted_at`.
    left: u64,
    counted_at: BootInstant,
    rests_until: Option<BootInstant>,
}

impl Upstreams {
    pub(super) fn new(clock: Arc<dyn Clock>, per_minute: u32) -> Self {
        Self { clock, per_minute: per_minute.max(1), known: Mutex::default() }
    }

    /// Takes one request out of a budget.
    ///
    /// # Errors
    /// How long to wait: nothing may be asked until then.
    pub(super) fn take(&self, practice: &PracticeId, origin: &Origin) -> Result<(), Duration> {
        let now = self.clock.boot();
        let mut known = self.lock();
        if known.len() >= REMEMBERED {
            let full = u64::from(self.per_minute) * MILLI;
            known.retain(|_, one| one.rest_left(now).is_some() || self.refilled(one, now) < full);
        }
        let fresh = Upstream { left: u64::from(self.per_minute) * MILLI, counted_at: now, rests_until: None };
        let one = known.entry((practice.clone(), origin.clone())).or_insert(fresh);
        if let Some(left) = one.rest_left(now) {
            return Err(left);
        }
        let left = self.refilled(one, now);
        *one = Upstream { left, counted_at: now, rests_until: None };
        match left.checked_sub(MILLI) {
            Some(left) => {
                one.left = left;
                Ok(())
            }
            None => Err(Duration::from_millis(((MILLI - left) * 60).div_ceil(u64::from(self.per_minute)))),
        }
    }

    /// Leaves an origin alone for so long.
    pub(super) fn rest(&self, practice: &PracticeId, origin: &Origin, wait: Duration) {
        let now = self.clock.boot();
        let mut known = self.lock();
        let fresh = Upstream { left: u64::from(self.per_minute) * MILLI, counted_at: now, rests_until: None };
        let one = known.entry((practice.clone(), origin.clone())).or_insert(fresh);
        // Answers of requests that were under way come in any order: the longest rest counts.
        one.rests_until = one.rests_until.max(Some(now + wait));
    }

    /// How long an origin is still left alone; `None` when it may be asked.
    pub(super) fn rest_left(&self, practice: &PracticeId, origin: &Origin) -> Option<Duration> {
        let now = self.clock.boot();
        self.lock().get(&(practice.clone(), origin.clone()))?.rest_left(now)
    }

    /// What a minute's budget has been filled up to, in thousandths of a request.
    fn refilled(&self, one: &Upstream, now: BootInstant) -> u64 {
        let per_minute = u64::from(self.per_minute);
        let gained = now.0.saturating_sub(one.counted_at.0).saturating_mul(per_minute) / 60;
        one.left.saturating_add(gained).min(per_minute * MILLI)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(PracticeId, Origin), Upstream>> {
        // Each change is whole before anything can panic.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Upstream {
    fn rest_left(&self, now: BootInstant) -> Option<Duration> {
        let left = self.rests_until?.0.checked_sub(now.0)?;
        (left > 0).then(|| Duration::from_millis(left))
    }
}

#[cfg(test)]
mod tests {
    use greffon_core::time::Instant;
    use greffon_simulation::ManualClock;

    use super::*;

    fn origin(text: &str) -> Origin {
        text.parse().expect("an origin")
    }

    fn upstreams(per_minute: u32) -> (Upstreams, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::at(Instant(1_000_000)));
        (Upstreams::new(Arc::clone(&clock) as _, per_minute), clock)
    }

    #[test]
    fn a_budget_is_spent_and_filled_again() {
        let (upstreams, clock) = upstreams(60);
        let (practice, dav) = (PracticeId::from("nord"), origin("https://dav.example"));
        for _ in 0..60 {
            assert_eq!(upstreams.take(&practice, &dav), Ok(()));
        }
        assert_eq!(upstreams.take(&practice, &dav), Err(Duration::from_secs(1)));
        clock.advance(Duration::from_millis(999));
        assert_eq!(upstreams.take(&practice, &dav), Err(Duration::from_millis(1)));
        clock.advance(Duration::from_millis(1));
        assert_eq!(upstreams.take(&practice, &dav), Ok(()));
        clock.advance(Duration::from_secs(86_400));
        let taken = (0..100).filter(|_| upstreams.take(&practice, &dav).is_ok()).count();
        assert_eq!(taken, 60, "no more than a minute's is kept");
    }

    #[test]
    fn a_budget_is_of_one_practice_and_one_origin() {
        let (upstreams, _) = upstreams(1);
        let (nord, sud) = (PracticeId::from("nord"), PracticeId::from("sud"));
        let (dav, sms) = (origin("https://dav.example"), origin("https://sms.example"));
        assert_eq!(upstreams.take(&nord, &dav), Ok(()));
        assert!(upstreams.take(&nord, &dav).is_err());
        assert_eq!(upstreams.take(&nord, &sms), Ok(()));
        assert_eq!(upstreams.take(&sud, &dav), Ok(()));
    }

    #[test]
    fn who_asks_for_rest_is_left_alone_until_then() {
        let (upstreams, clock) = upstreams(600);
        let (practice, dav) = (PracticeId::from("nord"), origin("https://dav.example"));
        upstreams.rest(&practice, &dav, Duration::from_secs(60));
        upstreams.rest(&practice, &dav, Duration::from_secs(5));
        assert_eq!(upstreams.take(&practice, &dav), Err(Duration::from_secs(60)));
        assert_eq!(upstreams.rest_left(&practice, &dav), Some(Duration::from_secs(60)));
        clock.advance(Duration::from_millis(59_999));
        assert_eq!(upstreams.take(&practice, &dav), Err(Duration::from_millis(1)));
        clock.advance(Duration::from_millis(1));
        assert_eq!((upstreams.take(&practice, &dav), upstreams.rest_left(&practice, &dav)), (Ok(()), None));
    }

    #[test]
    fn what_is_at_rest_is_forgotten() {
        let (upstreams, clock) = upstreams(60);
        let practice = PracticeId::from("nord");
        for number in 0..REMEMBERED {
            upstreams.take(&practice, &origin(&format!("https://s{number}.example"))).expect("fresh");
        }
        clock.advance(Duration::from_secs(1));
        upstreams.take(&practice, &origin("https://one-more.example")).expect("fresh");
        assert_eq!(upstreams.lock().len(), 1);
    }
}
