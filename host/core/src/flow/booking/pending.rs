//! One change of an appointment at a time.

use crate::flow::act::Act;
use crate::flow::error::{Flow, FlowError};
use crate::ids::AppointmentId;
use crate::model::intent::{Appointment, Intent};
use crate::model::scheduling::AppointmentStatus;
use crate::ports::storage::Transaction;

/// Makes an intent the one change that is under way on an appointment.
pub(in crate::flow) async fn begin_change(
    tx: &mut dyn Transaction,
    act: Act<'_>,
    intent: &Intent,
    id: &AppointmentId,
) -> Flow<()> {
    let mut known = tx.appointment(&intent.feature, id).await?.ok_or(FlowError::NotFound("appointment"))?;
    still_stands(&known)?;
    if let Some(other) = known.pending
        && tx.intent(other).await?.is_some_and(|other| !other.state.is_final())
    {
        return Err(FlowError::NotAllowed {
            code: "change-pending",
            remedy: "Un changement de ce rendez-vous est en cours : attendez qu'il soit confirmé.".to_owned(),
        });
    }
    known.pending = Some(intent.id);
    known.updated_at = act.now;
    Ok(tx.save_appointment(&mut known).await?)
}

/// Refuses to change what is over.
pub(in crate::flow) fn still_stands(known: &Appointment) -> Flow<()> {
    match known.held.status {
        AppointmentStatus::Booked | AppointmentStatus::Pending | AppointmentStatus::Proposed => Ok(()),
        AppointmentStatus::Cancelled | AppointmentStatus::EnteredInError => Err(cancelled()),
        _ => Err(FlowError::NotAllowed {
            code: "appointment-over",
            remedy: "Le patient est déjà venu, ou le rendez-vous est passé.".to_owned(),
        }),
    }
}

/// The refusal for an appointment that was cancelled.
pub(in crate::flow) fn cancelled() -> FlowError {
    FlowError::NotAllowed {
        code: "appointment-cancelled",
        remedy: "Ce rendez-vous est annulé : prenez-en un autre.".to_owned(),
    }
}
