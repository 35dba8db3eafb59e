//! Asks agendas what has changed in them, once: somebody told that something has.

use super::outcome::JobOutcome;
use crate::flow::{Appointments, Flow};
use crate::ids::{AgendaId, FeatureId};
use crate::ports::practices::LivePractice;

pub(super) async fn run(
    appointments: &Appointments,
    practice: &LivePractice,
    feature: &FeatureId,
    agendas: &[AgendaId],
) -> Flow<JobOutcome> {
    Ok(match appointments.read_changes(practice, feature, agendas).await? {
        None => JobOutcome::Done,
        Some(after) => JobOutcome::Again(after),
    })
}
