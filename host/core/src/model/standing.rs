//! Whether an appointment stands in its agenda as greffon knows it. The agenda is the
//! practitioner's too: what is moved, struck out or written over there is seen by looking, and
//! the practitioner's word counts.

use serde::{Deserialize, Serialize};

use super::scheduling::{AgendaAppointment, AgendaError, AppointmentStatus, Found};
use crate::ids::IntentId;
use crate::time::{Instant, Span};

/// When an appointment is looked at again after greffon wrote it, in milliseconds: somebody who
/// wrote into the agenda at the same moment is seen by the first look or the second, a slow
/// copy between two servers by the third.
pub const LOOK_AGAIN_MS: [i64; 3] = [3_000, 30_000, 300_000];

/// How long a difference must stand before anybody is told, in milliseconds: what is dragged
/// away and back again is nothing.
pub const STANDS_FOR_MS: i64 = 10 * 60_000;

/// An appointment that greffon wrote less than this ago, or that begins within
/// [`SOON_MS`], does not wait: somebody is on the line, or on the way.
const YOUNG_MS: i64 = 10 * 60_000;

/// See [`YOUNG_MS`].
const SOON_MS: i64 = 2 * 3_600_000;

/// For how long news waits for the first look at the agenda, in milliseconds: the write itself was
/// confirmed, and an agenda that is down for longer keeps nobody from being told.
const LOOK_AWAITED_MS: i64 = 10 * 60_000;

/// Two sights of an absence are at least so far apart, in milliseconds: an agenda may show
/// what was written later than it holds it.
const ABSENT_TWICE_MS: i64 = 10_000;

/// The pause before an agenda that gave no answer is asked again, in milliseconds; and after an hour.
const UNREADABLE_AGAIN_MS: [i64; 2] = [60_000, 15 * 60_000];

/// How long an agenda that gives no answer is asked about one appointment, in milliseconds. What
/// has not been seen by then is seen when all of the agenda is compared.
const UNREADABLE_FOR_MS: i64 = 24 * 3_600_000;

/// What looks at the agenda have shown of an appointment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Standing {
    /// When greffon last wrote it into the agenda.
    pub written_at: Option<Instant>,
    /// How many times the agenda was read since then.
    pub looks: u32,
    /// What was seen and is not told yet.
    pub seen: Option<Seen>,
    /// Since when the agenda gives no answer when it is asked.
    pub unreadable_since: Option<Instant>,
    /// Somebody was told that an entry of somebody else's has a part of its time.
    pub double: bool,
    /// The intents that keep other times free for the patient until somebody has decided.
    pub kept: Vec<IntentId>,
    /// Somebody was told that only a person can tell whether it stands.
    pub unclear: bool,
    /// It was called off in the agenda, and not through greffon.
    pub struck_out: bool,
    /// When greffon last followed what somebody did to it in the agenda: what was written to
    /// anybody before then is not true any more.
    pub followed_at: Option<Instant>,
}

impl Standing {
    /// As it is once greffon has written the appointment.
    #[must_use]
    pub fn written(at: Instant) -> Self {
        Self { written_at: Some(at), ..Self::default() }
    }

    /// When the agenda is looked at next by itself; `None` when nobody looks.
    #[must_use]
    pub fn next_look(&self) -> Option<Instant> {
        let after = LOOK_AGAIN_MS.get(usize::try_from(self.looks).ok()?)?;
        self.written_at.map(|at| at.plus_millis(*after))
    }

    /// When the look is due that news of what was written waits for; `None` once nothing waits.
    #[must_use]
    pub fn news_awaits(&self, now: Instant) -> Option<Instant> {
        // By the clock of whoever wrote it, which may be ahead.
        let written_at = self.written_at.map(|at| at.min(now));
        let since = written_at.filter(|at| self.looks == 0 && now.millis_since(*at) < LOOK_AWAITED_MS);
        since.map(|at| at.plus_millis(LOOK_AGAIN_MS[0]))
    }
}

/// A difference, and since when it has been seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// What differs.
    pub difference: Difference,
    /// The first look that showed it, without another one between.
    pub since: Instant,
    /// Somebody wanted to change the appointment and could not, because of it.
    #[serde(default)]
    pub somebody_waits: bool,
}

