//! What agendas tell of themselves: read over the network now and then, and kept with
//! its age, so that nobody waits for it.

use std::time::Duration;

use super::Agendas;
use crate::flow::error::Flow;
use crate::ids::{FeatureId, JobId, PracticeId};
use crate::model::job::{Due, Job, Lane};
use crate::model::known_agendas::KnownAgendas;
use crate::ports::plugins::read_agendas;
use crate::ports::practices::LivePractice;
use crate::ports::storage::{StorageError, Stored};
use crate::time::Instant;

/// What was read so long ago is read again.
const READ_AGAIN: Duration = Duration::from_secs(60 * 60);

impl Agendas {
    /// Reads what the agendas of a feature tell of themselves. What does not answer
    /// leaves what is kept as it is: its age shows, and the feature stays usable.
    pub(crate) async fn read_known(&self, practice: &LivePractice, feature: &FeatureId) -> Flow<()> {
        let Ok(agenda) = practice.agenda(feature) else { return Ok(()) };
        let Ok(known) = read_agendas(agenda, feature, self.acts.now()).await else { return Ok(()) };
        match self.storage.keep_agendas(&practice.id, &known).await {
            // An agenda that describes itself at such length is not known.
            Err(StorageError::NotStorable { .. }) => Ok(()),
            other => Ok(other?),
        }
    }

    /// Writes the jobs that read what was never read under the present binding, or
    /// long ago; one for a feature at a time. Says how many.
    pub(crate) async fn enqueue_reads(&self, practice: &PracticeId) -> Stored<usize> {
        let Ok(practice) = self.acts.practice(practice) else { return Ok(0) };
        if !practice.features.iter().any(|feature| feature.agenda().is_ok()) {
            return Ok(0);
        }
        let known = self.storage.known_agendas(&practice.id).await?;
        let mut written = 0;
        for feature in due(&practice, &known, self.acts.now()) {
            written += usize::from(self.enqueue_read(&practice, &feature).await?);
        }
        Ok(written)
    }

    async fn enqueue_read(&self, practice: &LivePractice, feature: &FeatureId) -> Stored<bool> {
        let id = JobId::named(&format!("read-agendas {} {feature}", practice.id));
        let written = async {
            let mut tx = self.storage.begin(&practice.id).await?;
            tx.enqueue(id, &Job::ReadAgendas(feature.clone()), Lane::Bulk, Due::NOW).await?;
            tx.commit().await
        };
        match written.await {
            Ok(()) => Ok(true),
            Err(StorageError::Exists { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// The features whose agendas are to be asked.
fn due(practice: &LivePractice, known: &[KnownAgendas], now: Instant) -> Vec<FeatureId> {
    let agendas = practice.features.iter().filter(|feature| feature.agenda().is_ok());
    let old = agendas.filter(|feature| feature.known_agendas(known).is_none_or(|known| known.age(now) >= READ_AGAIN));
    old.map(|feature| feature.id().clone()).collect()
}
