//! Tells a person whom the test of a chain of alerts has not reached.

use super::{JobOutcome, metrics};
use crate::flow::{Alerts, Flow, Reached, TestEnd};
use crate::model::audit::Actor;
use crate::ports::practices::LivePractice;

pub(super) async fn run(alerts: &Alerts, practice: &LivePractice, day: &str) -> Flow<JobOutcome> {
    match alerts.end_test(practice, day, &Actor::job("end-alert-test")).await? {
        TestEnd::Already => {}
        TestEnd::Later(after) => return Ok(JobOutcome::Again(after)),
        TestEnd::Now(reached) => {
            metrics::alert_test(reached);
            if reached == Reached::Nobody {
                tracing::error!(practice.id = %practice.id, "the test of a chain of alerts reached nobody");
            }
        }
    }
    Ok(JobOutcome::Done)
}
