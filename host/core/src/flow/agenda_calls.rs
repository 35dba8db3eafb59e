//! The only place where greffon writes to an agenda, and where it asks what
//! became of a write. Never inside a transaction, and only by whoever holds the
//! right to write to that agenda.

use super::intents::Manners;
use super::memory::Writing;
use super::{Flow, Reception, Scene};
use crate::ids::{AgendaId, OpId};
use crate::model::audit::Actor;
use crate::model::intent::{
    Answer, Appointment, Finding, Intent, IntentEvent, IntentKind, read_answer, read_cancel_look_up, read_look_up,
    read_move_look_up,
};
use crate::model::scheduling::{AgendaError, ByWhom, Found};
use crate::ports::practices::LivePractice;

/// An intent after the agenda was called, and what the agenda said if it
/// refused.
pub(crate) struct Sent {
    pub(crate) intent: Intent,
    pub(crate) said: Option<AgendaError>,
}

impl Reception {
    /// Calls the agenda for an intent that is `sending`, and stores the answer.
    pub(crate) async fn send(
        &self,
        practice: &LivePractice,
        actor: &Actor,
        intent: &Intent,
        manners: &Manners,
        _writing: &Writing,
    ) -> Flow<Sent> {
        let before = self.concerned(intent).await?;
        let held = before.as_ref().map(|known| &known.held);
        let expected = held.and_then(|held| held.version.as_deref());
        let result = match (practice.agenda(&intent.feature), &intent.kind) {
            (Err(out), _) => Err(AgendaError::Unavailable(out.to_string())),
            (Ok(agenda), IntentKind::Move(id)) if manners.moves => {
                agenda.move_to(&intent.op, id, expected, &intent.request).await
            }
            (Ok(agenda), IntentKind::Book | IntentKind::Move(_)) => {
                agenda.book(&intent.op, &intent.request, None).await
            }
            (Ok(agenda), IntentKind::Cancel { appointment, by, reason }) => {
                agenda.cancel(&intent.op, appointment, expected, *by, reason).await
            }
        };
        let answer = read_answer(intent, held, result.clone());
        let event = IntentEvent::Answered { send: intent.sends, answer };
        let scene = Scene::new(practice, actor, self.clock.now());
        let (intent, _) = self.step_intent(scene, intent.id, &event, manners).await?;
        Ok(Sent { intent, said: result.err() })
    }

    /// Asks the agenda what became of an intent.
    pub(crate) async fn look_up(
        &self,
        practice: &LivePractice,
        intent: &Intent,
        manners: &Manners,
        _writing: &Writing,
    ) -> Flow<Finding> {
        let before = self.concerned(intent).await?;
        let Ok(agenda) = practice.agenda(&intent.feature) else { return Ok(Finding::Unreadable) };
        match (&intent.kind, before) {
            (IntentKind::Move(_), Some(before)) if manners.moves => {
                let by_own = agenda.look_up(&intent.op, &intent.request).await;
                let by_former = match &by_own {
                    Ok(Found::Absent) => {
                        let former = self.written_as(&before, intent).await?;
                        Some(agenda.look_up(&former.0, &former.1.request).await)
                    }
                    _ => None,
                };
                Ok(read_move_look_up(intent, &before.held, by_own, by_former))
            }
            (IntentKind::Cancel { .. }, Some(before)) => {
                let former = self.written_as(&before, intent).await?;
                Ok(read_cancel_look_up(&before.held, agenda.look_up(&former.0, &former.1.request).await))
            }
            _ => Ok(read_look_up(intent, agenda.look_up(&intent.op, &intent.request).await)),
        }
    }

    /// Takes out what must not be in the agenda.
    pub(crate) async fn take_out(&self, practice: &LivePractice, intent: &Intent, _writing: &Writing) -> Answer {
        let Some(held) = &intent.appointment else { return Answer::Refused("no-appointment".to_owned()) };
        // One write of its own, the same on every try.
        let op = OpId(format!("{}", intent.id));
        let undo = Intent {
            kind: IntentKind::Cancel {
                appointment: held.id.clone(),
                by: ByWhom::System,
                reason: "booked-after-refusal".to_owned(),
            },
            ..intent.clone()
        };
        let agenda = match practice.agenda(&intent.feature) {
            Ok(agenda) => agenda,
            Err(out) => return Answer::Unreachable(out.code().to_owned()),
        };
        let result =
            agenda.cancel(&op, &held.id, held.version.as_deref(), ByWhom::System, "booked-after-refusal").await;
        read_answer(&undo, Some(held), result)
    }

    /// The right to write wherever an intent writes: a move also touches the
    /// agenda it leaves.
    pub(crate) async fn writing_for(&self, intent: &Intent) -> Flow<Writing> {
        let left = self.concerned(intent).await?.map(|known| known.held.agenda);
        let agendas: Vec<&AgendaId> = std::iter::once(&intent.request.agenda).chain(left.as_ref()).collect();
        Ok(self.memory.writing(&intent.practice, &intent.feature, &agendas).await)
    }

    /// The appointment that a move or a cancellation is about.
    async fn concerned(&self, intent: &Intent) -> Flow<Option<Appointment>> {
        match &intent.kind {
            IntentKind::Book => Ok(None),
            IntentKind::Move(id) | IntentKind::Cancel { appointment: id, .. } => {
                Ok(self.storage.appointment(&intent.practice, Some(&intent.feature), id).await?)
            }
        }
    }

    /// The op-id that an appointment was last written with, and the intent that
    /// holds it.
    async fn written_as(&self, appointment: &Appointment, intent: &Intent) -> Flow<(OpId, Intent)> {
        let holder = self.storage.intent(&intent.practice, appointment.intent).await?;
        let holder = holder.unwrap_or_else(|| intent.clone());
        let op = appointment.held.op.clone().unwrap_or_else(|| holder.op.clone());
        Ok((op, holder))
    }
}
