//! Takes facts in and gives the view out: red flags in the host, then triage,
//! then script.

use super::{Flow, NewFact, NewLevel, Reception};
use crate::ids::{ContactId, PracticeId};
use crate::model::audit::Actor;
use crate::model::view::ContactView;

impl Reception {
    /// Appends facts and returns what comes next.
    ///
    /// # Errors
    /// `NotFound("contact")`, `Invalid`, `NotAllowed("contact-closed")`, `Conflict`, `Storage`.
    pub async fn advance_contact(
        &self,
        practice: &PracticeId,
        contact: ContactId,
        facts: Vec<NewFact>,
        actor: &Actor,
    ) -> Flow<ContactView> {
        let _ = (practice, contact, facts, actor);
        todo!()
    }

    /// The view as it stands, without changing anything.
    ///
    /// # Errors
    /// `NotFound("contact")`, `Storage`.
    pub async fn view_contact(&self, practice: &PracticeId, contact: ContactId) -> Flow<ContactView> {
        let _ = (practice, contact);
        todo!()
    }

    /// Raises the level (anybody), or lowers it (a practitioner, with a reason: S2).
    ///
    /// # Errors
    /// `NotFound("contact")`, `Forbidden`, `Invalid`, `NotAllowed`, `Conflict`, `Storage`.
    pub async fn set_level(
        &self,
        practice: &PracticeId,
        contact: ContactId,
        new: NewLevel,
        actor: &Actor,
    ) -> Flow<ContactView> {
        let _ = (practice, contact, new, actor);
        todo!()
    }
}
