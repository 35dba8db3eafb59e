//! Sees that a laboratory that called has said its result: the line may be dead before it.

use super::outcome::JobOutcome;
use crate::flow::{Contacts, Flow, FlowError};
use crate::ids::{ContactId, PracticeId};
use crate::model::audit::Actor;

pub(super) async fn run(contacts: &Contacts, practice: &PracticeId, id: ContactId) -> Flow<JobOutcome> {
    match contacts.count_missing_result(practice, id, &Actor::job("watch-result")).await {
        Ok(()) | Err(FlowError::NotFound(_)) => Ok(JobOutcome::Done),
        Err(error) => Err(error),
    }
}
