//! What came of a contact so far, and what the registry has of its patient.

use crate::model::alert::{Alert, AlertState};
use crate::model::commitment::Commitment;
use crate::model::intent::Intent;
use crate::model::patient::Patient;

/// Bookings, promises and the alert of a contact, as they are stored beside it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sequel {
    /// Bookings, oldest first.
    pub intents: Vec<Intent>,
    /// Promises, oldest first.
    pub commitments: Vec<Commitment>,
    /// Promises that were made about the same patient before, and are not kept yet.
    pub owed: Vec<Commitment>,
    /// Those that were made to somebody who called from the same number or address.
    pub owed_at_origin: Vec<Commitment>,
    /// The alert that its level raised.
    pub alert: Option<Alert>,
    /// The records of its patient in the registry; empty as long as it is not known which.
    pub records: Vec<Patient>,
}

impl Sequel {
    /// Whether nobody has said yet what came of the alert.
    #[must_use]
    pub fn alert_is_open(&self) -> bool {
        self.alert.as_ref().is_some_and(|alert| alert.state != AlertState::Ended)
    }
}