/// How the agenda differs from what greffon knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Difference {
    /// It has another time in the same agenda.
    Moved(Span),
    /// It is there no more, or struck out.
    Gone,
    /// An entry of somebody else's has a part of its time.
    Double,
    /// What is there can be taken for it or not: only a person can tell.
    Unclear,
}

impl Difference {
    /// The word in the journal.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Moved(_) => "moved",
            Self::Gone => "gone",
            Self::Double => "double",
            Self::Unclear => "unclear",
        }
    }
}

/// What one look showed.
#[derive(Clone, Debug, PartialEq)]
pub enum Look {
    /// It stands where it should; perhaps with a note that it had not.
    Same(Box<AgendaAppointment>),
    /// It has another time.
    Moved(Box<AgendaAppointment>),
    /// It stands where it should, and somebody else has a part of its time.
    Double(Box<AgendaAppointment>),
    /// It is not there, by a complete read.
    Gone,
    /// Several entries could be it, or another one than it should be.
    Unclear,
    /// The agenda gave no answer.
    Unreadable,
}

/// Whether an appointment of this status takes no time any more.
#[must_use]
pub fn is_gone(status: AppointmentStatus) -> bool {
    matches!(status, AppointmentStatus::Cancelled | AppointmentStatus::EnteredInError)
}

/// Whether `now` is the same appointment with another note, title or version: nothing that
/// keeps anybody from changing it.
#[must_use]
pub fn is_same_visit(known: &AgendaAppointment, now: &AgendaAppointment) -> bool {
    stands_alike(known, now) && known.status == now.status
}

/// Whether `now` is the same appointment at the same time, however far it has come.
#[must_use]
pub fn stands_alike(known: &AgendaAppointment, now: &AgendaAppointment) -> bool {
    known.id == now.id && known.agenda == now.agenda && known.span == now.span && !is_gone(now.status)
}

/// Reads a look-up of an appointment that stands as far as greffon knows. What an agenda says
/// is believed only of an entry of the same name in the same agenda.
#[must_use]
pub fn read_look(known: &AgendaAppointment, found: Result<Found, AgendaError>) -> Look {
    match found {
        Ok(Found::Absent) => Look::Gone,
        Ok(Found::Present(held)) => read_entry(known, held),
        Ok(Found::Ambiguous(all)) => {
            let mut own = all.iter().filter(|one| one.id == known.id && !is_gone(one.status));
            let (Some(held), None) = (own.next(), own.next()) else { return Look::Unclear };
            let beside = |one: &AgendaAppointment| {
                one.id != held.id && !one.ours && !is_gone(one.status) && one.span.overlaps(&held.span)
            };
            match read_entry(known, held.clone()) {
                Look::Same(held) if all.iter().any(beside) => Look::Double(held),
                other => other,
            }
        }
        Err(_) => Look::Unreadable,
    }
}

fn read_entry(known: &AgendaAppointment, held: AgendaAppointment) -> Look {
    if held.id != known.id {
        return Look::Unclear;
    }
    if is_gone(held.status) {
        return Look::Gone;
    }
    if stands_alike(known, &held) {
        return Look::Same(Box::new(held));
    }
    if held.agenda != known.agenda || held.span.start >= held.span.end {
        return Look::Unclear;
    }
    Look::Moved(Box::new(held))
}

/// What follows from a look.
#[derive(Clone, Debug, PartialEq)]
pub enum Follow {
    /// Nothing.
    Nothing,
    /// Keep what the agenda holds: nobody needs to know.
    Keep(Box<AgendaAppointment>),
    /// Follow the agenda, and have a person told.
    Tell(Difference, Option<Box<AgendaAppointment>>),
}

/// How much of a hurry there is to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Haste {
    /// Nobody waits.
    None,
    /// Somebody is about to change the appointment, and saw it as greffon knows it.
    SomebodyWaits,
}

