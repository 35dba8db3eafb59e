//! Ends intents that were under way in a backup that was restored.

use super::Bookings;
use crate::flow::act::Act;
use crate::flow::agenda::WriteRules;
use crate::flow::error::Flow;
use crate::ids::IntentId;
use crate::model::audit::Actor;
use crate::model::intent::{Finding, IntentEvent};
use crate::ports::practices::LivePractice;

impl Bookings {
    /// Ends an intent by what its agenda holds of it after a restore. Nothing is sent again,
    /// and what those concerned may have been told already is left to a person. An intent
    /// that has its end stays as it is.
    pub(crate) async fn settle_restored(
        &self,
        practice: &LivePractice,
        actor: &Actor,
        id: IntentId,
        finding: Finding,
    ) -> Flow<()> {
        let Some(intent) = self.storage.intent(&practice.id, id).await? else { return Ok(()) };
        let rules = WriteRules::of(practice, &intent.feature);
        let rules = rules.unwrap_or_else(|_| WriteRules::careful(practice, &intent.feature));
        let act = Act::new(practice, actor, self.acts.now());
        self.step(act, id, &IntentEvent::Restored(finding), &rules, None).await?;
        self.contacts.refresh_after(&practice.id, intent.contact, actor).await;
        Ok(())
    }
}
