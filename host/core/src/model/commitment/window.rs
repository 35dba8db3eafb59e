//! For which hour a call-back is promised: in a window of its owner that has room, and never
//! later than it may be.

use super::Commitment;
use crate::model::absence::ReportedAbsence;
use crate::model::care::Level;
use crate::model::civil::Zone;
use crate::model::holidays::Closures;
use crate::model::practice::{LONGEST_DELAYS, Practice};
use crate::model::recipients::absences;
use crate::time::{Instant, Span};

/// A window that ends sooner than this takes no new call-back, in minutes.
pub(super) const LEAST_MIN: i64 = 10;

/// No call-back of this level is promised later, in minutes from now.
#[must_use]
pub fn longest_callback_min(level: Level) -> i64 {
    i64::from(match level {
        Level::Vital | Level::VeryUrgent => LONGEST_DELAYS.urgent_decision_min,
        Level::SameDay => LONGEST_DELAYS.decision_min,
        Level::Soon | Level::Routine => LONGEST_DELAYS.answer_min,
    })
}

/// One time at which an owner calls back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackWindow {
    /// Whose.
    pub owner: String,
    /// When.
    pub span: Span,
    /// How many call-backs fit.
    pub room: u32,
    /// How many are promised and still open.
    pub promised: u32,
}

impl CallbackWindow {
    /// How many more may be promised; of a window that has begun, as many as fit into what is
    /// left of it. Negative when more are promised than fit.
    #[must_use]
    pub fn left(&self, now: Instant) -> i64 {
        let whole_ms = self.span.end.millis_since(self.span.start).max(1);
        let left_ms = self.span.end.millis_since(self.span.start.max(now)).clamp(0, whole_ms);
        i64::from(self.room).saturating_mul(left_ms) / whole_ms - i64::from(self.promised)
    }

    /// Whether an open promise is to be kept in it: a call-back of this owner that is due by
    /// its end, also one that was promised for that hour without it.
    fn takes(&self, open: &Commitment) -> bool {
        open.is_callback() && open.owner == self.owner && self.span.start < open.due && open.due <= self.span.end
    }
}

/// Whether call-backs of this owner wait for a window at all.
#[must_use]
pub fn has_callback_windows(practice: &Practice, owner: &str) -> bool {
    practice.callback_windows.iter().any(|one| one.owner == owner)
}

/// The windows that end within `time`, earliest first, those of one owner or of all, with
/// what is promised in them among these open promises. There are none on days on which their
/// site is closed, and none while their owner is away, by the practice's file or as it was `told`.
#[must_use]
pub fn callback_windows(
    practice: &Practice,
    owner: Option<&str>,
    time: Span,
    open: &[Commitment],
    told: &[ReportedAbsence],
) -> Vec<CallbackWindow> {
    let zone = Zone::of(practice);
    let never_closed = Closures::default();
    let mut found = Vec::new();
    for declared in practice.callback_windows.iter().filter(|one| owner.is_none_or(|owner| one.owner == owner)) {
        let away = absences(practice, &declared.owner, told);
        let closures = practice.site(&declared.site).map_or(&never_closed, |site| &site.closures);
        for span in zone.each_period(&declared.hours, closures, time) {
            if span.end > time.end || away.iter().any(|away| away.overlaps(&span)) {
                continue;
            }
            let mut window = CallbackWindow { owner: declared.owner.clone(), span, room: declared.room, promised: 0 };
            window.promised = open.iter().filter(|one| window.takes(one)).fold(0, |sum: u32, _| sum.saturating_add(1));
            found.push(window);
        }
    }
    found.sort_by(|one, other| (one.span.start, &one.owner).cmp(&(other.span.start, &other.owner)));
    found
}

/// The hour of a call-back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallbackHour {
    /// Until when.
    pub due: Instant,
    /// In which window; at any time until then when absent.
    pub window: Option<Span>,
    /// No window had room in time: it comes on top of what fits.
    pub beyond_room: bool,
}

/// The hour of a call-back that may not be later than `latest`: the earliest window with room
/// that ends in time. Without one it goes beyond the room, and not beyond `latest`: into the
/// window that is the least full, or else, when none ends in time, to `latest` or the last
/// moment before it at which somebody is there. `opening` is sorted.
#[must_use]
pub fn callback_hour(now: Instant, latest: Instant, windows: &[CallbackWindow], opening: &[Span]) -> CallbackHour {
    let soonest_end = now.plus_minutes(LEAST_MIN);
    let in_time: Vec<&CallbackWindow> =
        windows.iter().filter(|one| soonest_end <= one.span.end && one.span.end <= latest).collect();
    let within = |window: &CallbackWindow, beyond_room| CallbackHour {
        due: window.span.end,
        window: Some(window.span),
        beyond_room,
    };
    if let Some(window) = in_time.iter().find(|one| one.left(now) > 0) {
        return within(window, false);
    }
    // The first of those that are equally full: `max_by_key` would take the last.
    if let Some(window) = in_time.iter().rev().max_by_key(|one| one.left(now)) {
        return within(window, true);
    }
    CallbackHour { due: attended(latest, soonest_end, opening), window: None, beyond_room: true }
}

/// This instant, or the last before it at which somebody is there, but not before `soonest`.
/// `opening` is sorted.
#[must_use]
pub fn attended(latest: Instant, soonest: Instant, opening: &[Span]) -> Instant {
    let before = opening.iter().take_while(|period| period.start < latest).last();
    before.map(|period| period.end.min(latest)).filter(|end| *end >= soonest).unwrap_or(latest)
}
