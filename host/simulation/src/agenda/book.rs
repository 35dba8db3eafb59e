//! What an agenda server holds, and what it does with a request that reaches
//! it.

use greffon_core::ids::{AgendaId, AppointmentId, OpId};
use greffon_core::model::outside_failure::LastFailure;
use greffon_core::model::scheduling::{
    AgendaAppointment, AgendaError, AgendaInfo, AppointmentStatus, Audience, BookingRequest, ByWhom, Conflict, Found,
    Rule, Slot, SlotQuery, SlotState,
};
use greffon_core::time::{Instant, Span};

use super::style::AgendaStyle;

/// A request that reached the server.
#[derive(Clone, Debug)]
pub(super) enum Write {
    /// Keep the time until then.
    Hold(OpId, BookingRequest, Instant),
    /// Let it go.
    Release(OpId),
    /// Take back what was just written.
    Remove(AppointmentId),
    /// A new appointment.
    Book(OpId, BookingRequest),
    /// Another time, if the version is still this.
    Move(OpId, AppointmentId, Option<String>, BookingRequest),
    /// The end, if the version is still this.
    Cancel(OpId, AppointmentId, Option<String>, ByWhom),
    /// Another status, if the version is still this.
    Status(OpId, AppointmentId, Option<String>, AppointmentStatus),
}

/// One entry of an agenda, as the server keeps it.
#[derive(Clone, Debug)]
pub struct HeldEntry {
    /// As it is shown.
    pub held: AgendaAppointment,
    /// Op-ids of everything that was done to it, the booking first.
    pub ops: Vec<OpId>,
    /// Order in which entries got the time that they have now.
    pub settled: u64,
    /// The last of that order that was there when greffon looked, before it gave
    /// the entry its time.
    pub looked: u64,
    /// A person at the agenda gave it the time that it has now.
    pub by_hand: bool,
    /// A person at the agenda changed it, or struck it out.
    pub touched: bool,
    /// When a hand last did.
    pub touched_at: Option<Instant>,
    /// Until when it is only held.
    pub held_until: Option<Instant>,
    /// Removed without a trace: not shown to anybody any more.
    pub gone: bool,
}

impl HeldEntry {
    /// Whether it takes its time.
    #[must_use]
    pub fn is_live(&self) -> bool {
        let off = matches!(self.held.status, AppointmentStatus::Cancelled | AppointmentStatus::EnteredInError);
        !self.gone && !off
    }

    pub(super) fn occupies(&self, agenda: &AgendaId, span: Span) -> bool {
        self.is_live() && self.held.agenda == *agenda && self.held.span.overlaps(&span)
    }

    fn touch(&mut self, op: &OpId, tags: Tags, now: Instant, by: ByWhom) {
        if !self.ops.contains(op) {
            self.ops.push(op.clone());
        }
        self.change(tags, now, by);
    }

    pub(super) fn change(&mut self, tags: Tags, now: Instant, by: ByWhom) {
        let version = self.held.version.as_deref().and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
        self.held.version = Some(tags.after(version).to_string());
        self.held.last_change = Some(now);
        self.held.by = by;
    }
}

/// How a server names the versions of an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tags {
    /// Each version has a name of its own.
    #[default]
    Fresh,
    /// Every second version has the name of the one before the last.
    Reused,
}

impl Tags {
    fn after(self, version: u64) -> u64 {
        match self {
            Self::Fresh => version + 1,
            Self::Reused => version % 2 + 1,
        }
    }
}

#[derive(Debug)]
pub(super) struct Book {
    style: AgendaStyle,
    pub(super) tags: Tags,
    pub(super) entries: Vec<HeldEntry>,
    late: Vec<(Instant, Option<u64>, Write)>,
    settled: u64,
    pub(super) served: Option<Vec<Slot>>,
    pub(super) down_until: Instant,
    /// The last failure that the host saw of it.
    pub(super) failure: Option<LastFailure>,
}

