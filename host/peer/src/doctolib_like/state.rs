//! What the server knows, behind one lock.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::UnboundedSender;

use super::fault::{Fault, Faults, Strike};
use super::model::{Agenda, Entry, Hidden, Kind, Motive, Patient, seen};
use super::offers::offers;
use super::seed::Seed;
use super::webhook::{Event, Outgoing, Webhook};
use crate::clock::Clock;

/// How long a change can be followed, in milliseconds: 30 days.
pub(super) const FOLLOWED_MS: i64 = 30 * 24 * 3_600_000;

/// Why something was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such agenda, motive, patient or entry.
    Unknown,
    /// The agenda does not offer this motive.
    MotiveElsewhere,
    /// The end is not the start and the motive's length.
    WrongLength,
    /// The start is not on offer.
    NotOnOffer,
    /// It was cancelled before.
    Cancelled,
    /// The period is empty or reversed.
    EmptyPeriod,
}

/// An appointment that is asked for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// In which agenda.
    pub agenda: u64,
    /// For which motive.
    pub motive: u64,
    /// Of which patient.
    pub patient: u64,
    /// First instant.
    pub start: i64,
    /// First instant after. None: as long as the motive takes.
    pub end: Option<i64>,
    /// What to write beside it.
    pub notes: String,
}

pub(super) struct State {
    pub(super) agendas: Vec<Agenda>,
    pub(super) motives: Vec<Motive>,
    pub(super) patients: BTreeMap<u64, Patient>,
    pub(super) entries: BTreeMap<u64, Entry>,
    pub(super) faults: Faults,
    pub(super) webhook: Option<Webhook>,
    /// Access tokens, and when each ends.
    pub(super) tokens: BTreeMap<String, i64>,
    pub(super) tokens_made: u64,
    /// The minute that is counted, and the calls in it.
    pub(super) minute: (i64, u32),
    next_id: u64,
    last_change: i64,
    events: u64,
}

/// The state with its clock and its way out for events.
pub(super) struct Shared {
    pub(super) clock: Clock,
    pub(super) account: u64,
    state: Mutex<State>,
    outbox: UnboundedSender<Outgoing>,
}

impl Shared {
    pub(super) fn new(
        seed: Seed,
        clock: Clock,
        account: u64,
        webhook: Option<Webhook>,
        outbox: UnboundedSender<Outgoing>,
    ) -> Self {
        let state = State {
            agendas: seed.agendas,
            motives: seed.motives,
            patients: seed.patients.into_iter().map(|patient| (patient.id, patient)).collect(),
            entries: BTreeMap::new(),
            faults: Faults::default(),
            webhook,
            tokens: BTreeMap::new(),
            tokens_made: 0,
            minute: (0, 0),
            next_id: 50_001,
            last_change: 0,
            events: 0,
        };
        Self { clock, account, state: Mutex::new(state), outbox }
    }

    pub(super) fn now(&self) -> i64 {
        (self.clock)()
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // Each change of it is whole before anything can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn strike(&self, fault: Fault, request: &str) -> Option<Strike> {
        self.lock().faults.strike(fault, request)
    }

    /// Books what the interface is asked for.
    pub(super) fn book(&self, wanted: Wanted, request: &str) -> Result<Entry, Refusal> {
        let now = self.now();
        let mut state = self.lock();
        let motive = state.motives.iter().find(|motive| motive.id == wanted.motive).cloned().ok_or(Refusal::Unknown)?;
        let agenda = state.agenda(wanted.agenda).cloned().ok_or(Refusal::Unknown)?;
        if !state.patients.contains_key(&wanted.patient) {
            return Err(Refusal::Unknown);
        }
        if !motive.agendas.contains(&agenda.id) {
            return Err(Refusal::MotiveElsewhere);
        }
        let end = wanted.start + i64::from(motive.minutes) * 60_000;
        if wanted.end.is_some_and(|wanted| wanted != end) {
            return Err(Refusal::WrongLength);
        }
        if state.faults.strike(Fault::AcceptsOverlap, request).is_none() {
            let zoned = jiff::Timestamp::from_millisecond(wanted.start).map_err(|_| Refusal::NotOnOffer)?;
            let day = zoned.to_zoned(agenda.time_zone()).date();
            let on_offer = offers(&agenda, &motive, day, 1, now, &state.of(agenda.id));
            if !on_offer.contains(&(wanted.start, end)) {
                return Err(Refusal::NotOnOffer);
            }
        }
        let dropped = state.faults.strike(Fault::NotesDropped, request).is_some();
        let hidden = state.hidden(request, now);
        let notes = if dropped { String::new() } else { wanted.notes };
        let kind = Kind::Appointment { motive: motive.id, patient: wanted.patient, notes };
        let entry = state.write(agenda.id, kind, (wanted.start, end), hidden, now);
        self.tell(&mut state, "appointment.created", &entry);
        Ok(entry)
    }

