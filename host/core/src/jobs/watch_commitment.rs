//! Warns about a promise at three quarters of its delay, and escalates it when
//! it is late.

use super::JobOutcome;
use crate::flow::{Flow, FlowError, Reception, Scene};
use crate::ids::CommitmentId;
use crate::model::audit::Actor;
use crate::model::commitment::CommitmentEvent;
use crate::ports::practices::LivePractice;

impl Reception {
    pub(super) async fn watch_commitment(&self, practice: &LivePractice, id: CommitmentId) -> Flow<JobOutcome> {
        let actor = Actor::job("watch-commitment");
        let scene = Scene::new(practice, &actor, self.clock.now());
        match self.step_commitment(scene, id, CommitmentEvent::Tick).await {
            // The next watch was written with the change.
            Ok(_) | Err(FlowError::NotFound(_)) => Ok(JobOutcome::Done),
            Err(error) => Err(error),
        }
    }
}
