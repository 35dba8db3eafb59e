//! Moves, cancels and marks appointments, through the same intents.

use super::{BookingOutcome, Flow, NewCancellation, NewMove, NewStatus, Reception};
use crate::ids::{AppointmentId, PracticeId};
use crate::model::audit::Actor;
use crate::model::intent::Appointment;

impl Reception {
    /// Gives an appointment another time. The old time is released only when
    /// the new one is confirmed.
    ///
    /// # Errors
    /// As [`Reception::book_appointment`].
    pub async fn move_appointment(
        &self,
        practice: &PracticeId,
        appointment: &AppointmentId,
        new: NewMove,
        actor: &Actor,
    ) -> Flow<BookingOutcome> {
        let _ = (practice, appointment, new, actor);
        todo!()
    }

    /// Calls an appointment off.
    ///
    /// # Errors
    /// `NotFound`, `Invalid`, `NotAllowed`, `OpIdReused`, `AgendaUnavailable`, `Storage`.
    pub async fn cancel_appointment(
        &self,
        practice: &PracticeId,
        appointment: &AppointmentId,
        new: NewCancellation,
        actor: &Actor,
    ) -> Flow<BookingOutcome> {
        let _ = (practice, appointment, new, actor);
        todo!()
    }

    /// Marks an appointment arrived, fulfilled or no-show.
    ///
    /// # Errors
    /// `NotFound`, `NotAllowed`, `AgendaUnavailable`, `Conflict`, `Storage`.
    pub async fn set_appointment_status(
        &self,
        practice: &PracticeId,
        appointment: &AppointmentId,
        new: NewStatus,
        actor: &Actor,
    ) -> Flow<Appointment> {
        let _ = (practice, appointment, new, actor);
        todo!()
    }
}
