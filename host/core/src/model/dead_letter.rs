//! Jobs that were given up: work for a person, kept until somebody ends it.

use serde::{Deserialize, Serialize};

use greffon_words::{fields, refusals};

use super::job::{Job, Lane};
use super::refusal::Refusal;
use crate::ids::{JobId, PracticeId};
use crate::time::Instant;

/// Longest reason for closing one, in characters.
pub const MAX_REASON: usize = 500;

/// Life of a dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeadLetterState {
    /// Nobody has dealt with it yet.
    Open,
    /// Its job was put in the queue again.
    Retried,
    /// It will not be done; the reason says why.
    Closed,
}

impl DeadLetterState {
    /// The wire word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Retried => "retried",
            Self::Closed => "closed",
        }
    }
}

/// One job that was given up. Holds ids and codes, no personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// The job's name in the queue.
    pub id: JobId,
    /// Whose.
    pub practice: PracticeId,
    /// What was to be done.
    pub job: Job,
    /// The lane that it was in.
    pub lane: Lane,
    /// How often it failed in a row.
    pub failures: u32,
    /// Why it failed last: `storage`, `panic`, `agenda-unavailable`…
    pub code: String,
    /// When it was given up.
    pub died_at: Instant,
    /// Where it is.
    pub state: DeadLetterState,
    /// Who ended it: the subject of a token.
    pub ended_by: Option<String>,
    /// When somebody ended it.
    pub ended_at: Option<Instant>,
    /// Why it was closed.
    pub reason: Option<String>,
    /// Optimistic lock.
    pub version: i64,
}

impl DeadLetter {
    /// The letter after somebody put its job in the queue again.
    ///
    /// # Errors
    /// `NotAllowed("already-final")` when somebody ended it before.
    pub fn retried(&self, by: &str, now: Instant) -> Result<Self, Refusal> {
        self.ended(DeadLetterState::Retried, None, by, now)
    }

    /// The letter after somebody closed it for a reason.
    ///
    /// # Errors
    /// `NotAllowed("already-final")` when somebody ended it before;
    /// `Invalid("reason")` unless the reason has 1 to [`MAX_REASON`] characters.
    pub fn closed(&self, reason: &str, by: &str, now: Instant) -> Result<Self, Refusal> {
        let reason = reason.trim();
        if reason.is_empty() || reason.chars().count() > MAX_REASON {
            return Err(Refusal::invalid("reason", fields::length(1_usize, MAX_REASON)));
        }
        self.ended(DeadLetterState::Closed, Some(reason.to_owned()), by, now)
    }

    fn ended(&self, state: DeadLetterState, reason: Option<String>, by: &str, now: Instant) -> Result<Self, Refusal> {
        if self.state != DeadLetterState::Open {
            return Err(Refusal::not_allowed("already-final", refusals::task_ended()));
        }
        Ok(Self { state, reason, ended_by: Some(by.to_owned()), ended_at: Some(now), ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ids::MessageId;

    fn open() -> DeadLetter {
        DeadLetter {
            id: JobId(Uuid::from_u128(1)),
            practice: "p".into(),
            job: Job::DeliverMessage(MessageId(Uuid::from_u128(2))),
            lane: Lane::Alert,
            failures: 12,
            code: "panic".to_owned(),
            died_at: Instant(1),
            state: DeadLetterState::Open,
            ended_by: None,
            ended_at: None,
            reason: None,
            version: 1,
        }
    }

    #[test]
    fn it_is_ended_once() {
        let now = Instant(2);
        for ended in [open().retried("a", now).unwrap(), open().closed("appelé", "a", now).unwrap()] {
            assert_eq!((ended.ended_by.as_deref(), ended.ended_at), (Some("a"), Some(now)));
            let again = Refusal::not_allowed("already-final", refusals::task_ended());
            assert_eq!(ended.retried("b", now), Err(again.clone()));
            assert_eq!(ended.closed("encore", "b", now), Err(again));
        }
    }

    #[test]
    fn it_is_closed_with_a_reason_of_bounded_length() {
        for reason in ["", "  ", &"é".repeat(MAX_REASON + 1)] {
            assert!(open().closed(reason, "a", Instant(2)).is_err());
        }
        assert!(open().closed(&"é".repeat(MAX_REASON), "a", Instant(2)).is_ok());
    }
}
