//! Which starts of an agenda may be offered, and whether one that was chosen
//! may still be booked. Pure: the same rules serve the search and the booking,
//! so that what is offered is never refused for a rule.
//!
//! The rules, in the order in which they are checked and named:
//!
//! | rule | what it wants |
//! | --- | --- |
//! | `Duration` | the motive has a length |
//! | `PatientType` | the motive is for this patient; not knowing is not enough |
//! | `Notice`, `Horizon` | not in the past, not too soon, not after the last civil day |
//! | `Closed` | the practitioner offers the motive; the whole appointment lies in one opening period |
//! | `Absence` | the whole appointment lies outside every absence |
//! | `Reserved` | no part of it lies in hours that are still kept for other motives |
//! | `Grid` | a start on a multiple of the grid since civil midnight, or the start of a slot that the agenda itself serves |
//! | `Audience` | a served slot is for this audience |
//! | `Quota` | not more of the motive that civil day with the practitioner |
//! | `ResourceBusy` | nobody else in the agenda or in a live claim, and inside a served slot where the agenda serves them |
//! | `Buffer` | nobody else in the minutes kept free before and after |
//! | `Resource` | a room and a device of each kind that the motive takes, free and in order for the appointment with its buffers |
//!
//! Buffers may lie outside opening hours and inside absences: a room is cleaned
//! after closing. They may not lie on somebody else's time or buffers.

mod wishes;

use greffon_words::{Text, rules, times};
use jiff::ToSpan;
use jiff::civil::Date;
pub use wishes::{HalfDay, SlotWishes, Weekday};

use super::civil::{MINUTES_PER_DAY, Zone, clock_text, duration_text, monday_first};
use super::practice::{Motive, Practitioner, PractitionerAgenda, ReservedHours};
use super::reserved::Kept;
use super::resources::{Choice, pick};
use super::scheduling::{Audience, PatientRule, Rule, Slot, SlotState};
use crate::ids::ResourceId;
use crate::time::{Instant, Span};

/// One practitioner's agenda, one motive, one patient, at one instant.
#[derive(Clone, Copy, Debug)]
pub struct Desk<'a> {
    /// Zone of the practice.
    pub zone: &'a Zone,
    /// With whom.
    pub practitioner: &'a Practitioner,
    /// Which of their agendas.
    pub agenda: &'a PractitionerAgenda,
    /// What for.
    pub motive: &'a Motive,
    /// For whom.
    pub asker: Asker,
    /// Now.
    pub now: Instant,
    /// What is taken, by the agenda's and by the database's account. For a move,
    /// without the appointment that is being moved.
    pub taken: &'a [Taken],
    /// Hours that the practice keeps for some motives.
    pub reserved: &'a [ReservedHours],
    /// When the practitioner is not there, beside the absences of the file.
    pub away: &'a [Span],
    /// Rooms and devices that the motive takes, one of each choice. For a move, without what the
    /// appointment itself takes.
    pub resources: &'a [Choice<'a>],
    /// Starts of live appointments and intents of this motive with this
    /// practitioner, for the quota of a day; each once.
    pub motive_starts: &'a [Instant],
    /// Free slots of an agenda that serves them itself; `None` for one that
    /// tells what is not free.
    pub served: Option<&'a [Slot]>,
}

impl Desk<'_> {
    /// Minutes with the patient, with this practitioner at this site.
    fn duration_min(&self) -> u32 {
        self.motive.duration_at(&self.practitioner.id, &self.agenda.site)
    }
}

/// What counts of a patient for the rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asker {
    /// Whether the practice knows them; `None` when nobody asked, or it cannot be told.
    pub known: Option<bool>,
    /// Whether it cannot be told because the registry has several who are like them.
    pub doubtful: bool,
    /// Whether a professional sends them.
    pub referred: bool,
    /// What slots they may be given, in agendas that serve slots.
    pub audience: Audience,
}

/// A stretch of time that is not free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// An entry of the agenda, without buffers: the agenda knows of none.
    Entry(Span),
    /// A live claim of the database, with its buffers.
    Claim {
        /// Which seat.
        seat: u32,
        /// With its buffers.
        span: Span,
    },
}

impl Taken {
    fn span(&self) -> Span {
        match self {
            Self::Entry(span) | Self::Claim { span, .. } => *span,
        }
    }
}

/// What a booking at an accepted start takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fit {
    /// The appointment.
    pub span: Span,
    /// What its claim must cover: the appointment with its buffers.
    pub claimed: Span,
    /// The first free seat, from 0.
    pub seat: u32,
    /// How many seats are free, this one included.
    pub seats_left: u32,
    /// Which rooms and devices.
    pub resources: Vec<ResourceId>,
}

