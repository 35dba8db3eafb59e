//! What an open transaction holds, and what it refuses.

use greffon_core::ids::{JobId, PracticeId};
use greffon_core::model::care::{Level, Source, keys};
use greffon_core::model::contact::Contact;
use greffon_core::model::intent::Intent;
use greffon_core::model::job::Job;
use greffon_core::model::triage::Orientation;
use greffon_core::ports::agenda_turn::Turn;
use greffon_core::ports::storage::{StorageError, Stored};
use tokio::sync::OwnedMutexGuard;

use crate::Sabotage;
use crate::rows::{Gone, Rows, Versioned, check_key, check_version};
use crate::storage::memory::{JobRow, MemoryStorage};

/// Everything written so far, and the practice's one pen.
pub(in crate::storage) struct MemoryTransaction {
    pub(super) storage: MemoryStorage,
    pub(super) practice: PracticeId,
    pub(super) written: Rows,
    pub(super) jobs: Vec<(JobId, JobRow)>,
    pub(super) removed: Vec<(JobId, u32)>,
    pub(super) gone: Gone,
    /// Turns that are gone again if this is dropped.
    pub(super) taken: Vec<Turn>,
    pub(super) given_back: Vec<Turn>,
    _writer: OwnedMutexGuard<()>,
}

impl MemoryTransaction {
    pub(in crate::storage) fn new(storage: MemoryStorage, practice: PracticeId, writer: OwnedMutexGuard<()>) -> Self {
        Self {
            storage,
            practice,
            written: Rows::default(),
            jobs: Vec::new(),
            removed: Vec::new(),
            gone: Gone::default(),
            taken: Vec::new(),
            given_back: Vec::new(),
            _writer: writer,
        }
    }

    /// The row as this transaction sees it.
    pub(super) fn see<R: Clone>(&self, find: impl Fn(&Rows) -> Option<&R>) -> Option<R> {
        match find(&self.written) {
            Some(row) => Some(row.clone()),
            None => self.storage.look(&self.practice, |rows| find(rows).cloned()),
        }
    }

    /// Refuses a row of another practice, and one that was overtaken. Ids are of
    /// the whole database: one that another practice has is taken.
    pub(super) fn check<R: Versioned>(&self, row: &R, find: impl Fn(&Rows) -> Option<&R>) -> Stored<()> {
        self.check_owner(R::THING, row.practice())?;
        let stored = self.see(&find).map(|there| there.version());
        // A version that nobody has: neither new nor the next of this one.
        let taken = || self.storage.has_another(&self.practice, |rows| find(rows).is_some()).then_some(i64::MIN);
        check_version(row, stored.or_else(taken))
    }

    pub(super) fn check_owner(&self, thing: &'static str, practice: &PracticeId) -> Stored<()> {
        if *practice == self.practice {
            return Ok(());
        }
        Err(StorageError::NotStorable { thing, why: "it belongs to another practice than the transaction" })
    }

    /// An intent as it is stored: whole, or without what a sabotage forgets.
    pub(super) fn remembered(&self, intent: &Intent) -> Intent {
        let mut stored = intent.clone();
        match self.storage.inner.sabotage {
            Some(Sabotage::OpenSendsForgotten) => stored.open.count = 0,
            Some(Sabotage::NoLookAfterwards) => stored.open.look_at = None,
            _ => {}
        }
        stored
    }

    /// The same of a contact.
    pub(super) fn kept_contact(&self, contact: &Contact) -> Contact {
        let mut kept = contact.clone();
        match (self.storage.inner.sabotage, kept.assessment.as_mut()) {
            (Some(Sabotage::CutLineForgotten), _) => {
                kept.facts.retain(|fact| fact.key != keys::EMERGENCY_LINE || fact.source != Source::Operator);
            }
            (Some(Sabotage::HearingForgotten), _) => kept.hearing.heard.clear(),
            (Some(Sabotage::NothingVital), _) => kept.level = kept.level.map(|level| level.max(Level::VeryUrgent)),
            (Some(Sabotage::ServiceForgotten), Some(concluded)) => {
                concluded.orientation = Orientation::Message("secretariat".to_owned());
            }
            _ => {}
        }
        kept
    }

    /// Whether a sabotage loses this job.
    pub(super) fn is_lost(&self, job: &Job) -> bool {
        match self.storage.inner.sabotage {
            Some(Sabotage::NoWatchOverAnswers) => matches!(job, Job::WatchAnswers(_)),
            Some(Sabotage::NoWatchOverAlerts) => matches!(job, Job::EscalateAlert(..)),
            _ => false,
        }
    }

    /// Refuses what can be no claim, and a live claim that overlaps another
    /// chain's.
    pub(super) fn exclude(&self, intent: &Intent) -> Stored<()> {
        if !intent.state.is_live() {
            return Ok(());
        }
        for claim in &intent.claims {
            if claim.span.start >= claim.span.end {
                return Err(StorageError::NotStorable { thing: "claim", why: "it ends before it begins" });
            }
            check_key("claim", &claim.resource)?;
        }
        if self.storage.inner.sabotage == Some(Sabotage::NoClaimExclusion) {
            return Ok(());
        }
        let overlapped = |rows: &Rows, newer: Option<&Rows>| {
            intent.claims.iter().find_map(|claim| {
                let mut others = rows.intents.values().filter(|other| {
                    other.id != intent.id
                        && other.chain != intent.chain
                        && other.state.is_live()
                        && newer.is_none_or(|newer| !newer.intents.contains_key(&other.id))
                });
                let taken = others.any(|other| {
                    other.claims.iter().any(|theirs| {
                        theirs.resource == claim.resource
                            && theirs.seat == claim.seat
                            && theirs.span.overlaps(&claim.span)
                    })
                });
                taken.then(|| claim.resource.clone())
            })
        };
        let taken = overlapped(&self.written, None)
            .or_else(|| self.storage.look(&self.practice, |rows| overlapped(rows, Some(&self.written))));
        taken.map_or(Ok(()), |resource| Err(StorageError::ClaimTaken { resource }))
    }
}

impl Drop for MemoryTransaction {
    fn drop(&mut self) {
        for turn in &self.taken {
            self.storage.inner.turns.give_back(turn);
        }
    }
}
