//! Tells rung after rung of an alert, until somebody has said what came of it.

use super::JobOutcome;
use crate::flow::{Alerts, Flow};
use crate::ids::{AlertId, PracticeId};
use crate::model::audit::Actor;

pub(super) async fn run(alerts: &Alerts, practice: &PracticeId, id: AlertId) -> Flow<JobOutcome> {
    let next = alerts.watch(practice, id, &Actor::job("escalate-alert")).await?;
    Ok(next.map_or(JobOutcome::Done, JobOutcome::Again))
}
