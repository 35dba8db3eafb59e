//! Finds out what became of an intent, and brings it to an end. Has the turn at
//! the agenda while it does, so that it never looks beside a write of greffon's.

use std::time::Duration;

use super::Bookings;
use crate::flow::act::Act;
use crate::flow::agenda::{Calls, WriteRules, Writing};
use crate::flow::error::{Flow, FlowError};
use crate::flow::gate::CLOSED_AGAIN;
use crate::ids::IntentId;
use crate::model::audit::Actor;
use crate::model::intent::{Answer, Finding, Intent, IntentEvent, IntentState, next_at};
use crate::model::practice::PluginKind;
use crate::ports::practices::LivePractice;
use crate::ports::storage::{Stored, Transaction};

/// How soon a busy agenda is asked for its turn again.
const BUSY_AGAIN: Duration = Duration::from_secs(2);

/// Who acts, in the journal.
const JOB: &str = "reconcile-booking";

/// What looking after an intent came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reconciled {
    /// Nothing more to do; what comes next has a job of its own.
    Done,
    /// Too early, or the agenda is busy: again after this long.
    Again(Duration),
}

struct Looked {
    outcome: Reconciled,
    turn_ended: bool,
}

impl Bookings {
    /// Takes an intent further whose outcome nobody waits for any more.
    pub(crate) async fn reconcile(&self, practice: &LivePractice, id: IntentId) -> Flow<Reconciled> {
        if self.gate.is_closed(&practice.id).await? {
            return Ok(Reconciled::Again(CLOSED_AGAIN));
        }
        let Some(intent) = self.storage.intent(&practice.id, id).await? else { return Ok(Reconciled::Done) };
        if !is_mine(&intent) {
            return Ok(Reconciled::Done);
        }
        // An agenda whose feature is out is not asked: what a look-up means depends
        // on what it can do.
        let described = WriteRules::of(practice, &intent.feature).ok();
        let rules = described.clone().unwrap_or_else(|| WriteRules::careful(practice, &intent.feature));
        let writing = match self.writing_for(practice, &intent, &rules, Calls::Three).await {
            Ok(Some(writing)) => Some(writing),
            Ok(None) => return Ok(Reconciled::Again(BUSY_AGAIN)),
            // Nothing is written to it, and nothing that it says is about a turn.
            Err(FlowError::AgendaUnidentified(_) | FlowError::AgendaUnavailable(_)) => None,
            Err(error) => return Err(error),
        };
        let able = described.is_some();
        let done = self.reconcile_in_turn(practice, id, &rules, writing.as_ref().filter(|_| able), writing.as_ref());
        let done = done.await;
        if let Some(writing) = &writing
            && !matches!(done, Ok(Looked { turn_ended: true, .. }))
        {
            self.agendas.end_turn(writing).await;
        }
        let outcome = done?.outcome;
        if outcome == Reconciled::Done {
            self.contacts.refresh_after(&practice.id, intent.contact, &Actor::job(JOB)).await;
        }
        Ok(outcome)
    }

    /// `asking` is the turn when the agenda can be asked, `held` when there is one.
    async fn reconcile_in_turn(
        &self,
        practice: &LivePractice,
        id: IntentId,
        rules: &WriteRules,
        asking: Option<&Writing>,
        held: Option<&Writing>,
    ) -> Flow<Looked> {
        let over = |outcome| Ok(Looked { outcome, turn_ended: false });
        let actor = Actor::job(JOB);
        // What was in flight until now has been answered.
        let Some(intent) = self.storage.intent(&practice.id, id).await? else { return over(Reconciled::Done) };
        let now = held.map_or_else(|| self.acts.now(), |writing| self.agendas.lease_now(writing));
        // A claim that waits was written by the clock of the node that claimed.
        let early = next_at(&intent, rules.rule(&intent)).filter(|at| *at > now);
        if let Some(at) = early.filter(|_| intent.state != IntentState::Claimed) {
            return over(Reconciled::Again(at.since(now)));
        }
        let rule = rules.rule(&intent);
        let event = match intent.state {
            _ if is_gone(practice, &intent) => IntentEvent::FeatureGone,
            IntentState::Sending => IntentEvent::Overdue(rule),
            IntentState::Drafted | IntentState::Claimed if asking.is_none() => {
                return Err(FlowError::AgendaUnavailable(intent.feature.into()));
            }
            IntentState::Drafted => IntentEvent::Send,
            IntentState::Claimed if intent.open.waits => IntentEvent::Send,
            IntentState::Unknown => {
                let finding = match asking {
                    Some(writing) => self.look_up(practice, &intent, rules, writing).await?,
                    None => Finding::Unreadable,
                };
                IntentEvent::LookedUp { finding, asked_at: now, rule }
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
                IntentEvent::Remains { finding, asked_at: now, wanted, rule }
            }
            _ => return over(Reconciled::Done),
        };
        let act = Act::new(practice, &actor, self.acts.now());
        let stepped = self.step(act, id, &event, rules, held).await?;
        // Whatever comes next has a job of its own, written with the change.
        let Some(writing) = asking.filter(|_| stepped.call) else {
            return Ok(Looked { outcome: Reconciled::Done, turn_ended: stepped.turn_ended });
        };
        self.send(practice, &actor, &stepped.intent, rules, writing).await?;
        Ok(Looked { outcome: Reconciled::Done, turn_ended: true })
    }

    /// Lets a claim go that never reached its agenda: whoever made it is gone.
    pub(crate) async fn expire(&self, practice: &LivePractice, id: IntentId) -> Flow<Reconciled> {
        // After a restore it may have reached its agenda all the same.
        if self.gate.is_closed(&practice.id).await? {
            return Ok(Reconciled::Again(CLOSED_AGAIN));
        }
        let Some(intent) = self.storage.intent(&practice.id, id).await? else { return Ok(Reconciled::Done) };
        let actor = Actor::job("expire-hold");
        let act = Act::new(practice, &actor, self.acts.now());
        let rules = WriteRules::careful(practice, &intent.feature);
        self.step(act, id, &IntentEvent::Abandon, &rules, None).await?;
        self.contacts.refresh_after(&practice.id, intent.contact, &actor).await;
        Ok(Reconciled::Done)
    }

    /// Nothing looks at this intent any more: a person does.
    pub(crate) async fn give_up(&self, tx: &mut dyn Transaction, act: Act<'_>, id: IntentId) -> Stored<()> {
        match tx.intent(id).await? {
            Some(intent) if !intent.state.is_final() => self.ask_human(tx, act, &intent).await,
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
