//! What is counted about jobs. Labels are lanes, kinds and codes: never an id, a
//! practice or a person.

use std::time::Duration;

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

use crate::flow::Reached;
use crate::model::job::{Job, Lane, LaneDepth, LeasedJob};

/// The code of a job that panicked.
pub(super) const PANIC: &str = "panic";

const WAITED: &str = "greffon_job_wait_seconds";
const RAN: &str = "greffon_job_run_seconds";
const RUNNING: &str = "greffon_jobs_running";
const FAILED: &str = "greffon_job_failures_total";
const PANICS: &str = "greffon_job_panics_total";
const DEAD: &str = "greffon_jobs_given_up_total";
const ALERTS_LOST: &str = "greffon_alert_messages_lost_total";
const ALERT_TESTS: &str = "greffon_alert_tests_total";
const WAITING: &str = "greffon_jobs_waiting";
const OLDEST: &str = "greffon_jobs_oldest_wait_seconds";

/// Registers names, units and descriptions with the installed recorder. Called
/// once, by the composition root.
pub fn describe() {
    describe_histogram!(WAITED, Unit::Seconds, "time from being due to being taken by a worker, by lane");
    describe_histogram!(RAN, Unit::Seconds, "time that a job ran, by kind");
    describe_gauge!(RUNNING, Unit::Count, "jobs that this process runs, by lane");
    describe_counter!(FAILED, Unit::Count, "jobs that failed and will be run again, by kind and code");
    describe_counter!(PANICS, Unit::Count, "jobs that panicked, by kind");
    describe_counter!(DEAD, Unit::Count, "jobs that were given up, by kind: each is work for a person");
    describe_counter!(
        ALERTS_LOST,
        Unit::Count,
        "messages of alerts that did not arrive, or perhaps not: when it rises, look at the alerts that are open"
    );
    describe_counter!(
        ALERT_TESTS,
        Unit::Count,
        "tests of a chain of alerts that have ended, by outcome: everybody, some or nobody was reached"
    );
    describe_gauge!(WAITING, Unit::Count, "jobs that are due and that nobody runs, by lane");
    describe_gauge!(OLDEST, Unit::Seconds, "how long the job that waits longest has been due, by lane");
}

/// Shows what waits in the lanes.
pub fn depths(lanes: &[LaneDepth]) {
    for lane in lanes {
        gauge!(WAITING, "lane" => lane.lane.as_str()).set(small(lane.waiting));
        gauge!(OLDEST, "lane" => lane.lane.as_str()).set(lane.oldest.as_secs_f64());
    }
}

fn small(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Counts a job as running until it is dropped.
pub(super) struct InHand(Lane);

impl InHand {
    pub(super) fn take(leased: &LeasedJob) -> Self {
        histogram!(WAITED, "lane" => leased.lane.as_str()).record(leased.waited.as_secs_f64());
        gauge!(RUNNING, "lane" => leased.lane.as_str()).increment(1.0);
        Self(leased.lane)
    }
}

impl Drop for InHand {
    fn drop(&mut self) {
        gauge!(RUNNING, "lane" => self.0.as_str()).decrement(1.0);
    }
}

pub(super) fn ran(job: &Job, took: Duration) {
    histogram!(RAN, "kind" => job.name()).record(took.as_secs_f64());
}

pub(super) fn failed(job: &Job, code: &'static str) {
    counter!(FAILED, "kind" => job.name(), "code" => code).increment(1);
    if code == PANIC {
        counter!(PANICS, "kind" => job.name()).increment(1);
    }
}

pub(super) fn alert_lost() {
    counter!(ALERTS_LOST).increment(1);
}

pub(super) fn alert_test(reached: Reached) {
    let outcome = match reached {
        Reached::Everybody => "everybody",
        Reached::Some => "some",
        Reached::Nobody => "nobody",
    };
    counter!(ALERT_TESTS, "outcome" => outcome).increment(1);
}

pub(super) fn dead(job: &Job) {
    counter!(DEAD, "kind" => job.name()).increment(1);
}