impl Book {
    pub(super) fn new(style: AgendaStyle) -> Self {
        let down_until = Instant(i64::MIN);
        let tags = Tags::Fresh;
        Self { style, tags, entries: Vec::new(), late: Vec::new(), settled: 0, served: None, down_until, failure: None }
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = &HeldEntry> {
        self.entries.iter()
    }

    /// Remembers a request that is still under way.
    pub(super) fn later(&mut self, due: Instant, looked: Option<u64>, write: Write) {
        self.late.push((due, looked, write));
    }

    /// The place of the last entry in the order in which they got their times.
    pub(super) fn order(&self) -> u64 {
        self.settled
    }

    /// Carries out what arrived up to now, and lets go of holds that ended.
    pub(super) fn settle(&mut self, now: Instant) {
        for entry in &mut self.entries {
            if entry.held_until.is_some_and(|until| until <= now) {
                entry.gone = true;
            }
        }
        self.late.sort_by_key(|(due, ..)| *due);
        while self.late.first().is_some_and(|(due, ..)| *due <= now) {
            let (due, looked, write) = self.late.remove(0);
            // Nobody waits for the answer any more.
            drop(self.carry_out(due, looked, &write));
        }
    }

    pub(super) fn agendas(&self) -> Vec<AgendaInfo> {
        let mut ids: Vec<&AgendaId> = self.entries.iter().map(|entry| &entry.held.agenda).collect();
        ids.sort();
        ids.dedup();
        let info = |id: &AgendaId| AgendaInfo {
            id: id.clone(),
            identity: None,
            label: id.0.clone(),
            zone: "Europe/Paris".to_owned(),
            practitioner: None,
            site: None,
            resources: Vec::new(),
            horizon: None,
            writable: true,
        };
        ids.into_iter().map(info).collect()
    }

    pub(super) fn slots(&self, query: &SlotQuery) -> Vec<Slot> {
        let taken = |agenda: &AgendaId, span: Span| self.entries.iter().any(|entry| entry.occupies(agenda, span));
        if let Some(served) = &self.served {
            let inside = |slot: &&Slot| {
                query.agendas.contains(&slot.agenda)
                    && query.window.start <= slot.span.start
                    && slot.span.start < query.window.end
                    && !taken(&slot.agenda, slot.span)
            };
            return served.iter().filter(inside).cloned().collect();
        }
        let wanted = |entry: &&HeldEntry| query.agendas.iter().any(|agenda| entry.occupies(agenda, query.window));
        let mut slots: Vec<Slot> = self.entries.iter().filter(wanted).map(busy).collect();
        slots.sort_by_key(|slot| slot.span.start);
        slots
    }

    /// What an op-id wrote; or the entry of this name, whoever wrote it.
    pub(super) fn look_up(&self, op: &OpId, named: Option<&AppointmentId>) -> Found {
        let meant = |entry: &&HeldEntry| match named {
            Some(id) => entry.held.id == *id,
            None => self.remembers(entry, op),
        };
        let mine: Vec<&HeldEntry> =
            self.entries.iter().filter(|entry| !entry.gone && entry.held_until.is_none()).filter(meant).collect();
        match mine.as_slice() {
            [] => Found::Absent,
            [one] => {
                let span = one.held.span;
                let beside = self.entries.iter().filter(|other| {
                    other.held.id != one.held.id && self.sees(other) && other.occupies(&one.held.agenda, span)
                });
                let beside: Vec<AgendaAppointment> = beside.map(|other| other.held.clone()).collect();
                if beside.is_empty() || !one.is_live() {
                    return Found::Present(one.held.clone());
                }
                Found::Ambiguous(std::iter::once(one.held.clone()).chain(beside).collect())
            }
            several => Found::Ambiguous(several.iter().map(|entry| entry.held.clone()).collect()),
        }
    }

    /// A note holds the op-id of the booking only.
    fn remembers(&self, entry: &HeldEntry, op: &OpId) -> bool {
        match self.style {
            AgendaStyle::NoId => entry.ops.first() == Some(op),
            AgendaStyle::Arbitrated | AgendaStyle::FreeStore | AgendaStyle::LookThenWrite => entry.ops.contains(op),
        }
    }

    /// What the server does with a request. `looked` is the order of the last
    /// entry that was there when greffon looked; without it the server looks now.
    pub(super) fn carry_out(
        &mut self,
        now: Instant,
        looked: Option<u64>,
        write: &Write,
    ) -> Result<AgendaAppointment, AgendaError> {
        let looked = looked.unwrap_or(self.settled);
        match write {
            Write::Hold(op, what, until) => self.book(now, looked, op, what, Some(*until)),
            Write::Book(op, what) => self.book(now, looked, op, what, None),
            Write::Release(op) => self.release(op),
            Write::Remove(id) => self.remove(id),
            Write::Move(op, id, expected, to) => self.reschedule(now, looked, op, id, expected.as_deref(), to),
            Write::Cancel(op, id, expected, by) => self.cancel(now, op, id, expected.as_deref(), *by),
            Write::Status(op, id, expected, to) => {
                let index = self.find(id)?;
                if self.entries[index].held.status == *to {
                    return Ok(self.entries[index].held.clone());
                }
                if !self.entries[index].is_live() {
                    let why = "l'entrée est annulée".to_owned();
                    return Err(AgendaError::RuleBroken(Rule::StatusTransition, why));
                }
                self.expect(index, expected.as_deref())?;
                let tags = self.tags;
                let entry = &mut self.entries[index];
                entry.held.status = *to;
                entry.touch(op, tags, now, ByWhom::Secretary);
                Ok(entry.held.clone())
            }
        }
    }

    fn book(
        &mut self,
        now: Instant,
        looked: u64,
        op: &OpId,
        what: &BookingRequest,
        held_until: Option<Instant>,
    ) -> Result<AgendaAppointment, AgendaError> {
        // A removed object leaves its name free, as on a CalDAV server.
        let tags = self.tags;
        let same = |entry: &&mut HeldEntry| !entry.gone && entry.ops.first() == Some(op);
        if self.style != AgendaStyle::NoId
            && let Some(entry) = self.entries.iter_mut().find(same)
        {
            match (entry.held_until, held_until) {
                (None, _) => return Err(AgendaError::Already(entry.held.clone())),
                (Some(_), Some(_)) => {}
                (Some(_), None) => {
                    entry.held_until = None;
                    entry.held.status = AppointmentStatus::Booked;
                    entry.touch(op, tags, now, ByWhom::Secretary);
                }
            }
            return Ok(entry.held.clone());
        }
        self.arbitrate(None, what)?;
        let mut held = booked(op, what, Some(now));
        if held_until.is_some() {
            held.status = AppointmentStatus::Pending;
        }
        if self.style == AgendaStyle::NoId {
            held.id = AppointmentId(format!("no-{}", self.entries.len()));
        }
        self.push(held.clone(), vec![op.clone()], held_until);
        if let Some(entry) = self.entries.last_mut() {
            entry.looked = looked;
        }
        Ok(held)
    }

    /// Takes an entry out without a trace.
    fn remove(&mut self, id: &AppointmentId) -> Result<AgendaAppointment, AgendaError> {
        let there = |entry: &&mut HeldEntry| entry.held.id == *id && !entry.gone;
        let entry = self.entries.iter_mut().find(there).ok_or(AgendaError::NotFound)?;
        entry.gone = true;
        Ok(entry.held.clone())
    }

    fn release(&mut self, op: &OpId) -> Result<AgendaAppointment, AgendaError> {
        let held = |entry: &&mut HeldEntry| entry.held_until.is_some() && entry.ops.first() == Some(op);
        let Some(entry) = self.entries.iter_mut().find(held) else { return Err(AgendaError::NotFound) };
        entry.gone = true;
        Ok(entry.held.clone())
    }

    fn reschedule(
        &mut self,
        now: Instant,
        looked: u64,
        op: &OpId,
        id: &AppointmentId,
        expected: Option<&str>,
        to: &BookingRequest,
    ) -> Result<AgendaAppointment, AgendaError> {
        let index = self.find(id)?;
        if self.entries[index].ops.contains(op) {
            return Err(AgendaError::Already(self.entries[index].held.clone()));
        }
        if !self.entries[index].is_live() {
            return Err(AgendaError::NotFound);
        }
        self.expect(index, expected)?;
        self.arbitrate(Some(index), to)?;
        self.settled += 1;
        let (settled, tags) = (self.settled, self.tags);
        let entry = &mut self.entries[index];
        entry.held.agenda = to.agenda.clone();
        entry.held.span = to.span;
        entry.settled = settled;
        entry.looked = looked.min(settled - 1);
        entry.by_hand = false;
        entry.touch(op, tags, now, ByWhom::Secretary);
        Ok(entry.held.clone())
    }

    fn cancel(
        &mut self,
        now: Instant,
        op: &OpId,
        id: &AppointmentId,
        expected: Option<&str>,
        by: ByWhom,
    ) -> Result<AgendaAppointment, AgendaError> {
        let index = self.find(id)?;
        if self.entries[index].is_live() {
            self.expect(index, expected)?;
            let gone = matches!(self.style, AgendaStyle::FreeStore | AgendaStyle::LookThenWrite);
            let tags = self.tags;
            let entry = &mut self.entries[index];
            entry.held.status = AppointmentStatus::Cancelled;
            entry.gone = gone;
            entry.touch(op, tags, now, by);
        }
        Ok(self.entries[index].held.clone())
    }

    pub(super) fn find(&self, id: &AppointmentId) -> Result<usize, AgendaError> {
        let named = |entry: &HeldEntry| entry.held.id == *id;
        let there = self.entries.iter().position(|entry| named(entry) && !entry.gone);
        there.or_else(|| self.entries.iter().rposition(named)).ok_or(AgendaError::NotFound)
    }

    pub(super) fn expect(&self, index: usize, expected: Option<&str>) -> Result<(), AgendaError> {
        let held = &self.entries[index].held;
        if !held.ours && expected.is_none() {
            return Err(AgendaError::Denied("somebody else's entry, without its version".to_owned()));
        }
        if self.style == AgendaStyle::NoId || expected.is_none() || expected == held.version.as_deref() {
            return Ok(());
        }
        Err(AgendaError::Stale(held.clone()))
    }

    /// Whether the time may be given away, as the server sees it.
    fn arbitrate(&self, but: Option<usize>, what: &BookingRequest) -> Result<(), AgendaError> {
        if self.style == AgendaStyle::LookThenWrite || what.allow_overlap {
            return Ok(());
        }
        self.free(but, what)
    }

    /// Whether nobody is there whom the agenda looks at.
    ///
    /// # Errors
    /// `SlotTaken` with those who are.
    pub(super) fn free(&self, but: Option<usize>, what: &BookingRequest) -> Result<(), AgendaError> {
        let existing: Vec<AgendaAppointment> = self
            .entries
            .iter()
            .enumerate()
            .filter(|(index, entry)| Some(*index) != but && self.sees(entry) && entry.occupies(&what.agenda, what.span))
            .map(|(_, entry)| entry.held.clone())
            .collect();
        if existing.is_empty() {
            return Ok(());
        }
        Err(AgendaError::SlotTaken(Conflict { existing, alternatives: Vec::new() }))
    }

    /// Some agendas leave greffon's own bookings to greffon, as long as they
    /// stand where greffon put them; all see what was entered by hand.
    fn sees(&self, entry: &HeldEntry) -> bool {
        let all = matches!(self.style, AgendaStyle::Arbitrated | AgendaStyle::LookThenWrite);
        all || !entry.held.ours || entry.by_hand
    }

    pub(super) fn push(&mut self, held: AgendaAppointment, ops: Vec<OpId>, held_until: Option<Instant>) {
        let looked = self.settled;
        self.settled += 1;
        let by_hand = !held.ours;
        self.entries.push(HeldEntry {
            held,
            ops,
            settled: self.settled,
            looked,
            by_hand,
            touched: false,
            touched_at: None,
            held_until,
            gone: false,
        });
    }

    /// The next place in the order in which entries get their times.
    pub(super) fn next_order(&mut self) -> u64 {
        self.settled += 1;
        self.settled
    }
}

/// A booking as it stands at first.
pub(super) fn booked(op: &OpId, what: &BookingRequest, last_change: Option<Instant>) -> AgendaAppointment {
    AgendaAppointment {
        id: AppointmentId(format!("apt-{op}")),
        op: Some(op.clone()),
        version: Some("1".to_owned()),
        agenda: what.agenda.clone(),
        span: what.span,
        buffer: None,
        motive: Some(what.motive.clone()),
        status: AppointmentStatus::Booked,
        patient: Some(what.patient.clone()),
        resources: what.resources.clone(),
        replaces: None,
        series: None,
        entry: None,
        last_change,
        by: ByWhom::Secretary,
        ours: true,
    }
}

fn busy(entry: &HeldEntry) -> Slot {
    Slot {
        agenda: entry.held.agenda.clone(),
        span: entry.held.span,
        state: if entry.held_until.is_some() { SlotState::Held } else { SlotState::Busy },
        motives: entry.held.motive.iter().cloned().collect(),
        audience: Audience::default(),
        modes: Vec::new(),
        seats_left: 0,
        handle: None,
        version: None,
        booking_url: None,
        entry: None,
    }
}
