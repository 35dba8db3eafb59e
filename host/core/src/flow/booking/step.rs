//! Takes an intent one step further, in one transaction with everything that
//! the step brings with it: mirror, messages, promises, jobs, journal.

use super::Bookings;
use super::settle::News;
use super::watch::intent_entry;
use crate::flow::act::Act;
use crate::flow::agenda::{WriteRules, Writing};
use crate::flow::error::{Flow, FlowError, Thing};
use crate::ids::IntentId;
use crate::model::intent::{Intent, IntentEffect, IntentEvent, IntentState, decide};
use crate::ports::storage::{StorageError, Stored, Transaction};

/// How often a step of an intent begins again because it changed meanwhile.
const MAX_TRIES: usize = 8;

/// An intent after a step.
pub(in crate::flow) struct Stepped {
    /// As it then stands.
    pub(super) intent: Intent,
    /// The agenda must be called now.
    pub(super) call: bool,
    /// The turn was given back with the step.
    pub(super) turn_ended: bool,
}

impl Bookings {
    /// Decides one event and stores what follows from it. A step that is taken
    /// under a turn gives it back in the same transaction, unless the agenda must
    /// be called now.
    ///
    /// # Errors
    /// `Conflict` also when the turn was lost and nothing was stored; an answer is
    /// always stored, as the late one that it is.
    pub(in crate::flow) async fn step(
        &self,
        act: Act<'_>,
        id: IntentId,
        event: &IntentEvent,
        rules: &WriteRules,
        writing: Option<&Writing>,
    ) -> Flow<Stepped> {
        for _ in 0..MAX_TRIES {
            let mut tx = self.storage.begin(&act.practice.id).await?;
            let before = tx.intent(id).await?.ok_or(FlowError::NotFound(Thing::Intent))?;
            let mut turn_ended = false;
            let mut event = event.clone();
            if let (Some(writing), IntentEvent::Answered { send, answer }) = (writing, &event) {
                turn_ended = true;
                if !tx.give_back_turn(&writing.turn).await? {
                    let (send, answer, rule) = (*send, answer.clone(), rules.rule(&before));
                    event = IntentEvent::AnsweredLate { send, answer, rule };
                }
            }
            let now = writing.map_or(act.now, |writing| self.agendas.lease_now(writing));
            let (mut intent, mut effects) = decide(&before, event, now)?;
            let call = effects.contains(&IntentEffect::Call);
            if let Some(writing) = writing.filter(|_| !turn_ended) {
                turn_ended = !call;
                let turn = &writing.turn;
                let held = if call { tx.holds_turn(turn).await? } else { tx.give_back_turn(turn).await? };
                if !held {
                    return Err(FlowError::Conflict);
                }
            }
            if intent == before && effects.is_empty() {
                if turn_ended {
                    tx.commit().await?;
                }
                return Ok(Stepped { intent: before, call: false, turn_ended });
            }
            let settles = effects.iter().any(|one| matches!(one, IntentEffect::Settle | IntentEffect::SettleUntold));
            if settles && self.belongs_to_another(tx.as_mut(), &intent).await? {
                // The agenda gives the name of somebody else's appointment: no machine sorts that out.
                intent.state = IntentState::NeedsHuman;
                intent.appointment = None;
                effects = vec![IntentEffect::AskHuman];
            }
            match self.store_step(tx, act, &before, intent, &effects, rules).await {
                Ok(intent) => return Ok(Stepped { intent, call, turn_ended }),
                Err(StorageError::Stale { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(FlowError::Conflict)
    }

    async fn store_step(
        &self,
        mut tx: Box<dyn Transaction>,
        act: Act<'_>,
        before: &Intent,
        mut intent: Intent,
        effects: &[IntentEffect],
        rules: &WriteRules,
    ) -> Stored<Intent> {
        let entry = intent_entry(&intent).field("from", before.state.as_str()).by_plugin(&rules.stamp);
        self.acts.note(tx.as_mut(), act, entry).await?;
        for effect in effects {
            match effect {
                IntentEffect::Settle => self.settle(tx.as_mut(), act, &intent, rules, News::Sent).await?,
                IntentEffect::SettleUntold => self.settle(tx.as_mut(), act, &intent, rules, News::Withheld).await?,
                IntentEffect::RefusedLate => self.refused_late(tx.as_mut(), act, &intent).await?,
                IntentEffect::AskHuman => self.ask_human(tx.as_mut(), act, &intent).await?,
                IntentEffect::AskWhetherBack => self.ask_whether_back(tx.as_mut(), act, &intent).await?,
                IntentEffect::LookAgain(to) => self.look_at_once(tx.as_mut(), act, &intent, *to).await?,
                IntentEffect::Watch => self.watch(tx.as_mut(), act, &intent, rules).await?,
                IntentEffect::Call => {}
            }
        }
        if intent.state.is_final() {
            self.end_pending(tx.as_mut(), act, &intent).await?;
        }
        tx.save_intent(&mut intent).await?;
        tx.commit().await?;
        Ok(intent)
    }
}
