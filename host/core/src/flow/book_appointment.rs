//! Books, through an intent that ends truthfully whatever happens.

use super::{BookingOutcome, Flow, NewBooking, Reception};
use crate::ids::{ContactId, PracticeId};
use crate::model::audit::Actor;

impl Reception {
    /// Books a slot. The outcome is confirmed, or still unknown and being
    /// looked up; a refusal is an error with alternatives.
    ///
    /// # Errors
    /// `NotFound`, `Invalid`, `NotAllowed`, `SlotTaken`, `RuleBroken`, `OpIdReused`, `AgendaUnavailable`, `Storage`.
    pub async fn book_appointment(
        &self,
        practice: &PracticeId,
        contact: ContactId,
        new: NewBooking,
        actor: &Actor,
    ) -> Flow<BookingOutcome> {
        let _ = (practice, contact, new, actor);
        todo!()
    }
}