/// Why a start may not be booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Which rule.
    pub rule: Rule,
    /// One sentence for whoever holds the line. No personal data.
    pub why: Text,
}

impl Broken {
    /// Whether somebody else's time is in the way, rather than a rule.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        matches!(self.rule, Rule::ResourceBusy | Rule::Buffer)
    }
}

/// Free slots that start inside `window` as it is wished for, earliest first, at most `limit`.
/// Every one of them passes [`check`]. Empty when the motive is not for this
/// patient or not offered by this practitioner.
#[must_use]
pub fn free_slots(desk: &Desk<'_>, wishes: &SlotWishes, window: Span, limit: u32) -> Vec<Slot> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let Some(window) = reachable(desk, window) else { return Vec::new() };
    if limit == 0 || offered_to(desk).is_err() {
        return Vec::new();
    }
    let rules = Rules::of(desk, window);
    let mut slots = Vec::new();
    for start in rules.candidates(window).filter(|start| wishes.are_met(desk.zone, *start)) {
        if slots.len() == limit {
            break;
        }
        if let Ok((fit, served)) = rules.fit(start) {
            slots.push(slot(desk, &fit, served));
        }
    }
    slots
}

/// Checks every rule for one start.
///
/// # Errors
/// The first broken rule, in the order of the module's table.
pub fn check(desk: &Desk<'_>, start: Instant) -> Result<Fit, Broken> {
    offered_to(desk)?;
    let end = start.plus_minutes(i64::from(desk.duration_min()));
    Rules::of(desk, Span { start, end }).fit(start).map(|(fit, _)| fit)
}

/// The rules that depend on neither start nor agenda.
fn offered_to(desk: &Desk<'_>) -> Result<(), Broken> {
    let motive = desk.motive;
    if !(1..=u32::from(MINUTES_PER_DAY)).contains(&desk.duration_min()) {
        return broken(Rule::Duration, rules::no_duration(&motive.label));
    }
    is_for(motive, desk.asker)?;
    if !motive.practitioners.is_empty() && !motive.practitioners.contains(&desk.practitioner.id) {
        return broken(Rule::Closed, rules::not_offered(&motive.label, &desk.practitioner.name));
    }
    Ok(())
}

/// Checks whether a motive is for this patient. Not knowing is not enough, and what is to be
/// found out first is said.
///
/// # Errors
/// The broken rule, `PatientType`.
pub fn is_for(motive: &Motive, asker: Asker) -> Result<(), Broken> {
    let label = motive.label.as_str();
    let why = match (motive.patients, asker.known) {
        (PatientRule::KnownOnly, Some(true)) | (PatientRule::NewOnly, Some(false)) | (PatientRule::Any, _) => {
            return Ok(());
        }
        (PatientRule::ReferredOnly, _) if asker.referred => return Ok(()),
        (PatientRule::ReferredOnly, _) => rules::referred_only(label),
        (PatientRule::KnownOnly | PatientRule::NewOnly, None) if asker.doubtful => rules::patient_doubtful(label),
        (PatientRule::KnownOnly | PatientRule::NewOnly, None) => rules::patient_unasked(label),
        (PatientRule::KnownOnly, Some(false)) => rules::known_only(label),
        (PatientRule::NewOnly, Some(true)) => rules::new_only(label),
    };
    broken(Rule::PatientType, why)
}

/// The part of a window in which a start can respect notice and horizon.
fn reachable(desk: &Desk<'_>, window: Span) -> Option<Span> {
    Span::new(window.start.max(earliest(desk)), window.end.min(desk.zone.day(last_day(desk)).end))
}

fn earliest(desk: &Desk<'_>) -> Instant {
    desk.now.plus_minutes(i64::from(desk.motive.min_notice_min))
}

/// Horizons count civil days: with 1, the whole of tomorrow can be booked. Ten
/// years bound what a file may ask for.
fn last_day(desk: &Desk<'_>) -> Date {
    let days = i64::from(desk.motive.max_horizon_days.min(3660));
    desk.zone.date(desk.now).saturating_add(days.days())
}

/// What the rules need around a window, computed once.
struct Rules<'a> {
    desk: &'a Desk<'a>,
    open: Vec<Span>,
    absences: Vec<Span>,
    kept: Kept<'a>,
}

impl<'a> Rules<'a> {
    fn of(desk: &'a Desk<'a>, window: Span) -> Self {
        // An appointment that starts in the window may end after it.
        let around = window.widened(0, desk.duration_min());
        let open = desk.zone.open_periods(&desk.agenda.hours, around);
        let absences = desk.practitioner.absences.iter().filter_map(|absence| desk.zone.away(absence));
        let whose = (&desk.practitioner.id, &desk.agenda.site);
        let kept = Kept::around(desk.reserved, whose, &desk.motive.id, desk.zone, around);
        let absences = absences.chain(desk.away.iter().copied()).collect();
        Self { desk, open, absences, kept }
    }

