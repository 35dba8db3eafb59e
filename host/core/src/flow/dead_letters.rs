//! What people do with jobs that were given up.

use super::journal::Entry;
use super::{Flow, FlowError, Reception, Scene};
use crate::ids::{JobId, PracticeId};
use crate::model::audit::Actor;
use crate::model::dead_letter::DeadLetter;
use crate::model::job::{Due, Job};
use crate::model::message::MessageEvent;
use crate::ports::storage::Transaction;

impl Reception {
    /// Puts the job of a dead letter in the queue again, with all its patience
    /// before it.
    ///
    /// # Errors
    /// `NotFound("dead letter")`, `NotAllowed("already-final")` when somebody ended it
    /// before, `NotAllowed("message-ended")` when its message has left or may have
    /// left, `Conflict`, `Storage`.
    pub async fn retry_dead_letter(&self, practice: &PracticeId, id: JobId, actor: &Actor) -> Flow<DeadLetter> {
        let practice = self.practice(practice)?;
        let scene = Scene::new(&practice, actor, self.clock.now());
        let mut tx = self.storage.begin(&practice.id).await?;
        let before = tx.dead_letter(id).await?.ok_or(FlowError::NotFound("dead letter"))?;
        let mut letter = before.retried(&actor.subject, scene.now)?;
        self.revive(tx.as_mut(), scene, &letter).await?;
        self.note(tx.as_mut(), scene, entry("job.retried", &letter)).await?;
        tx.save_dead_letter(&mut letter).await?;
        tx.commit().await?;
        Ok(letter)
    }

    /// Ends a dead letter whose job will not be done, for a reason.
    ///
    /// # Errors
    /// `NotFound("dead letter")`, `Invalid("reason")`, `NotAllowed("already-final")`,
    /// `Conflict`, `Storage`.
    pub async fn close_dead_letter(
        &self,
        practice: &PracticeId,
        id: JobId,
        reason: &str,
        actor: &Actor,
    ) -> Flow<DeadLetter> {
        let practice = self.practice(practice)?;
        let scene = Scene::new(&practice, actor, self.clock.now());
        let mut tx = self.storage.begin(&practice.id).await?;
        let before = tx.dead_letter(id).await?.ok_or(FlowError::NotFound("dead letter"))?;
        let mut letter = before.closed(reason, &actor.subject, scene.now)?;
        self.note(tx.as_mut(), scene, entry("job.closed", &letter)).await?;
        tx.save_dead_letter(&mut letter).await?;
        tx.commit().await?;
        Ok(letter)
    }

    async fn revive(&self, tx: &mut dyn Transaction, scene: Scene<'_>, letter: &DeadLetter) -> Flow<()> {
        if let Job::DeliverMessage(id) = &letter.job {
            let message = tx.message(*id).await?;
            if let Some(ended) = message.filter(|message| message.state.is_final()) {
                let again = self.step_message_in(tx, scene, &ended, MessageEvent::TryAgain, Vec::new()).await?;
                return match again {
                    // It wrote a job of its own.
                    Some(_) => Ok(()),
                    None => Err(FlowError::NotAllowed {
                        code: "message-ended",
                        remedy: "Ce message est parti, ou l'est peut-être : vérifiez, puis clôturez.".to_owned(),
                    }),
                };
            }
        }
        Ok(self.enqueue(tx, scene, &letter.job, letter.lane, Due::NOW).await?)
    }
}

fn entry(action: &str, letter: &DeadLetter) -> Entry {
    Entry::new(action).about("job", letter.id).field("kind", letter.job.name()).field("of", letter.job.subject())
}
