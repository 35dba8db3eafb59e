//! `greffon:scheduling/types`.

use greffon_core::ids::OpId;
use greffon_core::model::scheduling::{
    AgendaAbsence, AgendaAppointment, AgendaCaps, AgendaDescriptor, AgendaError, AgendaInfo, AgendaMotive,
    AgendaNotice, AppointmentStatus, Audience, BookingRequest, Change, Conflict, Delta, EntryRef, Found, Hold,
    PatientRule, Probed, Rule, Slot, SlotPage, SlotQuery, SlotState,
};

use super::{Breach, FromGuest, Intake, all, same_cases};
use crate::bindings::agenda::greffon::scheduling::types as wit;

same_cases! {
    PatientRule = wit::PatientRule { Any, KnownOnly, NewOnly, ReferredOnly }
    SlotState = wit::SlotState { Free, Held, Busy, Unavailable }
    AppointmentStatus = wit::Status {
        Proposed, Pending, Booked, Waitlist, Arrived, Fulfilled, Noshow, Cancelled, EnteredInError,
    }
}

/// One way only: greffon has rules of its own, which no agenda names.
impl From<wit::Rule> for Rule {
    fn from(rule: wit::Rule) -> Self {
        match rule {
            wit::Rule::Duration => Self::Duration,
            wit::Rule::Buffer => Self::Buffer,
            wit::Rule::Grid => Self::Grid,
            wit::Rule::Notice => Self::Notice,
            wit::Rule::Horizon => Self::Horizon,
            wit::Rule::Quota => Self::Quota,
            wit::Rule::PatientType => Self::PatientType,
            wit::Rule::Audience => Self::Audience,
            wit::Rule::Absence => Self::Absence,
            wit::Rule::Closed => Self::Closed,
            wit::Rule::StatusTransition => Self::StatusTransition,
            wit::Rule::ResourceBusy => Self::ResourceBusy,
        }
    }
}

impl From<Audience> for wit::Audience {
    fn from(audience: Audience) -> Self {
        [
            (audience.public, Self::PUBLIC),
            (audience.professional, Self::PROFESSIONAL),
            (audience.snp, Self::SNP),
            (audience.cpts, Self::CPTS),
            (audience.own_patients, Self::OWN_PATIENTS),
        ]
        .into_iter()
        .filter(|(set, _)| *set)
        .fold(Self::empty(), |flags, (_, flag)| flags | flag)
    }
}

impl From<wit::Audience> for Audience {
    fn from(flags: wit::Audience) -> Self {
        Self {
            public: flags.contains(wit::Audience::PUBLIC),
            professional: flags.contains(wit::Audience::PROFESSIONAL),
            snp: flags.contains(wit::Audience::SNP),
            cpts: flags.contains(wit::Audience::CPTS),
            own_patients: flags.contains(wit::Audience::OWN_PATIENTS),
        }
    }
}

impl From<BookingRequest> for wit::Request {
    fn from(request: BookingRequest) -> Self {
        Self {
            agenda: request.agenda.0,
            span: request.span.into(),
            motive: request.motive.0,
            mode: request.mode.into(),
            patient: request.patient.into(),
            resources: all(request.resources),
            slot_handle: request.slot_handle,
            slot_version: request.slot_version,
            note: request.note,
            operator: request.operator.into(),
            allow_overlap: request.allow_overlap,
            entry: request.entry.map(|id| id.0),
        }
    }
}

impl From<SlotQuery> for wit::SlotQuery {
    fn from(query: SlotQuery) -> Self {
        Self {
            agendas: query.agendas.into_iter().map(|agenda| agenda.0).collect(),
            motive: query.motive.map(|motive| motive.0),
            window: query.window.into(),
            audience: query.audience.into(),
            modes: all(query.modes),
            known_patient: query.known_patient,
            limit: query.limit,
        }
    }
}

impl From<Hold> for wit::Hold {
    fn from(hold: Hold) -> Self {
        Self {
            token: hold.token,
            expires: hold.expires.0,
            appointment: hold.appointment.map(|id| id.0),
            version: hold.version,
        }
    }
}

impl FromGuest<wit::Hold> for Hold {
    fn from_guest(hold: wit::Hold, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self {
            token: intake.id(hold.token)?,
            expires: intake.take(hold.expires)?,
            appointment: intake.optional_id(hold.appointment)?.map(Into::into),
            version: intake.take(hold.version)?,
        })
    }
}

