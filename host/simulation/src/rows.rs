//! What one practice has in [`MemoryStorage`](super::MemoryStorage).

use std::collections::BTreeMap;

use greffon_core::ids::{AppointmentId, CommitmentId, ContactId, FeatureId, IntentId, MessageId, OpId};
use greffon_core::model::audit::AuditEvent;
use greffon_core::model::commitment::Commitment;
use greffon_core::model::contact::Contact;
use greffon_core::model::intent::{Appointment, Claim, Intent};
use greffon_core::model::message::Message;
use greffon_core::ports::storage::{StorageError, Stored};

/// The rows of one practice; also what a transaction has written so far.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// Contacts by id, so by arrival.
    pub contacts: BTreeMap<ContactId, Contact>,
    /// Intents by id.
    pub intents: BTreeMap<IntentId, Intent>,
    /// Appointments by feature and name.
    pub appointments: BTreeMap<(FeatureId, AppointmentId), Appointment>,
    /// Messages by id.
    pub messages: BTreeMap<MessageId, Message>,
    /// Commitments by id.
    pub commitments: BTreeMap<CommitmentId, Commitment>,
    /// The journal, oldest first.
    pub audit: Vec<AuditEvent>,
    /// Intents by op-id.
    pub(super) ops: BTreeMap<OpId, IntentId>,
}

impl Rows {
    /// Claims of live intents, with the chain that each belongs to.
    pub fn live_claims(&self) -> impl Iterator<Item = (IntentId, &Claim)> {
        self.intents
            .values()
            .filter(|intent| intent.state.is_live())
            .flat_map(|intent| intent.claims.iter().map(|claim| (intent.chain, claim)))
    }

    /// Takes over what a transaction wrote.
    pub(super) fn absorb(&mut self, written: Self) {
        self.contacts.extend(written.contacts);
        self.intents.extend(written.intents);
        self.appointments.extend(written.appointments);
        self.messages.extend(written.messages);
        self.commitments.extend(written.commitments);
        self.audit.extend(written.audit);
        self.ops.extend(written.ops);
    }
}

/// A row with an optimistic lock.
pub(super) trait Versioned: Clone {
    /// What an error calls it.
    const THING: &'static str;
    /// Its lock.
    fn version(&mut self) -> &mut i64;
}

macro_rules! versioned {
    ($($row:ty => $thing:literal),+ $(,)?) => {$(
        impl Versioned for $row {
            const THING: &'static str = $thing;
            fn version(&mut self) -> &mut i64 {
                &mut self.version
            }
        }
    )+};
}

versioned! {
    Contact => "contact",
    Intent => "intent",
    Appointment => "appointment",
    Message => "message",
    Commitment => "commitment",
}

/// Compares the version with the stored row's and makes it one more, in the
/// caller's hands; gives back the row to write.
pub(super) fn next_version<R: Versioned>(row: &mut R, stored: Option<R>) -> Stored<R> {
    let given = *row.version();
    match stored.map(|mut there| *there.version()) {
        None if given == 0 => {}
        Some(_) if given == 0 => return Err(StorageError::Exists { thing: R::THING }),
        Some(there) if there == given => {}
        _ => return Err(StorageError::Stale { thing: R::THING }),
    }
    *row.version() += 1;
    Ok(row.clone())
}
