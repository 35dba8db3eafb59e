//! All that is kept about one contact, and when it is over.

use super::commitment::Commitment;
use super::contact::{Contact, ContactState};
use super::intent::{Appointment, Intent};
use crate::time::Instant;

/// All that was kept about one contact.
#[derive(Clone, Debug, PartialEq)]
pub struct Trail {
    /// The contact.
    pub contact: Contact,
    /// Its bookings, moves and cancellations.
    pub intents: Vec<Intent>,
    /// The promises that were made in it.
    pub commitments: Vec<Commitment>,
    /// The appointments that these intents made or changed last.
    pub appointments: Vec<Appointment>,
}

impl Trail {
    /// Whether all of it ended before `before`, and nothing of it is still to come.
    #[must_use]
    pub fn is_over(&self, before: Instant) -> bool {
        let Self { contact, intents, commitments, appointments } = self;
        let closed = contact.state == ContactState::Closed && contact.closed_at.is_some_and(|at| at < before);
        let kept = |one: &Commitment| one.state.is_final() && one.ended_at.is_none_or(|at| at < before);
        let settled = |one: &Intent| one.state.is_final() && one.updated_at < before && one.request.span.end < before;
        let past = |one: &Appointment| one.pending.is_none() && one.held.span.end < before;
        closed && commitments.iter().all(kept) && intents.iter().all(settled) && appointments.iter().all(past)
    }
}
