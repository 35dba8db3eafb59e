//! What people do with jobs that were given up.

use std::sync::Arc;

use greffon_words::refusals;

use super::act::{Act, Acts};
use super::error::{Flow, FlowError, Thing};
use super::journal::Entry;
use super::message::Messages;
use crate::ids::{JobId, PracticeId};
use crate::model::audit::Actor;
use crate::model::dead_letter::DeadLetter;
use crate::model::job::{Due, Job};
use crate::model::message::MessageEvent;
use crate::ports::storage::{Storage, Transaction};

/// Puts jobs that were given up in the queue again, or ends them.
#[derive(Clone)]
pub struct DeadLetters {
    acts: Acts,
    storage: Arc<dyn Storage>,
    messages: Messages,
}

impl DeadLetters {
    pub(super) fn new(acts: Acts, storage: Arc<dyn Storage>, messages: Messages) -> Self {
        Self { acts, storage, messages }
    }

    /// Puts the job of a dead letter in the queue again, with all its patience
    /// before it.
    ///
    /// # Errors
    /// `NotFound(DeadLetter)`, `NotAllowed("already-final")` when somebody ended it
    /// before, `NotAllowed("message-ended")` when its message has left or may have
    /// left, `Conflict`, `Storage`.
    pub async fn retry(&self, practice: &PracticeId, id: JobId, actor: &Actor) -> Flow<DeadLetter> {
        let practice = self.acts.practice(practice)?;
        let act = Act::new(&practice, actor, self.acts.now());
        let mut tx = self.storage.begin(&practice.id).await?;
        let before = tx.dead_letter(id).await?.ok_or(FlowError::NotFound(Thing::DeadLetter))?;
        let mut letter = before.retried(&actor.subject, act.now)?;
        self.revive(tx.as_mut(), act, &letter).await?;
        self.acts.note(tx.as_mut(), act, entry("job.retried", &letter)).await?;
        tx.save_dead_letter(&mut letter).await?;
        tx.commit().await?;
        Ok(letter)
    }

    /// Ends a dead letter whose job will not be done, for a reason.
    ///
    /// # Errors
    /// `NotFound(DeadLetter)`, `Invalid("reason")`, `NotAllowed("already-final")`,
    /// `Conflict`, `Storage`.
    pub async fn close(&self, practice: &PracticeId, id: JobId, reason: &str, actor: &Actor) -> Flow<DeadLetter> {
        let practice = self.acts.practice(practice)?;
        let act = Act::new(&practice, actor, self.acts.now());
        let mut tx = self.storage.begin(&practice.id).await?;
        let before = tx.dead_letter(id).await?.ok_or(FlowError::NotFound(Thing::DeadLetter))?;
        let mut letter = before.closed(reason, &actor.subject, act.now)?;
        self.acts.note(tx.as_mut(), act, entry("job.closed", &letter)).await?;
        tx.save_dead_letter(&mut letter).await?;
        tx.commit().await?;
        Ok(letter)
    }

    async fn revive(&self, tx: &mut dyn Transaction, act: Act<'_>, letter: &DeadLetter) -> Flow<()> {
        if let Job::DeliverMessage(id) = &letter.job {
            let message = tx.message(*id).await?;
            if let Some(ended) = message.filter(|message| message.state.is_final()) {
                let again = self.messages.step(tx, act, &ended, MessageEvent::TryAgain, Vec::new()).await?;
                return match again {
                    // It wrote a job of its own.
                    Some(_) => Ok(()),
                    None => Err(FlowError::NotAllowed { code: "message-ended", remedy: refusals::message_left() }),
                };
            }
        }
        Ok(self.acts.enqueue(tx, act, &letter.job, letter.lane, Due::NOW).await?)
    }
}

fn entry(action: &str, letter: &DeadLetter) -> Entry {
    Entry::new(action).about("job", letter.id).field("kind", letter.job.name()).field("of", letter.job.subject())
}