impl FromGuest<wit::Descriptor> for AgendaDescriptor {
    fn from_guest(descriptor: wit::Descriptor, intake: &mut Intake) -> Result<Self, Breach> {
        let has = |flag| descriptor.caps.contains(flag);
        let caps = AgendaCaps {
            refuses_overlap: has(wit::Caps::REFUSES_OVERLAP),
            native_hold: has(wit::Caps::NATIVE_HOLD),
            idempotent_create: has(wit::Caps::IDEMPOTENT_CREATE),
            conditional_write: has(wit::Caps::CONDITIONAL_WRITE),
            atomic_multi: has(wit::Caps::ATOMIC_MULTI),
            delta: has(wit::Caps::DELTA),
            push: has(wit::Caps::PUSH),
            serves_slots: has(wit::Caps::SERVES_SLOTS),
            moves: has(wit::Caps::MOVES),
            absences: has(wit::Caps::ABSENCES),
            waitlist: has(wit::Caps::WAITLIST),
            series: has(wit::Caps::SERIES),
            statuses: has(wit::Caps::STATUSES),
            seats: has(wit::Caps::SEATS),
            takes_over: has(wit::Caps::TAKES_OVER),
        };
        Ok(Self {
            name: intake.text(descriptor.name)?,
            standard: intake.text(descriptor.standard)?,
            caps,
            max_lookback_s: descriptor.max_lookback_s,
            min_poll_s: descriptor.min_poll_s,
            calls_per_min: descriptor.calls_per_min,
            write_timeout_ms: descriptor.write_timeout_ms,
        })
    }
}

impl FromGuest<wit::Agenda> for AgendaInfo {
    fn from_guest(agenda: wit::Agenda, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self {
            id: intake.id(agenda.id)?.into(),
            identity: agenda.identity.map(|identity| intake.text(identity)).transpose()?,
            label: intake.text(agenda.label)?,
            zone: intake.id(agenda.zone)?,
            practitioner: intake.take(agenda.practitioner)?,
            site: intake.take(agenda.site)?,
            resources: intake.take(agenda.resources)?,
            horizon: intake.take(agenda.horizon)?,
            writable: agenda.writable,
        })
    }
}

impl FromGuest<wit::Motive> for AgendaMotive {
    fn from_guest(motive: wit::Motive, intake: &mut Intake) -> Result<Self, Breach> {
        if motive.duration_min == 0 || motive.seats == 0 || motive.grid_min == Some(0) {
            return Err(Breach::Contract);
        }
        Ok(Self {
            id: intake.id(motive.id)?.into(),
            label: intake.text(motive.label)?,
            code: intake.take(motive.code)?,
            duration_min: motive.duration_min,
            before_min: motive.before_min,
            after_min: motive.after_min,
            grid_min: motive.grid_min,
            min_notice_min: motive.min_notice_min,
            max_horizon_days: motive.max_horizon_days,
            max_per_day: motive.max_per_day,
            patients: motive.patients.into(),
            modes: all(motive.modes),
            audience: motive.audience.into(),
            needs_approval: motive.needs_approval,
            seats: motive.seats,
            requires: all(motive.requires),
            instructions: intake.take(motive.instructions)?,
            documents: intake.take(motive.documents)?,
            agendas: intake.ids(motive.agendas)?,
        })
    }
}

impl FromGuest<wit::EntryRef> for EntryRef {
    fn from_guest(entry: wit::EntryRef, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self { object: intake.id(entry.object)?, recurrence: intake.take(entry.recurrence)? })
    }
}

impl From<EntryRef> for wit::EntryRef {
    fn from(entry: EntryRef) -> Self {
        Self { object: entry.object, recurrence: entry.recurrence.map(|start| start.0) }
    }
}

impl FromGuest<wit::Probed> for Probed {
    fn from_guest(probed: wit::Probed, intake: &mut Intake) -> Result<Self, Breach> {
        let mut word = |word: Option<String>| word.map(|word| intake.why(&word));
        let (product, version) = (word(probed.product), word(probed.version));
        Ok(Self { clock: intake.take(probed.clock)?, product, version })
    }
}

