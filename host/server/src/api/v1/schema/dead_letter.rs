//! Jobs that were given up.

use greffon_core::model::{dead_letter, job};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::mirrored;
use super::time::Timestamp;

mirrored! {
    /// Life of a dead letter.
    DeadLetterState = dead_letter::DeadLetterState { Open, Retried, Closed }
}

mirrored! {
    /// Jobs that may wait for each other.
    Lane = job::Lane { Alert, Urgent, Normal, Watch, Bulk }
}

/// A job that was given up after it had failed too often. Work for a person.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeadLetter {
    /// Its name.
    id: Uuid,
    /// What was to be done: `deliver-message`, `reconcile-booking`…
    kind: &'static str,
    /// What it is about: `message:0192…`.
    subject: String,
    /// The lane that it was in.
    lane: Lane,
    /// How often it failed in a row.
    failures: u32,
    /// Why it failed last: a code.
    code: String,
    /// When it was given up.
    died_at: Timestamp,
    /// Where it is.
    state: DeadLetterState,
    /// Who ended it.
    ended_by: Option<String>,
    /// When somebody ended it.
    ended_at: Option<Timestamp>,
    /// Why it was closed.
    reason: Option<String>,
}

impl From<dead_letter::DeadLetter> for DeadLetter {
    fn from(core: dead_letter::DeadLetter) -> Self {
        Self {
            id: core.id.0,
            kind: core.job.name(),
            subject: core.job.subject(),
            lane: core.lane.into(),
            failures: core.failures,
            code: core.code,
            died_at: core.died_at.into(),
            state: core.state.into(),
            ended_by: core.ended_by,
            ended_at: core.ended_at.map(Into::into),
            reason: core.reason,
        }
    }
}
