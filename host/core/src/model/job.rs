//! Jobs: work that must happen after a commit, whatever happens to the process.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::care::Level;
use crate::ids::{
    AbsenceId, AgendaId, AlertId, AppointmentId, CommitmentId, ContactId, FeatureId, IntentId, JobId, MessageId,
    PracticeId,
};
use crate::time::Instant;

/// What to do. Running one twice is harmless: each looks at the state first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Job {
    /// Hand a message to a channel.
    DeliverMessage(MessageId),
    /// Find out what became of an intent, and bring it to an end.
    ReconcileBooking(IntentId),
    /// Release a hold or an abandoned claim.
    ExpireHold(IntentId),
    /// Warn about, then escalate, a promise.
    WatchCommitment(CommitmentId),
    /// Ask grids and script of a contact again: something has changed since.
    RefreshView(ContactId),
    /// See that a sign of danger that was heard has its answer.
    WatchAnswers(ContactId),
    /// See that a laboratory has said its result.
    WatchResult(ContactId),
    /// Look after an alert when the time of this watch has come: tell the next rung, or
    /// open it again.
    EscalateAlert(AlertId, u32),
    /// Read what the agendas of a feature tell of themselves.
    ReadAgendas(FeatureId),
    /// Look whether an appointment stands in its agenda as greffon knows it.
    LookAgain(FeatureId, AppointmentId),
    /// Ask the agendas of a feature what has changed in them.
    WatchAgendas(FeatureId),
    /// Ask these agendas of a feature what has changed in them: somebody told that something has.
    ReadChanges(FeatureId, Vec<AgendaId>),
    /// Remove what has been kept for long enough.
    Purge,
    /// Write to everybody of the chain of alerts that it is a test.
    TestAlerts(TestDay),
    /// Tell a person whom the test of this civil day has not reached.
    EndAlertTest(String),
    /// Compare the practice's agendas after the restore of this number.
    CompareAgendas(u32),
    /// Make work of what stands in the time of somebody or something that is not there.
    DisplaceVisits(AbsenceId),
}

/// Which test of a chain of alerts: a practice makes one a day at most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestDay {
    /// The civil day: `2026-11-30`.
    pub day: String,
    /// The hour that the practice has set, in civil minutes since midnight. With another
    /// hour it is another test.
    pub minute: u16,
}

