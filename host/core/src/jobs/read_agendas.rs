//! Reads what the agendas of a feature tell of themselves.

use super::outcome::JobOutcome;
use crate::flow::{Agendas, Flow};
use crate::ids::FeatureId;
use crate::ports::practices::LivePractice;

pub(super) async fn run(agendas: &Agendas, practice: &LivePractice, feature: &FeatureId) -> Flow<JobOutcome> {
    agendas.read_known(practice, feature).await?;
    Ok(JobOutcome::Done)
}
