//! Finds out what became of an intent, and brings it to an end. Has the turn at
//! the agenda while it does, so that it never looks beside a write of greffon's.

use std::time::Duration;

use super::JobOutcome;
use crate::flow::intents::Manners;
use crate::flow::write_turn::{Calls, Writing};
use crate::flow::{Flow, FlowError, Reception, Scene};
use crate::ids::IntentId;
use crate::model::audit::Actor;
use crate::model::intent::{Answer, Finding, Intent, IntentEvent, IntentState, next_at};
use crate::model::practice::PluginKind;
use crate::ports::practices::LivePractice;
use crate::ports::storage::Transaction;

/// How soon a busy agenda is asked for its turn again.
const BUSY_AGAIN: Duration = Duration::from_secs(2);

/// What the job did.
struct Reconciled {
    outcome: JobOutcome,
    turn_ended: bool,
}

impl Reception {
    pub(super) async fn reconcile_booking(&self, practice: &LivePractice, id: IntentId) -> Flow<JobOutcome> {
        let Some(intent) = self.storage.intent(&practice.id, id).await? else { return Ok(JobOutcome::Done) };
        if !is_mine(&intent) {
            return Ok(JobOutcome::Done);
        }
        // An agenda whose feature is out is not asked: what a look-up means depends
        // on what it can do.
        let described = Manners::of(practice, &intent.feature).ok();
        let manners = described.clone().unwrap_or_else(|| Manners::careful(practice, &intent.feature));
        let writing = match self.writing_for(practice, &intent, &manners, Calls::Three).await {
            Ok(Some(writing)) => Some(writing),
            Ok(None) => return Ok(JobOutcome::Again(BUSY_AGAIN)),
            // Nothing is written to it, and nothing that it says is about a turn.
            Err(FlowError::AgendaUnidentified(_) | FlowError::AgendaUnavailable(_)) => None,
            Err(error) => return Err(error),
        };
        let able = described.is_some();
        let done = self.reconcile_in_turn(practice, id, &manners, writing.as_ref().filter(|_| able), writing.as_ref());
        let done = done.await;
        if let Some(writing) = &writing
            && !matches!(done, Ok(Reconciled { turn_ended: true, .. }))
        {
            self.end_turn(writing).await;
        }
        Ok(done?.outcome)
    }

    /// `asking` is the turn when the agenda can be asked, `held` when there is one.
    async fn reconcile_in_turn(
        &self,
        practice: &LivePractice,
        id: IntentId,
        manners: &Manners,
        asking: Option<&Writing>,
        held: Option<&Writing>,
    ) -> Flow<Reconciled> {
        let over = |outcome| Ok(Reconciled { outcome, turn_ended: false });
        let actor = Actor::job("reconcile-booking");
        // What was in flight until now has been answered.
        let Some(intent) = self.storage.intent(&practice.id, id).await? else { return over(JobOutcome::Done) };
        let now = held.map_or_else(|| self.clock.now(), |writing| self.lease_now(writing));
        // A claim that waits was written by the clock of the node that claimed.
        let early = next_at(&intent, manners.rule(&intent)).filter(|at| *at > now);
        if let Some(at) = early.filter(|_| intent.state != IntentState::Claimed) {
            return over(JobOutcome::Again(at.since(now)));
        }
        let rule = manners.rule(&intent);
        let event = match intent.state {
            _ if is_gone(practice, &intent) => IntentEvent::FeatureGone,
            IntentState::Sending => IntentEvent::Overdue(rule),
            IntentState::Drafted | IntentState::Claimed if asking.is_none() => {
                return Err(FlowError::AgendaUnavailable(intent.feature));
            }
            IntentState::Drafted => IntentEvent::Send,
            IntentState::Claimed if intent.open.waits => IntentEvent::Send,
            IntentState::Unknown => {
                let finding = match asking {
                    Some(writing) => self.look_up(practice, &intent, manners, writing).await?,
                    None => Finding::Unreadable,
                };
                IntentEvent::LookedUp { finding, rule }
            }
            IntentState::Compensating => IntentEvent::TakenOut(match asking {
                Some(writing) => self.take_out(practice, &intent, writing).await,
                None => Answer::Unreachable("unavailable".to_owned()),
            }),
            _ if intent.open.look_at.is_some() => {
                let (finding, wanted) = match asking {
                    Some(writing) => self.look_for_remains(practice, &intent, writing).await?,
                    None => (Finding::Unreadable, true),
                };
                IntentEvent::Remains { finding, wanted, rule }
            }
            _ => return over(JobOutcome::Done),
        };
        let scene = Scene::new(practice, &actor, self.clock.now());
        let stepped = self.step_intent(scene, id, &event, manners, held).await?;
        // Whatever comes next has a job of its own, written with the change.
        let Some(writing) = asking.filter(|_| stepped.call) else {
            return Ok(Reconciled { outcome: JobOutcome::Done, turn_ended: stepped.turn_ended });
        };
        self.send(practice, &actor, &stepped.intent, manners, writing).await?;
        Ok(Reconciled { outcome: JobOutcome::Done, turn_ended: true })
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
    match intent.state {
        IntentState::Drafted | IntentState::Sending | IntentState::Unknown | IntentState::Compensating => true,
        IntentState::Claimed => intent.open.waits,
        _ => intent.open.look_at.is_some(),
    }
}

/// Whether the practice has no agenda of this name any more. One that is out
/// may come back and is waited for; of one that is gone only a person can tell
/// what it holds.
fn is_gone(practice: &LivePractice, intent: &Intent) -> bool {
    practice.feature(&intent.feature).is_none_or(|feature| !feature.may_be(PluginKind::Agenda))
}