impl FromGuest<wit::Notice> for AgendaNotice {
    fn from_guest(notice: wit::Notice, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self { delivery: intake.take(notice.delivery)?, changed: intake.ids(notice.changed)? })
    }
}

impl FromGuest<wit::SlotPage> for SlotPage {
    fn from_guest(page: wit::SlotPage, intake: &mut Intake) -> Result<Self, Breach> {
        let mut slots: Vec<Slot> = intake.take(page.slots)?;
        // The contract promises it; those who read on rely on it.
        slots.sort_by_key(|slot| slot.span.start);
        Ok(Self { slots, complete: page.complete, as_of: intake.take(page.as_of)? })
    }
}

impl FromGuest<wit::Slot> for Slot {
    fn from_guest(slot: wit::Slot, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self {
            agenda: intake.id(slot.agenda)?.into(),
            span: intake.take(slot.span)?,
            state: slot.state.into(),
            motives: intake.ids(slot.motives)?,
            audience: slot.audience.into(),
            modes: all(slot.modes),
            seats_left: slot.seats_left,
            handle: intake.take(slot.handle)?,
            version: intake.take(slot.version)?,
            booking_url: intake.take(slot.booking_url)?,
            entry: intake.take(slot.entry)?,
        })
    }
}

impl FromGuest<wit::Appointment> for AgendaAppointment {
    fn from_guest(appointment: wit::Appointment, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self {
            id: intake.id(appointment.id)?.into(),
            // What is no op-id was not written by us.
            op: intake.optional_id(appointment.op)?.map(OpId).filter(OpId::is_well_formed),
            version: intake.take(appointment.version)?,
            agenda: intake.id(appointment.agenda)?.into(),
            span: intake.take(appointment.span)?,
            buffer: intake.take(appointment.buffer)?,
            motive: intake.optional_id(appointment.motive)?.map(Into::into),
            status: appointment.status.into(),
            patient: intake.take(appointment.patient)?,
            resources: intake.take(appointment.resources)?,
            replaces: intake.optional_id(appointment.replaces)?.map(Into::into),
            series: intake.take(appointment.series)?,
            entry: intake.take(appointment.entry)?,
            last_change: intake.take(appointment.last_change)?,
            by: appointment.by.into(),
            ours: appointment.ours,
        })
    }
}

impl From<AgendaAppointment> for wit::Appointment {
    fn from(appointment: AgendaAppointment) -> Self {
        Self {
            id: appointment.id.0,
            op: appointment.op.map(|op| op.0),
            version: appointment.version,
            agenda: appointment.agenda.0,
            span: appointment.span.into(),
            buffer: appointment.buffer.map(Into::into),
            motive: appointment.motive.map(|motive| motive.0),
            status: appointment.status.into(),
            patient: appointment.patient.map(Into::into),
            resources: all(appointment.resources),
            replaces: appointment.replaces.map(|id| id.0),
            series: appointment.series,
            entry: appointment.entry.map(Into::into),
            last_change: appointment.last_change.map(|at| at.0),
            by: appointment.by.into(),
            ours: appointment.ours,
        }
    }
}

impl From<Slot> for wit::Slot {
    fn from(slot: Slot) -> Self {
        Self {
            agenda: slot.agenda.0,
            span: slot.span.into(),
            state: slot.state.into(),
            motives: slot.motives.into_iter().map(|motive| motive.0).collect(),
            audience: slot.audience.into(),
            modes: all(slot.modes),
            seats_left: slot.seats_left,
            handle: slot.handle,
            version: slot.version,
            booking_url: slot.booking_url,
            entry: slot.entry.map(Into::into),
        }
    }
}

impl From<SlotPage> for wit::SlotPage {
    fn from(page: SlotPage) -> Self {
        Self { slots: all(page.slots), complete: page.complete, as_of: page.as_of.0 }
    }
}

impl FromGuest<wit::Found> for Found {
    fn from_guest(found: wit::Found, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(match found {
            wit::Found::Absent => Self::Absent,
            wit::Found::Present(appointment) => Self::Present(intake.take(appointment)?),
            wit::Found::Ambiguous(appointments) => Self::Ambiguous(intake.take(appointments)?),
        })
    }
}

impl FromGuest<wit::Delta> for Delta {
    fn from_guest(delta: wit::Delta, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self {
            changes: intake.take(delta.changes)?,
            cursor: intake.cursor(delta.cursor)?,
            more: delta.more,
            complete: delta.complete,
            as_of: intake.take(delta.as_of)?,
        })
    }
}

