//! What a practice does after a restore of the database, before it writes and sends again:
//! what was under way in the backup is left to a person, each agenda is compared, and what
//! the database does not know of is taken over.

mod adopt;
mod compare;
mod correct;
mod read;
mod release;
mod under_way;

use std::sync::Arc;
use std::time::Duration;

use super::act::Acts;
use super::agenda::Agendas;
use super::alert::Alerts;
use super::booking::Bookings;
use super::error::Flow;
use super::message::Messages;
use crate::ids::{AgendaId, FeatureId, JobId, PracticeId};
use crate::model::job::{Due, Job, Lane};
use crate::model::recovery::Recovery;
use crate::ports::practices::LivePractice;
use crate::ports::storage::{Storage, StorageError, Stored};

/// What came of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Nothing more to do.
    Done,
    /// Again after this long.
    Again(Duration),
}

/// The recoveries of the practices.
#[derive(Clone)]
pub struct Recoveries {
    acts: Acts,
    storage: Arc<dyn Storage>,
    agendas: Agendas,
    bookings: Bookings,
    messages: Messages,
    alerts: Alerts,
}

impl Recoveries {
    pub(super) fn new(
        acts: Acts,
        storage: Arc<dyn Storage>,
        agendas: Agendas,
        bookings: Bookings,
        messages: Messages,
        alerts: Alerts,
    ) -> Self {
        Self { acts, storage, agendas, bookings, messages, alerts }
    }

    /// The practice's recovery of the last restore; `None` when the database was never
    /// restored.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn of(&self, practice: &PracticeId) -> Flow<Option<Recovery>> {
        Ok(self.storage.recovery(practice).await?)
    }

    /// Writes the job that compares the practice's agendas, where it is closed and has none.
    /// Says whether.
    pub(crate) async fn enqueue(&self, practice: &PracticeId) -> Stored<bool> {
        let Some(recovery) = self.storage.recovery(practice).await?.filter(Recovery::is_closed) else {
            return Ok(false);
        };
        let number = recovery.restore.number;
        let id = JobId::named(&format!("compare-agendas {practice} {number}"));
        let written = async {
            let mut tx = self.storage.begin(practice).await?;
            tx.enqueue(id, &Job::CompareAgendas(number), Lane::Urgent, Due::NOW).await?;
            tx.commit().await
        };
        match written.await {
            Ok(()) => Ok(true),
            Err(StorageError::Exists { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// The agendas that a practice's people see patients in, each once.
fn agendas_of(practice: &LivePractice) -> Vec<(FeatureId, AgendaId)> {
    let seats = practice.practitioners.iter().flat_map(|one| &one.agendas);
    let mut agendas: Vec<_> = seats.map(|seat| (seat.feature.clone(), seat.agenda.clone())).collect();
    agendas.sort();
    agendas.dedup();
    agendas
}
