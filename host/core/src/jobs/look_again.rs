//! Looks whether an appointment stands in its agenda as greffon knows it.

use super::outcome::JobOutcome;
use crate::flow::{Appointments, Flow};
use crate::ids::{AppointmentId, FeatureId};
use crate::ports::practices::LivePractice;

pub(super) async fn run(
    appointments: &Appointments,
    practice: &LivePractice,
    feature: &FeatureId,
    id: &AppointmentId,
) -> Flow<JobOutcome> {
    Ok(match appointments.look_again(practice, feature, id).await? {
        None => JobOutcome::Done,
        Some(after) => JobOutcome::Again(after),
    })
}
