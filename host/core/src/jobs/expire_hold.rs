//! Lets a claim go that never reached its agenda: whoever made it is gone.

use super::outcome::JobOutcome;
use crate::flow::{Bookings, Flow, Reconciled};
use crate::ids::IntentId;
use crate::ports::practices::LivePractice;

pub(super) async fn run(bookings: &Bookings, practice: &LivePractice, id: IntentId) -> Flow<JobOutcome> {
    Ok(match bookings.expire(practice, id).await? {
        Reconciled::Done => JobOutcome::Done,
        Reconciled::Again(after) => JobOutcome::Again(after),
    })
}
