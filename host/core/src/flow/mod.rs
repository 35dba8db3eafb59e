//! The road of a contact: one folder an area, one file an act. Each act loads,
//! decides with the pure functions of [`crate::model`], stores in one transaction,
//! and only then calls plugins. Areas meet through their entry functions; whoever
//! reads asks no plugin.

mod absence;
mod act;
mod agenda;
mod alert;
mod appointment;
mod approval;
mod booking;
mod commitment;
mod contact;
mod conversation;
mod dead_letter;
mod disclosure;
mod error;
mod gate;
mod inbound;
mod journal;
mod message;
mod patient;
mod read;
mod recovery;
mod retention;
mod rows;

use std::sync::Arc;

use uuid::Uuid;

pub use self::absence::{Absences, NewAbsence, ToldAbsence};
pub(crate) use self::act::{Act, Acts};
pub(crate) use self::agenda::Agendas;
pub use self::alert::{Alerts, LinkedAlert, NewAcknowledgement, NewEnd, Opened};
pub(crate) use self::alert::{Reached, TestEnd};
pub use self::appointment::{Appointments, NewCancellation, NewMove, NewStatus, NewTakeOver};
pub use self::approval::{ContentApprovals, NewApproval};
pub(crate) use self::booking::Reconciled;
pub use self::booking::{BookingOutcome, Bookings, Found as FoundByHand, NewBooking, NewVerdict, SlotSearch};
pub use self::commitment::Commitments;
pub use self::contact::{
    Contacts, Disclosed, NewClosing, NewContact, NewFact, NewLevel, NewOverride, NewPatientChoice, NewStatement,
};
pub use self::dead_letter::DeadLetters;
pub use self::error::{Flow, FlowError, Thing, Unreached};
pub(crate) use self::gate::{CLOSED_AGAIN, Gate};
pub use self::inbound::{Call, Heard, Inbound, NewAddress, Unheard};
pub(crate) use self::journal::Entry;
pub(crate) use self::message::{Messages, contact_of, contact_of_intent};
pub(crate) use self::patient::records_with;
pub use self::patient::{NewJoin, NewPatient, PatientSearch, Patients, ReadPatient};
pub use self::read::{ForeignEntry, ReadAgenda, ReadAlert, ReadContact, ReadEntry, ReadWindow, Reads};
pub(crate) use self::recovery::Progress;
pub use self::recovery::Recoveries;
pub use self::retention::{Removed, Retention};
pub(crate) use self::rows::Rows;
use crate::ports::agenda_turn::AgendaTurns;
use crate::ports::clock::{Clock, Ids};
use crate::ports::practices::Practices;
use crate::ports::storage::Storage;

/// What people do at a reception, by what it is about. Cheap to clone: clones
/// share what they remember.
#[derive(Clone)]
pub struct Reception {
    /// Contacts, from their arrival to their end.
    pub contacts: Contacts,
    /// Slots and bookings.
    pub bookings: Bookings,
    /// Appointments that stand.
    pub appointments: Appointments,
    /// Who and what is not there.
    pub absences: Absences,
    /// Promises.
    pub commitments: Commitments,
    /// Alerts.
    pub alerts: Alerts,
    /// The registry of patients.
    pub patients: Patients,
    /// What practitioners say of grids and scripts.
    pub approvals: ContentApprovals,
    /// Jobs that were given up.
    pub dead_letters: DeadLetters,
    /// Everything that is only read.
    pub reads: Reads,
    pub(crate) messages: Messages,
    pub(crate) acts: Acts,
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) agendas: Agendas,
    /// What has been kept for long enough.
    pub retention: Retention,
    /// What practices do after a restore of the database.
    pub recoveries: Recoveries,
    /// What outside services tell.
    pub inbound: Inbound,
    pub(crate) gate: Gate,
}

impl Reception {
    /// A reception over these ports, remembering nothing.
    #[must_use]
    pub fn new(
        storage: Arc<dyn Storage>,
        turns: Arc<dyn AgendaTurns>,
        practices: Arc<dyn Practices>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Self {
        let acts = Acts::new(practices, clock, ids);
        let agendas = Agendas::new(acts.clone(), Arc::clone(&storage), turns);
        let reads = Reads::new(acts.clone(), Arc::clone(&storage));
        Self::of(storage, acts, agendas, reads)
    }

    /// The same reception over another way into the same database.
    #[must_use]
    pub fn over(&self, way: impl FnOnce(&Arc<dyn Storage>) -> Arc<dyn Storage>) -> Self {
        let storage = way(&self.storage);
        let agendas = self.agendas.over(Arc::clone(&storage));
        let reads = self.reads.over(Arc::clone(&storage));
        Self::of(storage, self.acts.clone(), agendas, reads)
    }

    /// A fresh id of this instant.
    #[must_use]
    pub fn fresh_id(&self) -> Uuid {
        self.acts.id(self.acts.now())
    }

    fn of(storage: Arc<dyn Storage>, acts: Acts, agendas: Agendas, reads: Reads) -> Self {
        let own = || (acts.clone(), Arc::clone(&storage));
        let gate = Gate::new(acts.clone(), Arc::clone(&storage));
        let messages = Messages::new(acts.clone());
        let commitments = {
            let (acts, storage) = own();
            Commitments::new(acts, storage, messages.clone())
        };
        let alerts = {
            let (acts, storage) = own();
            Alerts::new(acts, storage, messages.clone())
        };
        let patients = {
            let (acts, storage) = own();
            Patients::new(acts, storage)
        };
        let approvals = {
            let (acts, storage) = own();
            ContentApprovals::new(acts, storage)
        };
        let contacts = {
            let (acts, storage) = own();
            Contacts::new(acts, storage, messages.clone(), commitments.clone(), alerts.clone(), patients.clone())
        };
        let bookings = {
            let (acts, storage) = own();
            let (agendas, messages) = (agendas.clone(), messages.clone());
            Bookings::new(acts, storage, agendas, messages, commitments.clone(), contacts.clone(), gate.clone())
        };
        let appointments = {
            let (acts, storage) = own();
            Appointments::new(
                acts,
                storage,
                agendas.clone(),
                bookings.clone(),
                contacts.clone(),
                messages.clone(),
                gate.clone(),
            )
        };
        let absences = {
            let (acts, storage) = own();
            Absences::new(acts, storage, bookings.clone())
        };
        let retention = {
            let (acts, storage) = own();
            Retention::new(acts, storage)
        };
        let recoveries = {
            let (acts, storage) = own();
            Recoveries::new(acts, storage, agendas.clone(), bookings.clone(), messages.clone(), alerts.clone())
        };
        let inbound = {
            let (acts, storage) = own();
            Inbound::new(acts, storage)
        };
        let dead_letters = {
            let (acts, storage) = own();
            DeadLetters::new(acts, storage, messages.clone())
        };
        Self {
            contacts,
            bookings,
            appointments,
            absences,
            commitments,
            alerts,
            patients,
            approvals,
            dead_letters,
            reads,
            messages,
            acts,
            storage,
            agendas,
            retention,
            recoveries,
            inbound,
            gate,
        }
    }
}
