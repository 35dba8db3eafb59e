//! Tells rung after rung of an alert, until somebody has said what came of it.

use super::JobOutcome;
use crate::flow::{Alerts, Flow};
use crate::ids::{AlertId, PracticeId};
use crate::model::audit::Actor;

pub(super) async fn run(alerts: &Alerts, practice: &PracticeId, id: AlertId, watch: u32) -> Flow<JobOutcome> {
    alerts.watch(practice, id, watch, &Actor::job("escalate-alert")).await?;
    Ok(JobOutcome::Done)
}
