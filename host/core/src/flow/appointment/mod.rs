//! Appointments that stand: another time, an end, a status.

mod cancel;
mod changeable;
mod follow;
mod keep_free;
mod look;
mod move_to;
mod status;
mod take_over;
mod watch;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use self::take_over::NewTakeOver;

use super::act::Acts;
use super::agenda::Agendas;
use super::booking::Bookings;
use super::contact::Contacts;
use super::gate::Gate;
use super::message::Messages;
use crate::ids::{AgendaId, ContactId, OpId};
use crate::model::scheduling::{AppointmentStatus, ByWhom};
use crate::ports::storage::Storage;
use crate::time::Instant;

/// Moves, cancels and marks appointments.
#[derive(Clone)]
pub struct Appointments {
    acts: Acts,
    storage: Arc<dyn Storage>,
    agendas: Agendas,
    bookings: Bookings,
    contacts: Contacts,
    messages: Messages,
    gate: Gate,
}

impl Appointments {
    pub(super) fn new(
        acts: Acts,
        storage: Arc<dyn Storage>,
        agendas: Agendas,
        bookings: Bookings,
        contacts: Contacts,
        messages: Messages,
        gate: Gate,
    ) -> Self {
        Self { acts, storage, agendas, bookings, contacts, messages, gate }
    }
}

/// Another time for an appointment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewMove {
    /// Idempotency key.
    pub op_id: OpId,
    /// In which contact.
    #[serde(default)]
    pub contact: Option<ContactId>,
    /// First instant of the new time.
    pub start: Instant,
    /// Another agenda of the same feature.
    #[serde(default)]
    pub agenda: Option<AgendaId>,
    /// From the offered slot.
    #[serde(default)]
    pub slot_handle: Option<String>,
    /// From the offered slot.
    #[serde(default)]
    pub slot_version: Option<String>,
}

/// The end of an appointment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewCancellation {
    /// Idempotency key.
    pub op_id: OpId,
    /// In which contact.
    #[serde(default)]
    pub contact: Option<ContactId>,
    /// Who wants it.
    pub by: ByWhom,
    /// Why: a code such as `patient-request` or `practitioner-away`.
    pub reason: String,
}

/// Another status of an appointment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewStatus {
    /// Idempotency key.
    pub op_id: OpId,
    /// Arrived, fulfilled or no-show.
    pub status: AppointmentStatus,
}
