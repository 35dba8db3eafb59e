//! What time and lost messages do to an alert.

use super::Alerts;
use crate::flow::act::Act;
use crate::flow::error::Flow;
use crate::flow::journal::Entry;
use crate::ids::{AlertId, MessageId, PracticeId};
use crate::model::alert::{AlertEvent, AlertOutcome, AlertState};
use crate::model::audit::{Actor, Role};
use crate::model::contact::Contact;
use crate::ports::storage::{Stored, Transaction};

impl Alerts {
    /// Tells the next rung, or opens an acknowledged alert again: the time of this watch has
    /// come. Nothing happens when somebody has set another since.
    ///
    /// # Errors
    /// `NotFound(Practice)`, `Conflict`, `Storage`.
    pub(crate) async fn watch(&self, practice: &PracticeId, id: AlertId, watch: u32, actor: &Actor) -> Flow<()> {
        let practice = self.acts.practice(practice)?;
        let act = Act::new(&practice, actor, self.acts.now());
        let mut tx = self.storage.begin(&practice.id).await?;
        let Some(before) = tx.alert(id).await? else { return Ok(()) };
        if before.state == AlertState::Ended || before.watch != watch {
            return Ok(());
        }
        let Some(contact) = tx.contact(before.contact).await? else { return Ok(()) };
        self.step(tx.as_mut(), act, before, &contact, AlertEvent::Tick(watch)).await?;
        Ok(tx.commit().await?)
    }

    /// A practitioner has lowered the level: with their reason the alert is over.
    pub(crate) async fn end_by_lowering(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        contact: &Contact,
    ) -> Stored<()> {
        let (Some(id), Some(lowered)) = (contact.alert, &contact.lowered) else { return Ok(()) };
        let Some(before) = tx.alert(id).await?.filter(|alert| alert.state != AlertState::Ended) else { return Ok(()) };
        let event = AlertEvent::End {
            outcome: AlertOutcome::NoDanger,
            note: Some(lowered.reason.clone()),
            by: lowered.by.clone(),
            role: Role::Practitioner,
        };
        let entry = Entry::new("alert.ended").field("outcome", AlertOutcome::NoDanger.as_str());
        self.acts.note(tx, act, entry.in_contact(Some(contact.id)).about("alert", id)).await?;
        self.step(tx, act, before, contact, event).await?;
        Ok(())
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