    /// Starts worth a look, earliest first, each once. Lazy: a search for the
    /// next few slots does not walk the whole horizon.
    fn candidates(&self, window: Span) -> Box<dyn Iterator<Item = Instant> + '_> {
        let Some(slots) = self.desk.served else {
            return Box::new(self.open.iter().flat_map(move |period| self.grid_starts(*period, window)));
        };
        let mut starts = Vec::new();
        for slot in slots.iter().filter(|slot| slot.state == SlotState::Free) {
            if slot.span.start >= window.start && slot.span.start < window.end {
                starts.push(slot.span.start);
            }
            // A slot with a handle is booked whole; a plain stretch may be cut.
            if slot.handle.is_none() {
                starts.extend(self.grid_starts(slot.span, window));
            }
        }
        starts.sort_unstable();
        starts.dedup();
        Box::new(starts.into_iter())
    }

    /// Starts on the grid inside both stretches.
    fn grid_starts(&self, stretch: Span, window: Span) -> Vec<Instant> {
        let zone = self.desk.zone;
        let mut starts = Vec::new();
        let (from, to) = (stretch.start.max(window.start), stretch.end.min(window.end));
        if from >= to {
            return starts;
        }
        let mut date = zone.date(from);
        let last = zone.date(to);
        while date <= last {
            for minute in (0..MINUTES_PER_DAY).step_by(usize::from(grid_min(self.desk.motive))) {
                let start = zone.at_minute(date, minute);
                if start >= to {
                    break;
                }
                // A skipped civil time lands on the clock change: not its own.
                if start >= from && zone.minute_of_day(start) == Some(minute) {
                    starts.push(start);
                }
            }
            let Ok(next) = date.tomorrow() else { break };
            date = next;
        }
        starts
    }

    fn fit(&self, start: Instant) -> Result<(Fit, Option<&'a Slot>), Broken> {
        let desk = self.desk;
        let motive = desk.motive;
        let span = Span { start, end: start.plus_minutes(i64::from(desk.duration_min())) };
        self.in_time(start)?;
        self.is_open(span)?;
        self.is_not_kept(span)?;
        let served = self.served_slot(span)?;
        let on_grid = desk.zone.minute_of_day(start).is_some_and(|minute| minute % grid_min(motive) == 0);
        if !on_grid && served.is_none_or(|slot| slot.span.start != start) {
            return broken(Rule::Grid, rules::grid(grid_min(motive)));
        }
        self.has_quota(start)?;
        let fit = self.has_room(span)?;
        Ok((fit, served))
    }

    fn in_time(&self, start: Instant) -> Result<(), Broken> {
        let desk = self.desk;
        if start < desk.now {
            return broken(Rule::Notice, rules::past());
        }
        if start < earliest(desk) {
            let notice = duration_text(desk.motive.min_notice_min);
            return broken(Rule::Notice, rules::notice(&notice));
        }
        if desk.zone.date(start) > last_day(desk) {
            return broken(Rule::Horizon, rules::horizon(desk.motive.max_horizon_days));
        }
        Ok(())
    }

    fn is_open(&self, span: Span) -> Result<(), Broken> {
        let desk = self.desk;
        if !self.open.iter().any(|period| period.contains(&span)) {
            return broken(Rule::Closed, self.closed_text(span.start));
        }
        if self.absences.iter().any(|absence| absence.overlaps(&span)) {
            return broken(Rule::Absence, rules::absent(&desk.practitioner.name));
        }
        Ok(())
    }

    fn is_not_kept(&self, span: Span) -> Result<(), Broken> {
        let Some(hours) = self.kept.keeps_out(span, self.desk.now) else { return Ok(()) };
        let why = match hours.release_min {
            Some(minutes) => rules::reserved_until(&duration_text(minutes), &hours.label),
            None => rules::reserved(&hours.label),
        };
        broken(Rule::Reserved, why)
    }

    /// The served slot that the span lies in; `None` where the agenda does not
    /// serve slots.
    fn served_slot(&self, span: Span) -> Result<Option<&'a Slot>, Broken> {
        let desk = self.desk;
        let Some(slots) = desk.served else { return Ok(None) };
        let fits = |slot: &&Slot| {
            slot.state == SlotState::Free
                && slot.seats_left > 0
                && slot.span.contains(&span)
                && (slot.handle.is_none() || slot.span.start == span.start)
                && (slot.motives.is_empty() || slot.motives.contains(&desk.motive.id))
        };
        let mut for_others = false;
        for slot in slots.iter().filter(fits) {
            if audience_allows(slot.audience, desk.asker) {
                return Ok(Some(slot));
            }
            for_others = true;
        }
        if for_others {
            return broken(Rule::Audience, rules::other_audience());
        }
        broken(Rule::ResourceBusy, rules::not_free())
    }

    fn has_quota(&self, start: Instant) -> Result<(), Broken> {
        let Some(most) = self.desk.motive.max_per_day else { return Ok(()) };
        let day = self.desk.zone.day(self.desk.zone.date(start));
        let there = self.desk.motive_starts.iter().filter(|other| day.start <= **other && **other < day.end).count();
        if there < usize::try_from(most).unwrap_or(usize::MAX) {
            return Ok(());
        }
        broken(Rule::Quota, rules::quota_reached(there, most))
    }

    fn has_room(&self, span: Span) -> Result<Fit, Broken> {
        let motive = self.desk.motive;
        let claimed = span.widened(motive.before_min, motive.after_min);
        let seats = motive.seats.max(1);
        let mut entries = 0_u32;
        let mut seats_claimed = Vec::new();
        for taken in self.desk.taken.iter().filter(|taken| taken.span().overlaps(&claimed)) {
            // Only the very same time is the same group; anything else is
            // somebody else's.
            match taken {
                Taken::Entry(other) if seats > 1 && *other == span => entries += 1,
                Taken::Claim { seat, span: other } if seats > 1 && *other == claimed => seats_claimed.push(*seat),
                other if other.span().overlaps(&span) => {
                    return broken(Rule::ResourceBusy, rules::taken());
                }
                _ => {
                    return broken(Rule::Buffer, rules::no_buffer());
                }
            }
        }
        // A confirmed seat is both an entry and a claim: the larger count holds.
        let used = entries.max(u32::try_from(seats_claimed.len()).unwrap_or(u32::MAX));
        let free_seat = (0..seats).find(|seat| !seats_claimed.contains(seat));
        match free_seat {
            Some(seat) if used < seats => {
                let resources = pick(self.desk.resources, &motive.label, claimed);
                let resources = resources.map_err(|why| Broken { rule: Rule::Resource, why })?;
                Ok(Fit { span, claimed, seat, seats_left: seats - used, resources })
            }
            _ => broken(Rule::ResourceBusy, rules::seats_taken()),
        }
    }

    fn closed_text(&self, start: Instant) -> Text {
        let desk = self.desk;
        let date = desk.zone.date(start);
        let periods = &desk.agenda.hours.0[monday_first(date.weekday())];
        let name = &desk.practitioner.name;
        let said = periods.iter().map(|period| period_text(*period));
        match said.reduce(|before, next| times::both(&before, &next)) {
            Some(hours) => rules::closed_hour(&hours, name),
            None => rules::closed_day(name),
        }
    }
}