impl Job {
    /// The queue's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::DeliverMessage(_) => "deliver-message",
            Self::ReconcileBooking(_) => "reconcile-booking",
            Self::ExpireHold(_) => "expire-hold",
            Self::WatchCommitment(_) => "watch-commitment",
            Self::RefreshView(_) => "refresh-view",
            Self::WatchAnswers(_) => "watch-answers",
            Self::WatchResult(_) => "watch-result",
            Self::EscalateAlert(..) => "escalate-alert",
            Self::ReadAgendas(_) => "read-agendas",
            Self::LookAgain(..) => "look-again",
            Self::WatchAgendas(_) => "watch-agendas",
            Self::ReadChanges(..) => "read-changes",
            Self::Purge => "purge",
            Self::TestAlerts(_) => "test-alerts",
            Self::EndAlertTest(_) => "end-alert-test",
            Self::CompareAgendas(_) => "compare-agendas",
            Self::DisplaceVisits(_) => "displace-visits",
        }
    }

    /// What it is about: `message:0192…`, as in the journal.
    #[must_use]
    pub fn subject(&self) -> String {
        let (thing, id): (_, &dyn fmt::Display) = match self {
            Self::DeliverMessage(id) => ("message", id),
            Self::ReconcileBooking(id) | Self::ExpireHold(id) => ("intent", id),
            Self::WatchCommitment(id) => ("commitment", id),
            Self::RefreshView(id) | Self::WatchAnswers(id) | Self::WatchResult(id) => ("contact", id),
            Self::EscalateAlert(id, _) => ("alert", id),
            Self::ReadAgendas(id) | Self::WatchAgendas(id) => ("feature", id),
            // The name of an appointment is the agenda's: it may say anything.
            Self::LookAgain(feature, _) | Self::ReadChanges(feature, _) => ("feature", feature),
            Self::CompareAgendas(number) => ("restore", number),
            Self::DisplaceVisits(id) => ("absence", id),
            Self::TestAlerts(TestDay { day, .. }) | Self::EndAlertTest(day) => ("alert-test", day),
            Self::Purge => return "practice".to_owned(),
        };
        format!("{thing}:{id}")
    }

    /// How long it is tried when it fails.
    #[must_use]
    pub fn patience(&self, lane: Lane) -> Patience {
        let second = Duration::from_secs(1);
        let (ceiling, failures) = match self {
            // A person can still pick up the phone: told within seven minutes.
            Self::DeliverMessage(_) | Self::WatchCommitment(_) if lane == Lane::Alert => (60 * second, 12),
            Self::WatchAnswers(_) | Self::WatchResult(_) => (60 * second, 60),
            // Somebody may lie there: it is never given up.
            Self::EscalateAlert(..) => (60 * second, u32::MAX),
            // About an hour and a quarter.
            Self::DeliverMessage(_) | Self::WatchCommitment(_) => (600 * second, 16),
            // Whoever reads the contact asks again.
            Self::RefreshView(_) => (60 * second, 8),
            // Tomorrow is another test; what came of one is told within the hours of an opening.
            Self::TestAlerts(_) => (600 * second, 8),
            Self::EndAlertTest(_) => (900 * second, 60),
            // Their age shows, and they are asked again every hour.
            Self::ReadAgendas(_) => (600 * second, 6),
            // Until then nothing can be booked, and nothing is sent: it is never given up.
            Self::CompareAgendas(_) => (60 * second, u32::MAX),
            // A patient would come to a closed door: it is never given up.
            Self::DisplaceVisits(_) => (60 * second, u32::MAX),
            // What is old today is old tomorrow: it is never given up.
            Self::Purge => (900 * second, u32::MAX),
            // Without it nobody sees what the practitioner changes.
            Self::WatchAgendas(_) => (300 * second, u32::MAX),
            // They are asked every minute all the same.
            Self::ReadChanges(..) => (60 * second, 4),
            // All of the agenda is compared every night.
            Self::LookAgain(..) => (900 * second, 24),
            // An agenda that is down for a night is looked at in the morning.
            Self::ReconcileBooking(_) | Self::ExpireHold(_) => (900 * second, 60),
        };
        Patience { first: second, ceiling, failures }
    }
}

/// How long a job that fails is tried: after `first`, then twice as long each
/// time up to `ceiling`, until it has failed `failures` times in a row and is
/// given up. Only what a job cannot deal with itself counts as a failure: the
/// database, a panic, a process that died.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Pause after the first failure.
    pub first: Duration,
    /// Longest pause.
    pub ceiling: Duration,
    /// The failure, counted from 1, at which the job is given up.
    pub failures: u32,
}

impl Patience {
    /// The pause after so many failures in a row, or `None` to give the job up.
    /// A pause is shortened by up to a half, as `id` wills: jobs that failed
    /// together do not come back together.
    #[must_use]
    pub fn pause(&self, failures: u32, id: JobId) -> Option<Duration> {
        (failures < self.failures).then(|| self.longest(failures, id))
    }

    /// The same for a job that must not be given up.
    #[must_use]
    pub fn longest(&self, failures: u32, id: JobId) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        let full = self.first.saturating_mul(1 << doublings).min(self.ceiling);
        // The last bits of a UUIDv7 are random; each failure takes others of them.
        let bits = id.0.as_u128() >> ((failures % 8) * 7);
        let off = u32::try_from(bits & 0x3ff).unwrap_or(0);
        full - full.mul_f64(f64::from(off) / 2048.0)
    }
}

