//! What was under way in the restored backup. A message may have left since, an intent may
//! have been sent, told of and called off: nothing of it is sent by itself.

use super::Recoveries;
use super::read::ReadAgenda;
use crate::flow::act::Act;
use crate::flow::error::Flow;
use crate::ids::{AgendaId, FeatureId, IntentId, MessageId};
use crate::model::audit::Actor;
use crate::model::intent::{Finding, Intent, IntentKind, IntentState, fits};
use crate::model::message::{MessageCause, MessageEvent};
use crate::model::recovery::{UnderWay, is_live};
use crate::model::scheduling::{AgendaAppointment, AppointmentStatus};
use crate::ports::practices::LivePractice;

/// So much of it is read at once.
const AT_ONCE: u32 = 200;

impl Recoveries {
    /// Leaves every message that was under way to a person. One of an alert counts as lost,
    /// so that the next rung is told.
    pub(super) async fn withhold(&self, practice: &LivePractice, actor: &Actor) -> Flow<()> {
        loop {
            let under_way = self.storage.under_way(&practice.id, AT_ONCE).await?;
            let mut messages = under_way.iter().filter_map(|what| match what {
                UnderWay::Message(id) => Some(*id),
                UnderWay::Intent(_) => None,
            });
            let Some(first) = messages.next() else { return Ok(()) };
            for id in std::iter::once(first).chain(messages) {
                self.withhold_message(practice, actor, id).await?;
            }
        }
    }

    async fn withhold_message(&self, practice: &LivePractice, actor: &Actor, id: MessageId) -> Flow<()> {
        let act = Act::new(practice, actor, self.acts.now());
        let mut tx = self.storage.begin(&practice.id).await?;
        if let Some(before) = tx.message(id).await?
            && let Some(message) =
                self.messages.step(tx.as_mut(), act, &before, MessageEvent::Restored, Vec::new()).await?
        {
            self.messages.leave_to_person(tx.as_mut(), act, &message).await?;
            if let MessageCause::Alert(alert) = message.cause {
                self.alerts.lost(tx.as_mut(), act, alert, message.id).await?;
            }
            if let Some(mut recovery) = tx.recovery().await? {
                recovery.withheld = recovery.withheld.saturating_add(1);
                tx.save_recovery(&mut recovery).await?;
            }
        }
        tx.end_under_way(UnderWay::Message(id)).await?;
        Ok(tx.commit().await?)
    }

    /// Ends the intents that were under way at agendas which were read.
    pub(super) async fn settle_intents(
        &self,
        practice: &LivePractice,
        actor: &Actor,
        feature: &FeatureId,
        read: &[ReadAgenda],
    ) -> Flow<()> {
        for intent in self.intents_under_way(practice).await? {
            if intent.feature != *feature {
                continue;
            }
            let before = self.concerned(practice, &intent).await?;
            let own = before.as_ref().map_or(&intent.request.agenda, |held| &held.agenda);
            let was_read = |agenda: &AgendaId| read.iter().any(|one| one.agenda == *agenda);
            if was_read(own) && was_read(&intent.request.agenda) {
                self.settle_intent(practice, actor, &intent, found(&intent, before.as_ref(), read)).await?;
            }
        }
        Ok(())
    }

    /// Ends what is not at any agenda of the practice; all that is left when nothing is
    /// waited for any more.
    pub(super) async fn settle_rest(&self, practice: &LivePractice, actor: &Actor, all: bool) -> Flow<()> {
        let agendas = super::agendas_of(practice);
        for intent in self.intents_under_way(practice).await? {
            let known = agendas.contains(&(intent.feature.clone(), intent.request.agenda.clone()));
            if all || !known {
                self.settle_intent(practice, actor, &intent, Some(Finding::Unreadable)).await?;
            }
        }
        Ok(())
    }

    async fn settle_intent(
        &self,
        practice: &LivePractice,
        actor: &Actor,
        intent: &Intent,
        finding: Option<Finding>,
    ) -> Flow<()> {
        if let Some(finding) = finding {
            self.bookings.settle_restored(practice, actor, intent.id, finding).await?;
        }
        self.end_intent(practice, intent.id).await
    }

    async fn end_intent(&self, practice: &LivePractice, id: IntentId) -> Flow<()> {
        let mut tx = self.storage.begin(&practice.id).await?;
        tx.end_under_way(UnderWay::Intent(id)).await?;
        Ok(tx.commit().await?)
    }

    /// The intents that were under way and are; those that are not any more have their end.
    async fn intents_under_way(&self, practice: &LivePractice) -> Flow<Vec<Intent>> {
        let mut intents = Vec::new();
        // Few: what was on its way in one instant.
        for what in self.storage.under_way(&practice.id, u32::MAX).await? {
            let UnderWay::Intent(id) = what else { continue };
            match self.storage.intent(&practice.id, id).await? {
                Some(intent) if !intent.state.is_final() => intents.push(intent),
                _ => self.end_intent(practice, id).await?,
            }
        }
        Ok(intents)
    }

    async fn concerned(&self, practice: &LivePractice, intent: &Intent) -> Flow<Option<AgendaAppointment>> {
        let (IntentKind::Move(id) | IntentKind::Cancel { appointment: id, .. }) = &intent.kind else {
            return Ok(None);
        };
        let known = self.storage.appointment(&practice.id, Some(&intent.feature), id).await?;
        Ok(known.map(|known| known.held))
    }
}

/// What the agendas hold of an intent; `None` when what was to be done was certainly not
/// done, and may go on as if nothing had happened.
fn found(intent: &Intent, before: Option<&AgendaAppointment>, read: &[ReadAgenda]) -> Option<Finding> {
    let entries = || read.iter().flat_map(|one| &one.entries);
    let present = |held: &AgendaAppointment| Finding::Present(Box::new(held.clone()));
    match &intent.kind {
        // It was refused, and what is in the agenda all the same is being taken out.
        _ if intent.state == IntentState::Compensating => None,
        IntentKind::Cancel { appointment, .. } => {
            let there = entries().find(|held| held.id == *appointment);
            match (there, before) {
                (Some(held), _) if is_live(held) => None,
                (Some(held), _) => Some(present(held)),
                (None, Some(before)) => {
                    let gone = AgendaAppointment { status: AppointmentStatus::Cancelled, ..before.clone() };
                    Some(Finding::Gone(Box::new(gone)))
                }
                (None, None) => Some(Finding::Absent),
            }
        }
        IntentKind::Book | IntentKind::Move(_) => {
            let same = |held: &&AgendaAppointment| match &intent.kind {
                IntentKind::Move(id) if held.id == *id => true,
                _ => held.ours && held.op.as_ref() == Some(&intent.op),
            };
            let there = entries().filter(same).find(|held| fits(intent, held));
            Some(there.map_or(Finding::Absent, present))
        }
    }
}
