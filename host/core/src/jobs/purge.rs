//! Removes what has been kept for long enough, night after night.

use super::outcome::JobOutcome;
use crate::flow::{Flow, Retention};
use crate::model::audit::Actor;
use crate::ports::practices::LivePractice;

pub(super) async fn run(retention: &Retention, practice: &LivePractice) -> Flow<JobOutcome> {
    retention.purge(&practice.id, &Actor::job("purge")).await?;
    Ok(JobOutcome::Again(retention.until_night(practice)))
}
