//! Warns about a promise at three quarters of its delay, and escalates it when
//! it is late.

use super::JobOutcome;
use crate::flow::{Flow, FlowError, Reception, Scene};
use crate::ids::CommitmentId;
use crate::model::audit::Actor;
use crate::model::commitment::CommitmentEvent;
use crate::ports::practices::LivePractice;
use crate::ports::storage::Transaction;

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

    /// Nobody will be warned by itself any more: those who are told when a promise
    /// is late are told now.
    pub(super) async fn give_up_watch(&self, tx: &mut dyn Transaction, scene: Scene<'_>, id: CommitmentId) -> Flow<()> {
        match tx.commitment(id).await? {
            Some(commitment) if !commitment.state.is_final() => Ok(self.remind(tx, scene, &commitment, true).await?),
            _ => Ok(()),
        }
    }
}