    /// Writes an appointment or a block whatever is there, as a practitioner can.
    pub(super) fn put(&self, agenda: u64, kind: Kind, start: i64, end: i64) -> Result<Entry, Refusal> {
        let now = self.now();
        let mut state = self.lock();
        state.agenda(agenda).ok_or(Refusal::Unknown)?;
        if start >= end {
            return Err(Refusal::EmptyPeriod);
        }
        let what = if matches!(kind, Kind::Block { .. }) { "block.created" } else { "appointment.created" };
        let entry = state.write(agenda, kind, (start, end), None, now);
        self.tell(&mut state, what, &entry);
        Ok(entry)
    }

    /// Calls an entry off.
    pub(super) fn cancel(&self, id: u64) -> Result<Entry, Refusal> {
        self.change(id, "cancelled", |entry| entry.cancelled = true)
    }

    /// Gives an entry another time, of the same length.
    pub(super) fn move_to(&self, id: u64, start: i64) -> Result<Entry, Refusal> {
        self.change(id, "updated", |entry| (entry.start, entry.end) = (start, start + entry.end - entry.start))
    }

    /// Writes something else beside an appointment.
    pub(super) fn note(&self, id: u64, text: &str) -> Result<Entry, Refusal> {
        self.change(id, "updated", |entry| {
            if let Kind::Appointment { notes, .. } = &mut entry.kind {
                text.clone_into(notes);
            }
        })
    }

    fn change(&self, id: u64, what: &str, change: impl FnOnce(&mut Entry)) -> Result<Entry, Refusal> {
        let now = self.now();
        let mut state = self.lock();
        let at = state.tick(now);
        let entry = state.entries.get_mut(&id).ok_or(Refusal::Unknown)?;
        if entry.cancelled {
            return Err(Refusal::Cancelled);
        }
        change(entry);
        entry.updated_at = at;
        let entry = entry.clone();
        let kind = if matches!(entry.kind, Kind::Block { .. }) { "block" } else { "appointment" };
        self.tell(&mut state, &format!("{kind}.{what}"), &entry);
        Ok(entry)
    }

    /// Creates a patient.
    pub(super) fn write_patient(&self, patient: Patient, request: &str) -> Patient {
        let now = self.now();
        let mut state = self.lock();
        let (id, hidden) = (state.next(), state.hidden(request, now));
        let patient = Patient { id, hidden, ..patient };
        state.patients.insert(id, patient.clone());
        patient
    }

    fn tell(&self, state: &mut State, what: &str, entry: &Entry) {
        state.events += 1;
        let Some(webhook) = state.webhook.clone() else { return };
        if state.faults.strike(Fault::WebhookLost, "").is_some() {
            return;
        }
        let event = Event {
            id: format!("evt_{}", state.events),
            what: what.to_owned(),
            account: self.account,
            agenda: entry.agenda,
            entry: entry.id,
            at: entry.updated_at,
        };
        let mut struck = |fault| state.faults.strike(fault, "").is_some();
        let outgoing = Outgoing {
            doubled: struck(Fault::WebhookDoubled),
            held_back: struck(Fault::WebhookDisordered),
            forged: struck(Fault::WebhookForged),
            event,
            webhook,
        };
        // Without a receiver the server has ended.
        let _ = self.outbox.send(outgoing);
    }
}

impl State {
    pub(super) fn agenda(&self, id: u64) -> Option<&Agenda> {
        self.agendas.iter().find(|agenda| agenda.id == id)
    }

    /// The entries of an agenda.
    pub(super) fn of(&self, agenda: u64) -> impl Iterator<Item = &Entry> + Clone {
        self.entries.values().filter(move |entry| entry.agenda == agenda)
    }

    /// The entries of an agenda that are in a list which is read now.
    pub(super) fn listed(&mut self, agenda: u64, now: i64, wanted: impl Fn(&Entry) -> bool) -> Vec<Entry> {
        let of_agenda = self.entries.values_mut().filter(|entry| entry.agenda == agenda && wanted(entry));
        of_agenda.filter_map(|entry| seen(&mut entry.hidden, now).then(|| entry.clone())).collect()
    }

    fn write(&mut self, agenda: u64, kind: Kind, (start, end): (i64, i64), hidden: Option<Hidden>, now: i64) -> Entry {
        let (id, at) = (self.next(), self.tick(now));
        let entry = Entry { id, agenda, kind, start, end, cancelled: false, created_at: at, updated_at: at, hidden };
        self.entries.insert(id, entry.clone());
        entry
    }

    fn hidden(&mut self, request: &str, now: i64) -> Option<Hidden> {
        let strike = self.faults.strike(Fault::LateVisible, request)?;
        let until = match strike.reads {
            Some(_) => i64::MAX,
            None => now + i64::from(strike.seconds) * 1_000,
        };
        Some(Hidden { until, reads: strike.reads })
    }

    fn next(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id - 1
    }

    /// An instant for a change, later than that of every other one.
    fn tick(&mut self, now: i64) -> i64 {
        self.last_change = now.max(self.last_change + 1);
        self.last_change
    }
}
