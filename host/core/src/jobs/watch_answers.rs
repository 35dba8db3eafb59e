//! Sees that a sign of danger that was heard has its answer: the line may be dead, or
//! whoever held it was called away.

use super::outcome::JobOutcome;
use crate::flow::{Contacts, Flow, FlowError};
use crate::ids::{ContactId, PracticeId};
use crate::model::audit::Actor;

pub(super) async fn run(contacts: &Contacts, practice: &PracticeId, id: ContactId) -> Flow<JobOutcome> {
    match contacts.count_unanswered(practice, id, &Actor::job("watch-answers")).await {
        Ok(()) | Err(FlowError::NotFound(_)) => Ok(JobOutcome::Done),
        Err(error) => Err(error),
    }
}
