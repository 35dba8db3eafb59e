//! Ends a contact: nothing required is missing, the recap was said.

use super::{Flow, NewClosing, Reception};
use crate::ids::{ContactId, PracticeId};
use crate::model::audit::Actor;
use crate::model::view::ContactView;

impl Reception {
    /// Closes a contact.
    ///
    /// # Errors
    /// `NotFound`, `Invalid` for an unknown instruction, `NotAllowed` with what is missing, `Conflict`, `Storage`.
    pub async fn close_contact(
        &self,
        practice: &PracticeId,
        contact: ContactId,
        new: NewClosing,
        actor: &Actor,
    ) -> Flow<ContactView> {
        let _ = (practice, contact, new, actor);
        todo!()
    }
}
