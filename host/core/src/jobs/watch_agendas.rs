//! Asks the agendas of a feature what has changed in them, again and again.

use super::outcome::JobOutcome;
use crate::flow::{Appointments, Flow};
use crate::ids::FeatureId;
use crate::ports::practices::LivePractice;

pub(super) async fn run(appointments: &Appointments, practice: &LivePractice, feature: &FeatureId) -> Flow<JobOutcome> {
    Ok(match appointments.watch_agendas(practice, feature).await? {
        None => JobOutcome::Done,
        Some(after) => JobOutcome::Again(after),
    })
}
