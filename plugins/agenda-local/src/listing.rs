//! Reading a register: what is not free, and what changed.

use greffon_sdk::agenda::{Absence, Audience, Change, EntryRef, Slot, SlotPage, SlotQuery, SlotState};

use crate::item::{Entry, Gone, Period};
use crate::register::Register;
use crate::settings::Settings;
use crate::told;

/// The page of what is not free, being written.
pub struct SlotList<'a> {
    query: &'a SlotQuery,
    window: Period,
    now: i64,
    slots: Vec<Slot>,
    complete: bool,
}

impl<'a> SlotList<'a> {
    /// An empty page.
    pub fn new(query: &'a SlotQuery, window: Period, now: i64) -> Self {
        Self { query, window, now, slots: Vec::new(), complete: true }
    }

    /// Adds what is not free in an agenda.
    pub fn read(&mut self, settings: &Settings, agenda: &str, register: &Register) {
        if self.window.start < register.put_away_until {
            self.complete = false;
        }
        for entry in register.entries.iter().filter(|entry| entry.status.occupies()) {
            if !self.seats_left(settings, register, entry) {
                self.add(agenda, entry.place.occupied(), SlotState::Busy);
            }
        }
        let now = self.now;
        for hold in register.holds.iter().filter(|hold| hold.expires > now) {
            self.add(agenda, hold.place.occupied(), SlotState::Held);
        }
        for absence in &register.absences {
            self.add(agenda, absence.period, SlotState::Unavailable);
        }
    }

    /// An agenda that is not there: never free.
    pub fn missing(&mut self, agenda: &str) {
        self.complete = false;
        self.add(agenda, self.window, SlotState::Unavailable);
    }

    /// Whether the motive asked for may still join this entry's session.
    fn seats_left(&self, settings: &Settings, register: &Register, entry: &Entry) -> bool {
        let seats = usize::try_from(settings.room(&entry.place.motive).seats).unwrap_or(1);
        self.query.motive.as_deref() == Some(entry.place.motive.as_str())
            && seats > 1
            && register.taken_seats(&entry.place, self.now) < seats
    }

    fn add(&mut self, agenda: &str, period: Period, state: SlotState) {
        if period.overlaps(&self.window) {
            self.slots.push(Slot {
                agenda: agenda.to_owned(),
                span: told::span(period),
                state,
                motives: Vec::new(),
                audience: Audience::empty(),
                modes: Vec::new(),
                seats_left: 0,
                handle: None,
                version: None,
                booking_url: None,
                entry: None,
            });
        }
    }

    /// The page, sorted and cut at the limit.
    pub fn finish(mut self) -> SlotPage {
        self.slots.sort_by(|a, b| (a.span.start, a.span.end, &a.agenda).cmp(&(b.span.start, b.span.end, &b.agenda)));
        let limit = usize::try_from(self.query.limit.max(1)).unwrap_or(usize::MAX);
        if self.slots.len() > limit {
            self.slots.truncate(limit);
            self.complete = false;
        }
        SlotPage { slots: self.slots, complete: self.complete, as_of: self.now }
    }
}

/// Where a reader of changes is: everything up to `after` was told, and everything up to `since` was either told or
/// is still in the register.
struct Cursor {
    since: u64,
    after: u64,
}

impl Cursor {
    fn parse(text: &str) -> Option<Self> {
        let (since, after) = text.split_once('.')?;
        Some(Self { since: since.parse().ok()?, after: after.parse().ok()? })
    }
}

/// Returns at most `limit` changes, where to go on, and whether there are more. None: the cursor is of no use.
pub fn changes(
    agenda: &str,
    register: &Register,
    cursor: Option<&str>,
    window: Period,
    limit: u32,
) -> Option<(Vec<Change>, String, bool)> {
    let mut room = usize::try_from(limit.max(1)).unwrap_or(usize::MAX);
    let mut changes = Vec::new();
    let cursor = match cursor {
        Some(text) => {
            let cursor = Cursor::parse(text)?;
            if cursor.since < register.floor || cursor.since > register.seq || cursor.after > register.seq {
                return None;
            }
            cursor
        }
        None => {
            changes.push(Change::Reset);
            room -= 1;
            Cursor { since: register.seq, after: 0 }
        }
    };
    let mut news = news(agenda, register, window, cursor.after);
    news.sort_by_key(|(seq, _)| *seq);
    let more = news.len() > room;
    news.truncate(room);
    let after = if more { news.last().map_or(cursor.after, |(seq, _)| *seq) } else { register.seq };
    changes.extend(news.into_iter().map(|(_, change)| change));
    Some((changes, format!("{}.{after}", cursor.since.max(after)), more))
}

fn news(agenda: &str, register: &Register, window: Period, after: u64) -> Vec<(u64, Change)> {
    let inside = |period: Period| period.overlaps(&window);
    let appointments = register.entries.iter().filter(|entry| entry.seq > after).map(|entry| {
        let change = if inside(entry.place.period) {
            Change::Upsert(told::appointment(agenda, entry, None))
        } else {
            Change::Removed(told::id(agenda, entry.id()))
        };
        (entry.seq, change)
    });
    let absences = register.absences.iter().filter(|absence| absence.seq > after).map(|absence| {
        let id = told::id(agenda, &absence.op);
        let change = if inside(absence.period) {
            let label = (!absence.label.is_empty()).then(|| absence.label.clone());
            let entry = Some(EntryRef { object: absence.op.clone(), recurrence: None });
            Change::Absence(Absence { id, span: told::span(absence.period), label, entry })
        } else {
            Change::AbsenceRemoved(id)
        };
        (absence.seq, change)
    });
    let gone = register
        .gone
        .iter()
        .filter(|Gone(seq, _)| *seq > after)
        .map(|Gone(seq, id)| (*seq, Change::AbsenceRemoved(told::id(agenda, id))));
    appointments.chain(absences).chain(gone).collect()
}
