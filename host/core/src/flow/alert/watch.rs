//! What time and lost messages do to an alert.

use std::time::Duration;

use super::Alerts;
use crate::flow::act::Act;
use crate::flow::error::Flow;
use crate::ids::{AlertId, MessageId, PracticeId};
use crate::model::alert::{AlertEvent, AlertState};
use crate::model::audit::Actor;
use crate::ports::storage::{Stored, Transaction};

impl Alerts {
    /// Tells the next rung when it is time. Says how long it is until somebody must look
    /// again; `None` once the alert has ended.
    ///
    /// # Errors
    /// `NotFound(Practice)`, `Conflict`, `Storage`.
    pub(crate) async fn watch(&self, practice: &PracticeId, id: AlertId, actor: &Actor) -> Flow<Option<Duration>> {
        let practice = self.acts.practice(practice)?;
        let act = Act::new(&practice, actor, self.acts.now());
        let mut tx = self.storage.begin(&practice.id).await?;
        let Some(before) = tx.alert(id).await? else { return Ok(None) };
        if before.state == AlertState::Ended {
            return Ok(None);
        }
        let Some(contact) = tx.contact(before.contact).await? else { return Ok(None) };
        let after = self.step(tx.as_mut(), act, before, &contact, AlertEvent::Tick).await?;
        tx.commit().await?;
        Ok(Some(after.watch_at.since(act.now).max(Duration::from_secs(1))))
    }

    /// One of its messages did not arrive, or perhaps not: when that was the last hope of
    /// its rung, the next one is told in the same transaction.
    pub(crate) async fn lost(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        id: AlertId,
        message: MessageId,
    ) -> Stored<()> {
        let Some(before) = tx.alert(id).await? else { return Ok(()) };
        let Some(contact) = tx.contact(before.contact).await? else { return Ok(()) };
        self.step(tx, act, before, &contact, AlertEvent::Lost(message)).await?;
        Ok(())
    }
}