/// Jobs that may wait for each other. Lanes never do: each has workers of its
/// own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lane {
    /// Messages to the practice of the levels vital and very urgent, and the watch
    /// over promises of these levels. No agenda is asked anything here.
    Alert,
    /// Bookings without an outcome, and what somebody at the desk waits for.
    Urgent,
    /// The rest.
    Normal,
    /// Looks at agendas for what others changed in them: one that hangs keeps nobody's
    /// booking waiting.
    Watch,
    /// Reminders, and reads that nobody waits for.
    Bulk,
}

impl Lane {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Alert, Self::Urgent, Self::Normal, Self::Watch, Self::Bulk];

    /// Where the practice's own work of this level waits.
    #[must_use]
    pub fn of(level: Level) -> Self {
        if level.at_least(Level::VeryUrgent) { Self::Alert } else { Self::Normal }
    }

    /// The word in metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Urgent => "urgent",
            Self::Normal => "normal",
            Self::Watch => "watch",
            Self::Bulk => "bulk",
        }
    }
}

/// When a job should run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// After this long, by the queue's own clock: retries, look-ups, expiries. The
    /// clock of the node that asks does not count.
    After(Duration),
    /// At this instant of civil time: what was promised for an hour of the day.
    At(Instant),
}

impl Due {
    /// At once.
    pub const NOW: Self = Self::After(Duration::ZERO);

    /// At `at`, reckoned from `now` of the same clock; at once when `at` is past.
    #[must_use]
    pub fn from_now(now: Instant, at: Instant) -> Self {
        Self::After(at.since(now))
    }
}

/// A job that this worker holds until its lease ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeasedJob {
    /// Its name.
    pub id: JobId,
    /// Whose.
    pub practice: PracticeId,
    /// What.
    pub job: Job,
    /// In which lane.
    pub lane: Lane,
    /// Times it was leased, this one included.
    pub attempt: u32,
    /// Times it failed in a row before this one; a lease that ended without a word
    /// is a failure.
    pub failures: u32,
    /// How long it had been due when it was leased.
    pub waited: Duration,
}

/// What a lane looks like now, over all practices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneDepth {
    /// Which.
    pub lane: Lane,
    /// Jobs that are due and nobody runs.
    pub waiting: u64,
    /// How long the one that waits longest has been due.
    pub oldest: Duration,
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const PATIENCE: Patience =
        Patience { first: Duration::from_secs(1), ceiling: Duration::from_secs(60), failures: 12 };

    #[test]
    fn pauses_double_up_to_the_ceiling_and_end() {
        let id = JobId(Uuid::nil());
        let pauses: Vec<_> = (1..=12).map(|n| PATIENCE.pause(n, id).map(|pause| pause.as_secs())).collect();
        let expected = [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60].map(Some).into_iter().chain([None]);
        assert_eq!(pauses, expected.collect::<Vec<_>>());
        assert_eq!(PATIENCE.longest(u32::MAX, id), PATIENCE.ceiling);
        assert_eq!(PATIENCE.longest(0, id), PATIENCE.first);
    }

    #[test]
    fn jobs_that_failed_together_come_back_apart_and_no_sooner_than_half_the_pause() {
        let id = |n: u128| JobId(Uuid::from_u128(n.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)));
        for failures in 1..=20 {
            let pauses: std::collections::HashSet<_> = (1..=100).map(|n| PATIENCE.longest(failures, id(n))).collect();
            assert!(pauses.len() > 50, "{failures}: {}", pauses.len());
            let full = PATIENCE.longest(failures, JobId(Uuid::nil()));
            assert!(pauses.iter().all(|pause| *pause <= full && *pause >= full / 2));
        }
    }

    #[test]
    fn an_alert_is_given_up_while_a_person_can_still_act() {
        let job = Job::DeliverMessage(MessageId(Uuid::nil()));
        let patience = job.patience(Lane::Alert);
        let all: Duration = (1..patience.failures).map(|n| patience.longest(n, JobId(Uuid::nil()))).sum();
        assert!(all <= Duration::from_secs(7 * 60), "{all:?}");
    }
}
