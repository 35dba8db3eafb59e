//! What came of a run, and for how long it is a worker's.

use std::time::Duration;

/// How long a worker holds a job before another may take it up; renewed while it
/// runs.
pub(super) const LEASE: Duration = Duration::from_secs(60);

/// What came of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum JobOutcome {
    /// Nothing more to do.
    Done,
    /// The same, and the job left the queue with its last change.
    Ended,
    /// Not yet: again after this long. No failure.
    Again(Duration),
}