impl FromGuest<wit::Change> for Change {
    fn from_guest(change: wit::Change, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(match change {
            wit::Change::Upsert(appointment) => Self::Upsert(intake.take(appointment)?),
            wit::Change::Removed(id) => Self::Removed(intake.id(id)?.into()),
            wit::Change::Absence(absence) => Self::Absence(intake.take(absence)?),
            wit::Change::AbsenceRemoved(id) => Self::AbsenceRemoved(intake.id(id)?),
            wit::Change::Reset => Self::Reset,
        })
    }
}

impl FromGuest<wit::Absence> for AgendaAbsence {
    fn from_guest(absence: wit::Absence, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self {
            id: intake.id(absence.id)?,
            span: intake.take(absence.span)?,
            label: intake.take(absence.label)?,
            entry: intake.take(absence.entry)?,
        })
    }
}

impl FromGuest<wit::Conflict> for Conflict {
    fn from_guest(conflict: wit::Conflict, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self { existing: intake.take(conflict.existing)?, alternatives: intake.take(conflict.alternatives)? })
    }
}

impl FromGuest<wit::Error> for AgendaError {
    fn from_guest(error: wit::Error, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(match error {
            wit::Error::SlotTaken(conflict) => Self::SlotTaken(intake.take(conflict)?),
            wit::Error::HoldExpired => Self::HoldExpired,
            wit::Error::Stale(appointment) => Self::Stale(intake.take(appointment)?),
            wit::Error::NotFound => Self::NotFound,
            wit::Error::Already(appointment) => Self::Already(intake.take(appointment)?),
            wit::Error::RuleBroken((rule, why)) => Self::RuleBroken(rule.into(), intake.why(&why)),
            wit::Error::Invalid((field, why)) => Self::Invalid(intake.why(&field), intake.why(&why)),
            wit::Error::Denied(why) => Self::Denied(intake.why(&why)),
            wit::Error::RateLimited(seconds) => Self::RateLimited(seconds),
            wit::Error::Unavailable(why) => Self::Unavailable(intake.why(&why)),
            wit::Error::CursorExpired => Self::CursorExpired,
            wit::Error::Unsupported(what) => Self::Unsupported(intake.why(&what)),
            wit::Error::OutcomeUnknown(why) => Self::OutcomeUnknown(intake.why(&why)),
            wit::Error::Other(why) => Self::Other(intake.why(&why)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::CURSOR_BYTES;
    use super::*;
    use crate::bindings::practice::Span;

    fn slot(start: i64) -> wit::Slot {
        wit::Slot {
            agenda: "dr-martin".to_owned(),
            span: Span { start, end: start + 1 },
            state: wit::SlotState::Free,
            motives: Vec::new(),
            audience: wit::Audience::PUBLIC | wit::Audience::SNP,
            modes: Vec::new(),
            seats_left: 1,
            handle: None,
            version: None,
            booking_url: None,
            entry: None,
        }
    }

    #[test]
    fn slots_are_sorted_whatever_the_guest_does() {
        let page = wit::SlotPage { slots: vec![slot(20), slot(10)], complete: true, as_of: 0 };
        let page: SlotPage = Intake::new(10_000).take(page).expect("taken");
        assert_eq!(page.slots.iter().map(|slot| slot.span.start.0).collect::<Vec<_>>(), [10, 20]);
        assert!(page.slots[0].audience.snp && !page.slots[0].audience.cpts);
    }

    #[test]
    fn an_audience_goes_out_and_comes_back() {
        let audience = Audience { public: true, own_patients: true, ..Audience::default() };
        assert_eq!(Audience::from(wit::Audience::from(audience)), audience);
    }

    #[test]
    fn a_cursor_beyond_the_contract_is_refused() {
        let delta = |bytes| wit::Delta {
            changes: Vec::new(),
            cursor: "x".repeat(bytes),
            more: false,
            complete: true,
            as_of: 0,
        };
        let mut intake = Intake::new(100_000);
        assert!(intake.take::<Delta, _>(delta(CURSOR_BYTES)).is_ok());
        assert_eq!(intake.take::<Delta, _>(delta(CURSOR_BYTES + 1)), Err(Breach::TooMuch));
    }
}
