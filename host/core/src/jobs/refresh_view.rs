//! Asks grids and script of a contact again, for those who read it.

use super::outcome::JobOutcome;
use crate::flow::{Contacts, Flow, FlowError};
use crate::ids::{ContactId, PracticeId};
use crate::model::audit::Actor;

pub(super) async fn run(contacts: &Contacts, practice: &PracticeId, id: ContactId) -> Flow<JobOutcome> {
    match contacts.refresh(practice, id, &Actor::job("refresh-view")).await {
        Ok(()) | Err(FlowError::NotFound(_)) => Ok(JobOutcome::Done),
        Err(error) => Err(error),
    }
}
