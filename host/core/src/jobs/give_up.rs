//! Gives a job up: it leaves the queue, is kept for a person to see, and what it
//! was about asks for one. One change, all of it or nothing.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;

use super::{Jobs, metrics};
use crate::flow::{Act, Entry, Flow};
use crate::model::audit::Actor;
use crate::model::dead_letter::{DeadLetter, DeadLetterState};
use crate::model::job::LeasedJob;

impl Jobs {
    /// Gives up a leased job that failed so often, the last time for this reason.
    /// Nothing happens when it was leased again meanwhile.
    pub(super) async fn give_up(&self, leased: &LeasedJob, failures: u32, code: &str) -> Flow<()> {
        // What made the job fail may make this fail as well. Then the letter alone is
        // kept: it is seen in the list of dead letters.
        let asked = AssertUnwindSafe(self.bury(leased, failures, code, true)).catch_unwind().await;
        if !matches!(asked, Ok(Ok(()))) {
            self.bury(leased, failures, code, false).await?;
        }
        metrics::dead(&leased.job);
        tracing::error!(
            job.id = %leased.id, job.name = leased.job.name(), practice.id = %leased.practice, failures, error = code,
            "job {} was given up; see the practice's dead letters", leased.id
        );
        Ok(())
    }

    async fn bury(&self, leased: &LeasedJob, failures: u32, code: &str, ask: bool) -> Flow<()> {
        let practice = self.reception.acts.practice(&leased.practice)?;
        let actor = Actor::job(leased.job.name());
        let act = Act::new(&practice, &actor, self.reception.acts.now());
        let mut tx = self.reception.storage.begin(&practice.id).await?;
        if !tx.remove_job(leased.id, leased.attempt).await? {
            return Ok(());
        }
        let mut letter = DeadLetter {
            id: leased.id,
            practice: practice.id.clone(),
            job: leased.job.clone(),
            lane: leased.lane,
            failures,
            code: code.to_owned(),
            died_at: act.now,
            state: DeadLetterState::Open,
            ended_by: None,
            ended_at: None,
            reason: None,
            version: 0,
        };
        tx.save_dead_letter(&mut letter).await?;
        let entry = Entry::new("job.given-up")
            .about("job", letter.id)
            .field("kind", letter.job.name())
            .field("of", letter.job.subject())
            .field("failures", failures)
            .field("code", code);
        self.reception.acts.note(tx.as_mut(), act, entry).await?;
        if ask {
            self.ask_instead(tx.as_mut(), act, &leased.job).await?;
        }
        Ok(tx.commit().await?)
    }
}
