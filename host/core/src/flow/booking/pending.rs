//! One change of an appointment at a time.

use greffon_words::refusals;

use crate::flow::act::Act;
use crate::flow::error::{Flow, FlowError, Thing};
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
    let mut known = tx.appointment(&intent.feature, id).await?.ok_or(FlowError::NotFound(Thing::Appointment))?;
    still_stands(&known)?;
    if let Some(other) = known.pending
        && tx.intent(other).await?.is_some_and(|other| !other.state.is_final())
    {
        return Err(FlowError::NotAllowed { code: "change-pending", remedy: refusals::change_pending() });
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
        _ => Err(FlowError::NotAllowed { code: "appointment-over", remedy: refusals::appointment_over() }),
    }
}

/// The refusal for an appointment that was cancelled.
pub(in crate::flow) fn cancelled() -> FlowError {
    FlowError::NotAllowed { code: "appointment-cancelled", remedy: refusals::appointment_cancelled() }
}
