//! Who acts, for which practice, and when; and the lines of the journal and the
//! jobs that an act writes beside its change.

use std::sync::Arc;

use uuid::Uuid;

use super::error::{Flow, FlowError, Thing};
use super::journal::Entry;
use crate::ids::{AuditId, JobId, PracticeId};
use crate::model::approval::Content;
use crate::model::audit::{Actor, AuditEvent};
use crate::model::job::{Due, Job, Lane};
use crate::ports::clock::{Clock, Ids};
use crate::ports::practices::{LivePractice, Practices};
use crate::ports::storage::{Stored, Transaction};
use crate::time::{BootInstant, Instant};

/// The practice in one revision, who acts, and the instant of the act.
#[derive(Clone, Copy)]
pub(crate) struct Act<'a> {
    pub(crate) practice: &'a LivePractice,
    pub(crate) actor: &'a Actor,
    pub(crate) now: Instant,
}

impl<'a> Act<'a> {
    pub(crate) fn new(practice: &'a LivePractice, actor: &'a Actor, now: Instant) -> Self {
        Self { practice, actor, now }
    }
}

/// What every act needs, whatever it is about: practices, time, names.
#[derive(Clone)]
pub(crate) struct Acts {
    practices: Arc<dyn Practices>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

impl Acts {
    pub(crate) fn new(practices: Arc<dyn Practices>, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        Self { practices, clock, ids }
    }

    /// The practice in its latest good configuration, for one act from its
    /// beginning to its end.
    ///
    /// # Errors
    /// `NotFound(Practice)`.
    pub(crate) fn practice(&self, id: &PracticeId) -> Flow<Arc<LivePractice>> {
        self.practices.get(id).ok_or(FlowError::NotFound(Thing::Practice))
    }

    /// The names of all practices, sorted.
    pub(crate) fn practices(&self) -> Vec<PracticeId> {
        self.practices.list()
    }

    /// The grids and scripts of a practice, as its files have them now.
    pub(crate) fn contents(&self, id: &PracticeId) -> Vec<Content> {
        self.practices.contents(id)
    }

    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }

    /// The machine's own clock, for deadlines of this process.
    pub(crate) fn boot(&self) -> BootInstant {
        self.clock.boot()
    }

    /// A fresh id.
    pub(crate) fn id(&self, now: Instant) -> Uuid {
        self.ids.next(now)
    }

    /// Writes a line of the journal in the transaction of its cause.
    pub(crate) async fn note(&self, tx: &mut dyn Transaction, act: Act<'_>, entry: Entry) -> Stored<()> {
        let event = AuditEvent {
            id: AuditId(self.id(act.now)),
            practice: act.practice.id.clone(),
            at: act.now,
            actor: act.actor.clone(),
            action: entry.action,
            contact: entry.contact,
            subject: entry.subject,
            fields: entry.fields,
        };
        tx.audit(&event).await
    }

    /// Writes a job in the transaction of its cause.
    pub(crate) async fn enqueue(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        job: &Job,
        lane: Lane,
        due: Due,
    ) -> Stored<()> {
        tx.enqueue(JobId(self.id(act.now)), job, lane, due).await
    }
}
