//! What happens after a commit, one file per job. Every job may be run twice:
//! it looks at the state first.

use crate::flow::Reception;
use crate::model::job::LeasedJob;
use crate::ports::storage::Stored;
use crate::time::Instant;

/// What came of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobOutcome {
    /// Nothing more to do.
    Done,
    /// Again at this instant.
    Again(Instant),
}

impl Reception {
    /// Leases the jobs that are due, at most `limit`, runs them, and finishes or
    /// returns each. Says how many it ran.
    ///
    /// # Errors
    /// Only when the queue itself cannot be reached; a failing job is returned
    /// to the queue.
    pub async fn run_due_jobs(&self, limit: u32) -> Stored<usize> {
        let _ = limit;
        todo!()
    }

    /// Runs one leased job.
    pub async fn run_job(&self, leased: &LeasedJob) -> JobOutcome {
        let _ = leased;
        todo!()
    }
}
