//! What people at the agenda do to it by hand, greffon's entries included.

use greffon_core::ids::{AgendaId, AppointmentId, OpId};
use greffon_core::model::scheduling::{AgendaAppointment, AppointmentStatus, ByWhom};
use greffon_core::ports::clock::Clock as _;
use greffon_core::time::{Instant, Span};

use super::FakeAgenda;
use super::book::{Book, HeldEntry};

impl FakeAgenda {
    /// Somebody writes into the agenda, whatever is there. Gives the entry's name.
    pub fn enter(&self, agenda: &AgendaId, span: Span) -> AppointmentId {
        self.open_book().enter(agenda, span)
    }

    /// greffon writes for another practice that has the same agenda, whatever is there.
    pub fn enter_of_another_practice(&self, agenda: &AgendaId, span: Span) -> AppointmentId {
        let mut book = self.open_book();
        let id = book.enter(agenda, span);
        if let Some(entry) = book.live_entry(&id) {
            entry.held.ours = true;
            entry.held.op = Some(OpId(format!("elsewhere-{id}")));
        }
        id
    }

    /// Somebody writes into the agenda, unless anything is there.
    pub fn enter_if_free(&self, agenda: &AgendaId, span: Span) -> Option<AppointmentId> {
        let mut book = self.open_book();
        let taken = book.entries().any(|entry| entry.occupies(agenda, span));
        (!taken).then(|| book.enter(agenda, span))
    }

    /// Somebody gives an entry another time, whatever is there.
    pub fn push_to(&self, entry: &AppointmentId, span: Span) {
        let now = self.inner.clock.now();
        let mut book = self.open_book();
        let (order, tags) = (book.next_order(), book.tags);
        if let Some(entry) = book.live_entry(entry) {
            entry.held.span = span;
            entry.settled = order;
            entry.by_hand = true;
            entry.handled(now);
            entry.change(tags, now, ByWhom::Practitioner);
        }
    }

    /// Somebody writes a note into an entry: the same appointment, of another
    /// version.
    pub fn annotate(&self, entry: &AppointmentId) {
        let now = self.inner.clock.now();
        let mut book = self.open_book();
        let tags = book.tags;
        if let Some(entry) = book.live_entry(entry) {
            entry.handled(now);
            entry.change(tags, now, ByWhom::Practitioner);
        }
    }

    /// A copy of what is gone is put back, as a calendar program does that was away.
    pub fn bring_back(&self, entry: &AppointmentId) {
        let now = self.inner.clock.now();
        let mut book = self.open_book();
        if let Some(entry) = book.entries.iter_mut().find(|one| one.held.id == *entry) {
            entry.handled(now);
            entry.gone = false;
            entry.held.status = AppointmentStatus::Booked;
        }
    }

    /// Somebody strikes an entry out.
    pub fn strike(&self, entry: &AppointmentId) {
        let now = self.inner.clock.now();
        if let Some(entry) = self.open_book().live_entry(entry) {
            entry.handled(now);
            entry.gone = true;
        }
    }
}

impl HeldEntry {
    fn handled(&mut self, now: Instant) {
        self.touched = true;
        self.touched_at = Some(now);
    }
}

impl Book {
    fn live_entry(&mut self, id: &AppointmentId) -> Option<&mut HeldEntry> {
        self.entries.iter_mut().find(|entry| entry.held.id == *id && entry.is_live())
    }

    fn enter(&mut self, agenda: &AgendaId, span: Span) -> AppointmentId {
        let id = AppointmentId(format!("hand-{}", self.entries.len()));
        let held = AgendaAppointment {
            id: id.clone(),
            op: None,
            version: Some("1".to_owned()),
            agenda: agenda.clone(),
            span,
            buffer: None,
            motive: None,
            status: AppointmentStatus::Booked,
            patient: None,
            resources: Vec::new(),
            replaces: None,
            series: None,
            entry: None,
            last_change: None,
            by: ByWhom::Practitioner,
            ours: false,
        };
        self.push(held, Vec::new(), None);
        id
    }
}
