//! Writes to everybody of a practice's chain of alerts that it is a test.

use super::JobOutcome;
use crate::flow::{Alerts, Flow};
use crate::model::audit::Actor;
use crate::model::job::{LeasedJob, TestDay};
use crate::ports::practices::LivePractice;

pub(super) async fn run(
    alerts: &Alerts,
    practice: &LivePractice,
    leased: &LeasedJob,
    test: &TestDay,
) -> Flow<JobOutcome> {
    // By the queue's own clock: a node that is hours off leaves no test out.
    alerts.test(practice, test, leased.waited, &Actor::job("test-alerts")).await?;
    Ok(JobOutcome::Done)
}
