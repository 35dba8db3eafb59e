//! What people do with promises.

use super::{Flow, Reception};
use crate::ids::{CommitmentId, PracticeId};
use crate::model::audit::Actor;
use crate::model::commitment::{Commitment, CommitmentAction};

impl Reception {
    /// Starts, keeps, breaks, withdraws or moves a commitment.
    ///
    /// # Errors
    /// `NotFound("commitment")`, `Invalid`, `NotAllowed("already-final")`, `Conflict`, `Storage`.
    pub async fn act_on_commitment(
        &self,
        practice: &PracticeId,
        commitment: CommitmentId,
        action: CommitmentAction,
        actor: &Actor,
    ) -> Flow<Commitment> {
        let _ = (practice, commitment, action, actor);
        todo!()
    }
}
