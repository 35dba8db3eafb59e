//! A backup of the database in memory, and what a restore leaves in it.

use std::collections::BTreeMap;

use greffon_core::ids::{JobId, PracticeId};
use greffon_core::model::recovery::{Recovery, Restore, UnderWay};
use greffon_core::time::Instant;

use super::memory::{JobRow, MemoryStorage};
use crate::rows::Rows;

/// Everything that the database held at one instant.
#[derive(Clone, Debug)]
pub struct MemoryBackup {
    practices: BTreeMap<PracticeId, Rows>,
    jobs: BTreeMap<JobId, JobRow>,
    restore: Option<Restore>,
    taken_at: Instant,
}

impl MemoryStorage {
    /// A copy of everything that was committed.
    #[must_use]
    pub fn back_up(&self) -> MemoryBackup {
        let taken_at = self.now();
        let tables = self.lock();
        let (practices, jobs, restore) = (tables.practices.clone(), tables.jobs.clone(), tables.restore);
        MemoryBackup { practices, jobs, restore, taken_at }
    }

    /// Puts a backup in the place of what the database holds, while no process works on it,
    /// and marks it as restored.
    pub fn restore(&self, backup: &MemoryBackup) -> Restore {
        let now = self.now();
        {
            let mut tables = self.lock();
            tables.practices.clone_from(&backup.practices);
            tables.jobs.clone_from(&backup.jobs);
            tables.restore = backup.restore;
        }
        self.end_leases();
        self.note_restore(now, Some(backup.taken_at))
    }

    pub(super) fn note_restore(&self, restored_at: Instant, taken_at: Option<Instant>) -> Restore {
        let mut tables = self.lock();
        let number = tables.restore.map_or(1, |last| last.number + 1);
        let restore = Restore { number, restored_at, taken_at };
        tables.restore = Some(restore);
        for rows in tables.practices.values_mut() {
            let messages =
                rows.messages.values().filter(|one| !one.state.is_final()).map(|one| UnderWay::Message(one.id));
            let intents = rows.intents.values().filter(|one| !one.state.is_final()).map(|one| UnderWay::Intent(one.id));
            rows.under_way = messages.chain(intents).collect();
        }
        restore
    }

    /// The recovery of the last restore, when this one is stored.
    pub(super) fn recovery_of(&self, practice: &PracticeId, stored: Option<Recovery>) -> Option<Recovery> {
        let restore = self.lock().restore?;
        let version = stored.as_ref().map_or(0, |stored| stored.version);
        let of_last = stored.filter(|stored| stored.restore.number == restore.number);
        Some(of_last.unwrap_or_else(|| Recovery { version, ..Recovery::new(practice.clone(), restore) }))
    }
}
