//! Removes what has been kept for long enough, night after night.

use std::time::Duration;

use super::outcome::JobOutcome;
use crate::flow::{Flow, Retention};
use crate::model::audit::Actor;
use crate::ports::practices::LivePractice;

/// Between two portions, so that the desk is not behind one long row of them.
const SOON: Duration = Duration::from_secs(1);

pub(super) async fn run(retention: &Retention, practice: &LivePractice) -> Flow<JobOutcome> {
    let removed = retention.purge_some(practice, &Actor::job("purge")).await?;
    Ok(JobOutcome::Again(if removed.more { SOON } else { retention.until_night(practice) }))
}