/// Decides what follows from a look at an appointment that stands, and when to look again, from
/// now in milliseconds. The agenda was asked at `asked_at`: what was seen counts from the instant at
/// which it is stored, and until the instant at which it was asked for.
#[must_use]
pub fn decide(
    known: &AgendaAppointment,
    standing: &Standing,
    look: Look,
    haste: Haste,
    asked_at: Instant,
    now: Instant,
) -> (Standing, Follow, Option<i64>) {
    let mut next = standing.clone();
    if look != Look::Unreadable {
        next.unreadable_since = None;
    }
    let (difference, held) = match look {
        Look::Unreadable => {
            // There was a reason to look, which nobody may tell a second time.
            let asked_for = now.millis_since((*next.unreadable_since.get_or_insert(now)).min(now));
            let pause_ms = UNREADABLE_AGAIN_MS[usize::from(asked_for > 3_600_000)];
            let again = (asked_for < UNREADABLE_FOR_MS).then_some(pause_ms);
            // Whoever has a reason to look later begins anew.
            next.unreadable_since = next.unreadable_since.filter(|_| again.is_some());
            return (next, Follow::Nothing, again);
        }
        Look::Same(held) => {
            next.looks = next.looks.saturating_add(1);
            next.seen = None;
            next.double = false;
            next.kept.clear();
            next.unclear = false;
            let follow = if *held == *known { Follow::Nothing } else { Follow::Keep(held) };
            let again = from_now(&next, now);
            return (next, follow, again);
        }
        Look::Double(held) if standing.double => {
            next.looks = next.looks.saturating_add(1);
            let again = from_now(&next, now);
            return (next, Follow::Keep(held), again);
        }
        Look::Unclear if standing.unclear => {
            next.looks = next.looks.saturating_add(1);
            let again = from_now(&next, now);
            return (next, Follow::Nothing, again);
        }
        Look::Double(held) => (Difference::Double, Some(held)),
        Look::Moved(held) => (Difference::Moved(held.span), Some(held)),
        Look::Gone => (Difference::Gone, None),
        Look::Unclear => (Difference::Unclear, None),
    };
    // Another node may have seen it first, by a clock that is ahead.
    let since = standing.seen.filter(|seen| seen.difference == difference).map_or(now, |seen| seen.since.min(now));
    let somebody_waits = haste == Haste::SomebodyWaits || standing.seen.is_some_and(|seen| seen.somebody_waits);
    let haste = if somebody_waits { Haste::SomebodyWaits } else { Haste::None };
    let stands_for_ms = stands_for_ms(known, standing, difference, haste, now);
    let tell_at = since.plus_millis(stands_for_ms);
    next.looks = next.looks.saturating_add(1);
    if stands_for_ms > 0 && asked_at < tell_at {
        next.seen = Some(Seen { difference, since, somebody_waits });
        return (next, Follow::Nothing, Some(tell_at.millis_since(now)));
    }
    next.seen = None;
    next.double = difference == Difference::Double;
    next.kept.clear();
    next.unclear = difference == Difference::Unclear;
    if matches!(difference, Difference::Moved(_) | Difference::Gone) {
        next.followed_at = Some(now);
        next.struck_out = difference == Difference::Gone;
    }
    let again = from_now(&next, now).filter(|_| difference == Difference::Double);
    (next, Follow::Tell(difference, held), again)
}

/// How long a difference must have been seen before it is told.
fn stands_for_ms(
    known: &AgendaAppointment,
    standing: &Standing,
    difference: Difference,
    haste: Haste,
    now: Instant,
) -> i64 {
    let young = standing.written_at.is_some_and(|at| now.millis_since(at) < YOUNG_MS);
    let starts = match difference {
        Difference::Moved(to) => known.span.start.min(to.start),
        _ => known.span.start,
    };
    let soon = starts.millis_since(now) < SOON_MS;
    match difference {
        Difference::Double => 0,
        Difference::Moved(_) if haste == Haste::SomebodyWaits => 0,
        Difference::Gone | Difference::Unclear if haste == Haste::SomebodyWaits || young || soon => ABSENT_TWICE_MS,
        Difference::Moved(_) if young || soon => 0,
        _ => STANDS_FOR_MS,
    }
}

fn from_now(standing: &Standing, now: Instant) -> Option<i64> {
    // What a node wrote whose clock is ahead was written now, at the latest.
    let standing = Standing { written_at: standing.written_at.map(|at| at.min(now)), ..standing.clone() };
    standing.next_look().map(|at| at.millis_since(now).max(0))
}

#[cfg(test)]
mod tests;
