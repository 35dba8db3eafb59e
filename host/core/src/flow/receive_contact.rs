//! Stores a contact the moment it arrives, then looks at it for the first time.

use super::{Flow, NewContact, Reception};
use crate::ids::PracticeId;
use crate::model::audit::Actor;
use crate::model::view::ContactView;

impl Reception {
    /// Stores a new contact and returns its first view. The contact is durable
    /// and audited before any plugin is asked.
    ///
    /// # Errors
    /// `NotFound("practice")`, `Invalid` for a bad fact, `Storage`.
    pub async fn receive_contact(&self, practice: &PracticeId, new: NewContact, actor: &Actor) -> Flow<ContactView> {
        let _ = (practice, new, actor);
        todo!()
    }
}
