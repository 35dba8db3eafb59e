//! Compares a practice's agendas with the database after a restore.

use super::outcome::JobOutcome;
use crate::flow::{Flow, Progress, Recoveries};
use crate::ports::practices::LivePractice;

pub(super) async fn run(recoveries: &Recoveries, practice: &LivePractice, number: u32) -> Flow<JobOutcome> {
    Ok(match recoveries.compare(practice, number).await? {
        Progress::Done => JobOutcome::Done,
        Progress::Again(after) => JobOutcome::Again(after),
    })
}
