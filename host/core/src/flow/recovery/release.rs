//! The end of a practice's recovery: it writes and sends again, and its reception is told
//! what was found.

use greffon_words::refusals;

use super::Recoveries;
use super::compare::entry;
use crate::flow::act::Act;
use crate::flow::error::{Flow, FlowError};
use crate::flow::message::Post;
use crate::ids::PracticeId;
use crate::model::audit::Actor;
use crate::model::care::Level;
use crate::model::message::MessageCause;
use crate::model::recipients::{first_of, reception};
use crate::model::recovery::Recovery;
use crate::model::wording;
use crate::ports::storage::{Stored, Transaction};

impl Recoveries {
    /// A person says that the practice goes on although an agenda could not be compared.
    /// What was under way at it in the backup is work for a person, and it is still looked at
    /// when it answers within a day.
    ///
    /// # Errors
    /// `NotFound(Practice)`, `NotAllowed("not-recovering" | "already-released")`, `Conflict`,
    /// `Storage`.
    pub async fn release(&self, practice: &PracticeId, actor: &Actor) -> Flow<Recovery> {
        let practice = self.acts.practice(practice)?;
        let known = self.storage.recovery(&practice.id).await?;
        let known = known.ok_or_else(not_recovering)?;
        // What is refused changes nothing.
        known.release(&actor.subject, self.acts.now())?;
        self.withhold(&practice, actor).await?;
        self.settle_rest(&practice, actor, true).await?;
        let act = Act::new(&practice, actor, self.acts.now());
        let mut tx = self.storage.begin(&practice.id).await?;
        let before = tx.recovery().await?.ok_or_else(not_recovering)?.over(&super::agendas_of(&practice));
        let released = before.release(&actor.subject, act.now)?;
        let released = self.end(tx.as_mut(), act, released).await?;
        tx.commit().await?;
        Ok(released)
    }

    /// Stores the release, and what the reception is told.
    pub(super) async fn end(&self, tx: &mut dyn Transaction, act: Act<'_>, mut released: Recovery) -> Stored<Recovery> {
        let complete = released.is_complete();
        let sum = |of: fn(&crate::model::recovery::AgendaRecovery) -> u32| released.agendas.iter().map(of).sum::<u32>();
        let line = entry("recovery.released", &released)
            .field("complete", complete)
            .field("adopted", sum(|one| one.adopted))
            .field("corrected", sum(|one| one.corrected))
            .field("gone", sum(|one| one.gone))
            .field("withheld", released.withheld);
        self.acts.note(tx, act, line).await?;
        let post = Post {
            to: first_of(act.practice, &reception()),
            letter: wording::recovered(act.practice, &released),
            level: Level::SameDay,
            valid_until: None,
            cause: MessageCause::Recovery(released.restore.number),
            contact: None,
        };
        self.messages.post(tx, act, post).await?;
        tx.save_recovery(&mut released).await?;
        tracing::info!(
            practice.id = %act.practice.id, complete, withheld = released.withheld,
            "practice writes and sends again after a restore"
        );
        Ok(released)
    }
}

fn not_recovering() -> FlowError {
    FlowError::NotAllowed { code: "not-recovering", remedy: refusals::not_recovering() }
}
