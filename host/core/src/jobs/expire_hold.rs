//! Lets a claim go that never reached its agenda: whoever made it is gone.

use super::JobOutcome;
use crate::flow::intents::Manners;
use crate::flow::{Flow, Reception, Scene};
use crate::ids::IntentId;
use crate::model::audit::Actor;
use crate::model::intent::IntentEvent;
use crate::ports::practices::LivePractice;

impl Reception {
    pub(super) async fn expire_hold(&self, practice: &LivePractice, id: IntentId) -> Flow<JobOutcome> {
        let Some(intent) = self.storage.intent(&practice.id, id).await? else { return Ok(JobOutcome::Done) };
        let actor = Actor::job("expire-hold");
        let scene = Scene::new(practice, &actor, self.clock.now());
        let manners = Manners::careful(practice, &intent.feature);
        self.step_intent(scene, id, &IntentEvent::Abandon, &manners, None).await?;
        Ok(JobOutcome::Done)
    }
}
