//! Finds out what became of an intent, and brings it to an end. Holds the right
//! to write to the agenda while it does, so that it never looks beside a write
//! of its own process.

use super::JobOutcome;
use crate::flow::intents::Manners;
use crate::flow::{Flow, FlowError, Reception, Scene};
use crate::ids::IntentId;
use crate::model::audit::Actor;
use crate::model::intent::{Answer, Finding, Intent, IntentEvent, IntentState, next_at};
use crate::model::practice::PluginKind;
use crate::ports::practices::LivePractice;
use crate::ports::storage::Transaction;

impl Reception {
    pub(super) async fn reconcile_booking(&self, practice: &LivePractice, id: IntentId) -> Flow<JobOutcome> {
        let actor = Actor::job("reconcile-booking");
        let Some(intent) = self.storage.intent(&practice.id, id).await? else { return Ok(JobOutcome::Done) };
        if !is_mine(&intent) {
            return Ok(JobOutcome::Done);
        }
        // An agenda whose feature is out is not asked: what a look-up means depends
        // on what it can do.
        let described = Manners::of(practice, &intent.feature).ok();
        let manners = described.clone().unwrap_or_else(|| Manners::careful(practice, &intent.feature));
        let writing = self.writing_for(&intent).await?;
        // What was in flight until now has been answered.
        let Some(intent) = self.storage.intent(&practice.id, id).await? else { return Ok(JobOutcome::Done) };
        let now = self.clock.now();
        if let Some(at) = next_at(&intent, manners.rule(&intent)).filter(|at| *at > now) {
            return Ok(JobOutcome::Again(at.since(now)));
        }
        let scene = Scene::new(practice, &actor, now);
        let event = match intent.state {
            _ if is_gone(practice, &intent) => IntentEvent::FeatureGone,
            IntentState::Sending => IntentEvent::Overdue,
            IntentState::Drafted if described.is_none() => return Err(FlowError::AgendaUnavailable(intent.feature)),
            IntentState::Drafted => IntentEvent::Send,
            IntentState::Unknown => {
                let finding = match &described {
                    Some(manners) => self.look_up(practice, &intent, manners, &writing).await?,
                    None => Finding::Unreadable,
                };
                IntentEvent::LookedUp { finding, rule: manners.rule(&intent) }
            }
            IntentState::Compensating => IntentEvent::TakenOut(match described {
                Some(_) => self.take_out(practice, &intent, &writing).await,
                None => Answer::Unreachable("unavailable".to_owned()),
            }),
            _ => return Ok(JobOutcome::Done),
        };
        let scene = Scene { now: self.clock.now(), ..scene };
        let (intent, call) = self.step_intent(scene, id, &event, &manners).await?;
        if call {
            self.send(practice, &actor, &intent, &manners, &writing).await?;
        }
        // Whatever comes next has a job of its own, written with the change.
        Ok(JobOutcome::Done)
    }
}

impl Reception {
    /// Nothing looks at this intent any more: a person does.
    pub(super) async fn give_up_intent(&self, tx: &mut dyn Transaction, scene: Scene<'_>, id: IntentId) -> Flow<()> {
        match tx.intent(id).await? {
            Some(intent) if !intent.state.is_final() => Ok(self.ask_human(tx, scene, &intent).await?),
            _ => Ok(()),
        }
    }
}

/// Whether this job has anything to do with an intent in this state. A drafted
/// one is the end of the old time of a move.
fn is_mine(intent: &Intent) -> bool {
    matches!(
        intent.state,
        IntentState::Drafted | IntentState::Sending | IntentState::Unknown | IntentState::Compensating
    )
}

/// Whether the practice has no agenda of this name any more. One that is out
/// may come back and is waited for; of one that is gone only a person can tell
/// what it holds.
fn is_gone(practice: &LivePractice, intent: &Intent) -> bool {
    practice.feature(&intent.feature).is_none_or(|feature| !feature.may_be(PluginKind::Agenda))
}