/// A grid of 0 means every minute.
fn grid_min(motive: &Motive) -> u16 {
    u16::try_from(motive.grid_min).unwrap_or(MINUTES_PER_DAY).clamp(1, MINUTES_PER_DAY)
}

/// A slot that names no audience is for anybody.
fn audience_allows(slot: Audience, asker: Asker) -> bool {
    let wanted = asker.audience;
    slot == Audience::default()
        || slot.public
        || (slot.professional && wanted.professional)
        || (slot.snp && wanted.snp)
        || (slot.cpts && wanted.cpts)
        || (slot.own_patients && (wanted.own_patients || asker.known == Some(true)))
}

fn slot(desk: &Desk<'_>, fit: &Fit, served: Option<&Slot>) -> Slot {
    Slot {
        agenda: desk.agenda.agenda.clone(),
        span: fit.span,
        state: SlotState::Free,
        motives: vec![desk.motive.id.clone()],
        audience: served.map_or(Audience::default(), |slot| slot.audience),
        modes: desk.motive.modes.clone(),
        seats_left: served.map_or(fit.seats_left, |slot| slot.seats_left.min(fit.seats_left)),
        handle: served.and_then(|slot| slot.handle.clone()),
        version: served.and_then(|slot| slot.version.clone()),
        booking_url: served.and_then(|slot| slot.booking_url.clone()),
        entry: None,
    }
}

fn period_text((start, end): (u16, u16)) -> Text {
    let clock = |minute: u16| {
        let hour = i8::try_from(minute / 60).unwrap_or(0);
        let minute = i8::try_from(minute % 60).unwrap_or(0);
        // 24:00 is no time of a clock, but is how a period ends at midnight.
        jiff::civil::Time::new(hour, minute, 0, 0).map_or_else(|_| times::midnight(), clock_text)
    };
    times::period(&clock(start), &clock(end))
}

fn broken<T>(rule: Rule, why: Text) -> Result<T, Broken> {
    Err(Broken { rule, why })
}

#[cfg(test)]
mod tests;
