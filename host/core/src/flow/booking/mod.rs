//! Bookings: from the search for a slot to an intent that ends truthfully,
//! whatever happens.

mod book;
mod calls;
mod claim;
mod history;
mod outcome;
mod pending;
mod reconcile;
mod request;
mod restored;
mod search;
mod settle;
mod step;
mod verdict;
mod watch;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub(super) use self::calls::Sent;
pub(super) use self::claim::{Begun, Wanted};
pub(super) use self::outcome::{APPOINTMENT_CHANGED, refusal, rule_of_the_agenda, unavailable};
pub(super) use self::pending::{begin_change, cancelled, still_stands};
pub(crate) use self::reconcile::Reconciled;
pub(super) use self::request::{MAX_TRIES, check_op, check_text, declared, digest_of, operator};
pub(super) use self::search::asker_of;
pub(super) use self::settle::{Work, visit_of};
pub use self::verdict::{Found, NewVerdict};
pub(super) use self::watch::intent_entry;
use super::act::Acts;
use super::agenda::Agendas;
use super::commitment::Commitments;
use super::contact::Contacts;
use super::error::{Flow, FlowError, Thing};
use super::gate::Gate;
use super::message::Messages;
use crate::ids::{AgendaId, ContactId, FeatureId, IntentId, MotiveId, OpId, PractitionerId};
use crate::model::contact::Contact;
use crate::model::intent::Intent;
use crate::model::person::Person;
use crate::model::practice::Practice;
use crate::model::scheduling::VisitMode;
use crate::model::slots::SlotWishes;
use crate::model::view::BookingView;
use crate::ports::storage::Storage;
use crate::time::{Instant, Span};

/// Searches slots, books them, and finds out what became of it.
#[derive(Clone)]
pub struct Bookings {
    acts: Acts,
    storage: Arc<dyn Storage>,
    agendas: Agendas,
    messages: Messages,
    commitments: Commitments,
    contacts: Contacts,
    gate: Gate,
}

impl Bookings {
    pub(super) fn new(
        acts: Acts,
        storage: Arc<dyn Storage>,
        agendas: Agendas,
        messages: Messages,
        commitments: Commitments,
        contacts: Contacts,
        gate: Gate,
    ) -> Self {
        Self { acts, storage, agendas, messages, commitments, contacts, gate }
    }

    async fn stored(&self, practice: &Practice, id: IntentId) -> Flow<Intent> {
        self.storage.intent(&practice.id, id).await?.ok_or(FlowError::NotFound(Thing::Intent))
    }

    async fn stored_contact(&self, practice: &Practice, id: ContactId) -> Flow<Contact> {
        self.storage.contact(&practice.id, id).await?.ok_or(FlowError::NotFound(Thing::Contact))
    }
}

/// What slots are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlotSearch {
    /// For which motive; the contact's when absent.
    pub motive: Option<MotiveId>,
    /// When; the motive's notice and horizon when absent.
    pub window: Option<Span>,
    /// With whom; anybody who offers the motive when absent, the one whom the contact asks for before
    /// the others, unless somebody must be seen today.
    pub practitioner: Option<PractitionerId>,
    /// At which times, by the practice's clock.
    pub wishes: SlotWishes,
    /// At most so many, 1 to 100; the first free one with 1.
    pub limit: u32,
}

/// A slot to book.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewBooking {
    /// Idempotency key, minted at the first click.
    pub op_id: OpId,
    /// The binding, from the offered slot.
    pub feature: FeatureId,
    /// The agenda, from the offered slot.
    pub agenda: AgendaId,
    /// First instant, from the offered slot.
    pub start: Instant,
    /// What for; the contact's motive when absent.
    #[serde(default)]
    pub motive: Option<MotiveId>,
    /// How; the motive's first when absent.
    #[serde(default)]
    pub mode: Option<VisitMode>,
    /// For whom; from the contact's facts when absent.
    #[serde(default)]
    pub patient: Option<Person>,
    /// From the offered slot.
    #[serde(default)]
    pub slot_handle: Option<String>,
    /// From the offered slot.
    #[serde(default)]
    pub slot_version: Option<String>,
    /// A note for the practitioner.
    #[serde(default)]
    pub note: Option<String>,
    /// Whoever books has seen that the patient has an appointment for the motive already,
    /// and another one is wanted. Left out of the digest of a request that does not say so,
    /// as requests of before are told again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
}

/// What came of a booking request. Never `Confirmed` before the agenda said so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingOutcome {
    /// As it stands.
    #[serde(flatten)]
    pub booking: BookingView,
    /// Whether this request made it, or an earlier one with the same op-id.
    pub replayed: bool,
}
