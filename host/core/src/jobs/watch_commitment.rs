//! Warns about a promise at three quarters of its delay, and escalates it when
//! it is late.

use super::outcome::JobOutcome;
use crate::flow::{Act, Acts, Commitments, Flow, FlowError};
use crate::ids::CommitmentId;
use crate::model::audit::Actor;
use crate::model::commitment::CommitmentEvent;
use crate::ports::practices::LivePractice;

pub(super) async fn run(
    commitments: &Commitments,
    acts: &Acts,
    practice: &LivePractice,
    id: CommitmentId,
) -> Flow<JobOutcome> {
    let actor = Actor::job("watch-commitment");
    let act = Act::new(practice, &actor, acts.now());
    match commitments.step(act, id, CommitmentEvent::Tick).await {
        // The next watch was written with the change.
        Ok(_) | Err(FlowError::NotFound(_)) => Ok(JobOutcome::Done),
        Err(error) => Err(error),
    }
}
