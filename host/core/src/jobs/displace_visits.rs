//! Makes work of what stands in the time of somebody or something that is not there.

use super::outcome::JobOutcome;
use crate::flow::{Absences, Flow};
use crate::ids::AbsenceId;
use crate::model::audit::Actor;
use crate::ports::practices::LivePractice;

pub(super) async fn run(absences: &Absences, practice: &LivePractice, id: AbsenceId) -> Flow<JobOutcome> {
    absences.displace(practice, id, &Actor::job("displace-visits")).await?;
    Ok(JobOutcome::Done)
}
