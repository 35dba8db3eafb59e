//! Lets a claim go that never reached its agenda: whoever made it is gone.

use super::JobOutcome;
use crate::flow::{Flow, Reception, Scene};
use crate::ids::IntentId;
use crate::model::audit::Actor;
use crate::model::intent::IntentEvent;
use crate::model::practice::Practice;

impl Reception {
    pub(super) async fn expire_hold(&self, practice: &Practice, id: IntentId) -> Flow<JobOutcome> {
        let Some(intent) = self.storage.intent(&practice.id, id).await? else { return Ok(JobOutcome::Done) };
        let actor = Actor::job("expire-hold");
        let scene = Scene::new(practice, &actor, self.clock.now());
        let manners = self.careful_manners(practice, &intent.feature).await;
        self.step_intent(scene, id, &IntentEvent::Abandon, &manners).await?;
        Ok(JobOutcome::Done)
    }
}
