//! Takes an intent one step further, in one transaction with everything that
//! the step brings with it: mirror, messages, promises, jobs, journal.

use super::journal::Entry;
use super::write_turn::Writing;
use super::{Flow, FlowError, Reception, Scene};
use crate::ids::{FeatureId, IntentId};
use crate::model::intent::{Intent, IntentEffect, IntentEvent, IntentKind, IntentState, ResendRule, decide, next_at};
use crate::model::job::{Due, Job, Lane};
use crate::model::scheduling::AgendaDescriptor;
use crate::ports::plugins::Stamp;
use crate::ports::practices::LivePractice;
use crate::ports::storage::{StorageError, Stored, Transaction};

/// How often a step of an intent begins again because it changed meanwhile.
const MAX_TRIES: usize = 8;

/// An intent after a step.
pub(crate) struct Stepped {
    /// As it then stands.
    pub(crate) intent: Intent,
    /// The agenda must be called now.
    pub(crate) call: bool,
    /// The turn was given back with the step.
    pub(crate) turn_ended: bool,
}

/// How greffon treats an agenda, from what its plugin says of it.
#[derive(Clone, Debug)]
pub(crate) struct Manners {
    /// Moves keep the id; otherwise a move is a booking and a cancellation.
    pub(crate) moves: bool,
    /// The same booking may be sent again.
    idempotent: bool,
    /// A move may be sent again: it is refused or harmless.
    conditional: bool,
    pub(crate) write_timeout_ms: u32,
    /// Which plugin it is, for the journal.
    pub(crate) stamp: Stamp,
}

impl Manners {
    /// How to treat the agenda of a feature.
    ///
    /// # Errors
    /// `AgendaUnavailable` when the feature is out, or no agenda.
    pub(crate) fn of(practice: &LivePractice, feature: &FeatureId) -> Flow<Self> {
        let agenda = practice.agenda(feature).map_err(|_| FlowError::AgendaUnavailable(feature.clone()))?;
        let AgendaDescriptor { caps, write_timeout_ms, .. } = agenda.descriptor();
        Ok(Self {
            moves: caps.moves,
            idempotent: caps.idempotent_create,
            conditional: caps.conditional_write,
            write_timeout_ms: (*write_timeout_ms).min(MAX_WRITE_TIMEOUT_MS),
            stamp: practice.stamp(feature),
        })
    }

    /// How to treat an agenda whose feature is out: nothing is sent again,
    /// everything is waited for.
    pub(crate) fn careful(practice: &LivePractice, feature: &FeatureId) -> Self {
        Self {
            moves: true,
            idempotent: false,
            conditional: false,
            write_timeout_ms: UNDESCRIBED_WRITE_TIMEOUT_MS,
            stamp: practice.stamp(feature),
        }
    }

    pub(crate) fn rule(&self, intent: &Intent) -> ResendRule {
        let may_resend = match intent.kind {
            IntentKind::Book => self.idempotent,
            IntentKind::Move(_) if self.moves => self.idempotent || self.conditional,
            IntentKind::Move(_) => self.idempotent,
            // By contract, cancelling again is a success.
            IntentKind::Cancel { .. } => true,
        };
        ResendRule { may_resend, write_timeout_ms: self.write_timeout_ms }
    }
}

/// Longest write that is waited for, in milliseconds, whatever a plugin says.
const MAX_WRITE_TIMEOUT_MS: u32 = 120_000;

/// An agenda whose plugin cannot even say what it is.
const UNDESCRIBED_WRITE_TIMEOUT_MS: u32 = 30_000;

impl Reception {
    /// Decides one event and stores what follows from it. A step that is taken
    /// under a turn gives it back in the same transaction, unless the agenda must
    /// be called now.
    ///
    /// # Errors
    /// `Conflict` also when the turn was lost and nothing was stored; an answer is
    /// always stored, as the late one that it is.
    pub(crate) async fn step_intent(
        &self,
        scene: Scene<'_>,
        id: IntentId,
        event: &IntentEvent,
        manners: &Manners,
        writing: Option<&Writing>,
    ) -> Flow<Stepped> {
        for _ in 0..MAX_TRIES {
            let mut tx = self.storage.begin(&scene.practice.id).await?;
            let before = tx.intent(id).await?.ok_or(FlowError::NotFound("intent"))?;
            let mut turn_ended = false;
            let mut event = event.clone();
            if let (Some(writing), IntentEvent::Answered { send, answer }) = (writing, &event) {
                turn_ended = true;
                if !tx.give_back_turn(&writing.turn).await? {
                    let (send, answer, rule) = (*send, answer.clone(), manners.rule(&before));
                    event = IntentEvent::AnsweredLate { send, answer, rule };
                }
            }
            let now = writing.map_or(scene.now, |writing| self.lease_now(writing));
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
            if effects.contains(&IntentEffect::Settle) && self.belongs_to_another(tx.as_mut(), &intent).await? {
                // The agenda gives the name of somebody else's appointment: no machine sorts that out.
                intent.state = IntentState::NeedsHuman;
                intent.appointment = None;
                effects = vec![IntentEffect::AskHuman];
            }
            match self.store_step(tx, scene, &before, intent, &effects, manners).await {
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
        scene: Scene<'_>,
        before: &Intent,
        mut intent: Intent,
        effects: &[IntentEffect],
        manners: &Manners,
    ) -> Stored<Intent> {
        let entry = intent_entry(&intent).field("from", before.state.as_str()).by_plugin(&manners.stamp);
        self.note(tx.as_mut(), scene, entry).await?;
        for effect in effects {
            match effect {
                IntentEffect::Settle => self.settle(tx.as_mut(), scene, &intent, manners).await?,
                IntentEffect::RefusedLate => self.refused_late(tx.as_mut(), scene, &intent).await?,
                IntentEffect::AskHuman => self.ask_human(tx.as_mut(), scene, &intent).await?,
                IntentEffect::Watch => self.watch(tx.as_mut(), scene, &intent, manners).await?,
                IntentEffect::Call => {}
            }
        }
        if intent.state.is_final() {
            self.end_pending(tx.as_mut(), scene, &intent).await?;
        }
        tx.save_intent(&mut intent).await?;
        tx.commit().await?;
        Ok(intent)
    }

    /// Writes the job that looks at the intent when its time comes.
    pub(super) async fn watch(
        &self,
        tx: &mut dyn Transaction,
        scene: Scene<'_>,
        intent: &Intent,
        manners: &Manners,
    ) -> Stored<()> {
        match next_at(intent, manners.rule(intent)) {
            Some(at) => {
                // By the clock that wrote the intent's instants, which need not be this node's.
                let due = Due::from_now(intent.updated_at, at);
                self.enqueue(tx, scene, &Job::ReconcileBooking(intent.id), Lane::Urgent, due).await
            }
            None => Ok(()),
        }
    }
}

/// The line of the journal of an intent's new state.
pub(crate) fn intent_entry(intent: &Intent) -> Entry {
    let kind = match intent.kind {
        IntentKind::Book => "book",
        IntentKind::Move(_) => "move",
        IntentKind::Cancel { .. } => "cancel",
    };
    let mut entry = Entry::new(format!("intent.{}", intent.state.as_str()))
        .in_contact(intent.contact)
        .about("intent", intent.id)
        .field("kind", kind)
        .field("op", &intent.op)
        .field("sends", intent.sends);
    if let Some(code) = &intent.refusal {
        entry = entry.field("refusal", code);
    }
    entry
}
