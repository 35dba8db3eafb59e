//! Finds slots in the practice's agendas, under the practice's rules.

use super::{Flow, Reception, SlotSearch};
use crate::ids::{ContactId, PracticeId};
use crate::model::view::SlotOffer;

impl Reception {
    /// Free slots for a contact.
    ///
    /// # Errors
    /// `NotFound`, `Invalid`, `NotAllowed("not-concluded" | "emergency")`, `Storage`.
    pub async fn search_slots(&self, practice: &PracticeId, contact: ContactId, search: SlotSearch) -> Flow<SlotOffer> {
        let _ = (practice, contact, search);
        todo!()
    }
}
