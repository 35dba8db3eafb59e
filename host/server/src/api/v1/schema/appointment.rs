//! Appointments.

use greffon_core::model::{intent, scheduling};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::mirrored;
use super::person::Person;
use super::time::Timestamp;

mirrored! {
    /// Life of an appointment (FHIR R4).
    AppointmentStatus = scheduling::AppointmentStatus {
        Proposed, Pending, Booked, Waitlist, Arrived, Fulfilled, Noshow, Cancelled, EnteredInError,
    }
}

mirrored! {
    /// Who did something to an appointment.
    ByWhom = scheduling::ByWhom { Patient, Practitioner, Secretary, Agenda, System }
}

/// An appointment, as its agenda holds it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Appointment {
    /// Its name in the agenda.
    id: String,
    /// Whose.
    practice: String,
    /// The practice's name of the agenda plugin that serves it.
    feature: String,
    /// Which agenda.
    agenda: String,
    /// First instant.
    start: Timestamp,
    /// First instant after.
    end: Timestamp,
    /// How far.
    status: AppointmentStatus,
    /// What for.
    motive: Option<String>,
    /// For whom.
    patient: Option<Person>,
    /// From which contact.
    contact: Option<Uuid>,
    /// An entry of somebody else's has a part of its time: a person decides who keeps it.
    beside_another: bool,
    /// The move or cancellation that is under way.
    pending: Option<Uuid>,
    /// When it last changed.
    updated_at: Timestamp,
}

impl From<intent::Appointment> for Appointment {
    fn from(core: intent::Appointment) -> Self {
        Self {
            id: core.id.0,
            practice: core.practice.0,
            feature: core.feature.0,
            agenda: core.held.agenda.0,
            start: core.held.span.start.into(),
            end: core.held.span.end.into(),
            status: core.held.status.into(),
            motive: core.held.motive.map(|one| one.0),
            patient: core.held.patient.map(Into::into),
            contact: core.contact.map(|one| one.0),
            beside_another: core.standing.double,
            pending: core.pending.map(|one| one.0),
            updated_at: core.updated_at.into(),
        }
    }
}
