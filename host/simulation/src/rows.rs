//! What one practice has in [`MemoryStorage`](super::MemoryStorage).

use std::collections::{BTreeMap, BTreeSet};

use greffon_core::ids::{
    AbsenceId, AlertId, AppointmentId, AuditId, CommitmentId, ContactId, FeatureId, InboundAddressId, IntentId, JobId,
    MessageId, OpId, PatientId, PracticeId,
};
use greffon_core::model::absence::ReportedAbsence;
use greffon_core::model::agenda_watch::AgendaWatch;
use greffon_core::model::alert::{Alert, AlertTest};
use greffon_core::model::approval::Approval;
use greffon_core::model::audit::AuditEvent;
use greffon_core::model::commitment::Commitment;
use greffon_core::model::contact::Contact;
use greffon_core::model::dead_letter::DeadLetter;
use greffon_core::model::inbound::InboundAddress;
use greffon_core::model::intent::{Appointment, Claim, Intent};
use greffon_core::model::known_agendas::KnownAgendas;
use greffon_core::model::message::Message;
use greffon_core::model::patient::{Patient, Term, terms_of_patient};
use greffon_core::model::pin::SettingsDigest;
use greffon_core::model::recovery::{Recovery, UnderWay};
use greffon_core::model::trail::Trail;
use greffon_core::model::view::Said;
use greffon_core::ports::storage::{StorageError, Stored};
use greffon_core::time::{Instant, Span};

use super::mirrors::{self, Mirrors, Step};

/// The rows of one practice; also what a transaction has written so far.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// Contacts by id, so by arrival.
    pub contacts: BTreeMap<ContactId, Contact>,
    /// What grids and script last said of contacts.
    pub views: BTreeMap<ContactId, Said>,
    /// Intents by id.
    pub intents: BTreeMap<IntentId, Intent>,
    /// Appointments by feature and name.
    pub appointments: BTreeMap<(FeatureId, AppointmentId), Appointment>,
    /// Messages by id.
    pub messages: BTreeMap<MessageId, Message>,
    /// Commitments by id.
    pub commitments: BTreeMap<CommitmentId, Commitment>,
    /// Alerts by id.
    pub alerts: BTreeMap<AlertId, Alert>,
    /// The last test of the chain of alerts.
    pub alert_test: Option<AlertTest>,
    /// How far agendas were followed, by feature.
    pub watches: BTreeMap<FeatureId, AgendaWatch>,
    /// What agendas hold.
    pub mirrors: Mirrors,
    /// What a transaction does to them with its commit.
    pub(super) mirror_steps: Vec<Step>,
    /// What is known of contents, by feature and settings.
    pub approvals: BTreeMap<(FeatureId, SettingsDigest), Approval>,
    /// Addresses at which features are told of, by id.
    pub inbound: BTreeMap<InboundAddressId, InboundAddress>,
    /// What was told there and when, by the name of the delivery.
    pub deliveries: BTreeMap<(FeatureId, String), Instant>,
    /// Absences that were told, by id.
    pub absences: BTreeMap<AbsenceId, ReportedAbsence>,
    /// Patients by id.
    pub patients: BTreeMap<PatientId, Patient>,
    /// Dead letters by id.
    pub dead_letters: BTreeMap<JobId, DeadLetter>,
    /// The journal, oldest first.
    pub audit: Vec<AuditEvent>,
    /// Settings that contacts began with.
    pub settings: BTreeMap<SettingsDigest, String>,
    /// Which contact names which of them; one that names none has no entry, or in a
    /// transaction an empty one.
    pub pins: BTreeMap<ContactId, BTreeSet<SettingsDigest>>,
    /// What agendas told of themselves, by feature.
    pub agendas: BTreeMap<FeatureId, KnownAgendas>,
    /// What was done since the last restore.
    pub recovery: Option<Recovery>,
    /// What was under way in the restored backup and has no end yet.
    pub under_way: BTreeSet<UnderWay>,
    /// Intents by op-id.
    pub(super) ops: BTreeMap<OpId, IntentId>,
    /// The ids of the journal.
    pub(super) audit_ids: BTreeSet<AuditId>,
}

/// What a transaction removes with its commit.
#[derive(Debug, Default)]
pub(super) struct Gone {
    contacts: Vec<ContactId>,
    intents: Vec<(IntentId, OpId)>,
    commitments: Vec<CommitmentId>,
    alerts: Vec<AlertId>,
    appointments: Vec<(FeatureId, AppointmentId)>,
    pub(super) patients: Vec<PatientId>,
    pub(super) messages: Vec<MessageId>,
    pub(super) under_way: Vec<UnderWay>,
    /// Deliveries that were told before it.
    pub(super) deliveries_before: Option<Instant>,
}

impl Gone {
    /// A contact with its trail.
    pub(super) fn contact(&mut self, trail: &Trail) {
        self.contacts.push(trail.contact.id);
        self.alerts.extend(trail.contact.alert);
        self.intents.extend(trail.intents.iter().map(|intent| (intent.id, intent.op.clone())));
        self.commitments.extend(trail.commitments.iter().map(|commitment| commitment.id));
        self.appointments.extend(trail.appointments.iter().map(|one| (one.feature.clone(), one.id.clone())));
    }
}

impl Rows {
    /// Takes over what a transaction wrote, and loses what it removed.
    pub(super) fn take(&mut self, written: Self, gone: &Gone) {
        self.absorb(written);
        self.lose(gone);
    }

    fn lose(&mut self, gone: &Gone) {
        for id in &gone.contacts {
            self.contacts.remove(id);
            self.views.remove(id);
            self.pins.remove(id);
        }
        for (id, op) in &gone.intents {
            self.intents.remove(id);
            self.ops.remove(op);
        }
        self.commitments.retain(|id, _| !gone.commitments.contains(id));
        self.alerts.retain(|id, _| !gone.alerts.contains(id));
        self.appointments.retain(|key, _| !gone.appointments.contains(key));
        self.patients.retain(|id, _| !gone.patients.contains(id));
        self.messages.retain(|id, _| !gone.messages.contains(id));
        self.under_way.retain(|what| !gone.under_way.contains(what));
        self.deliveries.retain(|_, told| gone.deliveries_before.is_none_or(|before| *told >= before));
    }

    /// Claims of live intents, with the chain that each belongs to.
    pub fn live_claims(&self) -> impl Iterator<Item = (IntentId, &Claim)> {
        self.intents.values().filter(|intent| intent.state.is_live()).flat_map(|intent| {
            // Claimed twice by one intent is claimed once.
            let first = |(index, claim): &(usize, &Claim)| !intent.claims[..*index].contains(claim);
            intent.claims.iter().enumerate().filter(first).map(|(_, claim)| (intent.chain, claim))
        })
    }

    /// Removes the settings that no contact names; how many.
    pub(super) fn forget_settings(&mut self) -> u64 {
        let before = self.settings.len();
        let pins = &self.pins;
        self.settings.retain(|digest, _| pins.values().any(|named| named.contains(digest)));
        (before - self.settings.len()) as u64
    }

    fn absorb(&mut self, written: Self) {
        self.contacts.extend(written.contacts);
        self.intents.extend(written.intents);
        self.appointments.extend(written.appointments);
        self.messages.extend(written.messages);
        self.commitments.extend(written.commitments);
        self.alerts.extend(written.alerts);
        self.alert_test = written.alert_test.or(self.alert_test.take());
        self.watches.extend(written.watches);
        for step in written.mirror_steps {
            mirrors::take(&mut self.mirrors, step);
        }
        self.approvals.extend(written.approvals);
        self.recovery = written.recovery.or(self.recovery.take());
        self.inbound.extend(written.inbound);
        self.deliveries.extend(written.deliveries);
        self.absences.extend(written.absences);
        self.patients.extend(written.patients);
        self.dead_letters.extend(written.dead_letters);
        self.audit.extend(written.audit);
        self.settings.extend(written.settings);
        self.pins.extend(written.pins);
        self.pins.retain(|_, named| !named.is_empty());
        self.ops.extend(written.ops);
        self.audit_ids.extend(written.audit_ids);
    }
}

/// Addresses, oldest first.
pub(super) fn by_age(mut addresses: Vec<InboundAddress>) -> Vec<InboundAddress> {
    addresses.sort_by_key(|one| (one.made_at, one.id));
    addresses
}

/// Those that overlap a window, earliest first.
pub(super) fn overlapping<'a>(
    absences: impl Iterator<Item = &'a ReportedAbsence>,
    window: Span,
) -> Vec<ReportedAbsence> {
    let mut found: Vec<_> =
        absences.filter(|one| one.span().is_some_and(|span| span.overlaps(&window))).cloned().collect();
    found.sort_by_key(|one| (one.from, one.id));
    found
}

/// At most `limit` patients that have one of these terms, those of the first terms first,
/// and those that they were found to be.
pub(super) fn patients_with(patients: &BTreeMap<PatientId, Patient>, terms: &[Term], limit: u32) -> Vec<Patient> {
    let place = |patient: &Patient| {
        let own = terms_of_patient(patient);
        terms.iter().position(|term| own.contains(term))
    };
    let mut named: Vec<(usize, &Patient)> =
        patients.values().filter_map(|patient| Some((place(patient)?, patient))).collect();
    named.sort_by_key(|(place, patient)| (*place, patient.id));
    let mut found: Vec<Patient> = named.into_iter().take(limit as usize).map(|(_, patient)| patient.clone()).collect();
    let mut next = 0;
    while next < found.len() {
        let into = found[next].merged_into;
        let known = |id: &PatientId| found.iter().any(|one| one.id == *id);
        found.extend(into.filter(|id| !known(id)).and_then(|id| patients.get(&id)).cloned());
        next += 1;
    }
    found
}

/// Those that are open and due in this time, earliest first.
pub(super) fn open_commitments(commitments: &BTreeMap<CommitmentId, Commitment>, due: Span) -> Vec<Commitment> {
    let is_open = |one: &&Commitment| !one.state.is_final() && due.start <= one.due && one.due < due.end;
    let mut open: Vec<Commitment> = commitments.values().filter(is_open).cloned().collect();
    open.sort_by_key(|one| (one.due, one.id));
    open
}

/// A row with an optimistic lock.
pub(super) trait Versioned: Clone {
    /// What an error calls it.
    const THING: &'static str;
    /// Whose.
    fn practice(&self) -> &PracticeId;
    /// Its lock.
    fn version(&self) -> i64;
    /// Moves the lock on.
    fn move_on(&mut self);
}

macro_rules! versioned {
    ($($row:ty => $thing:literal),+ $(,)?) => {$(
        impl Versioned for $row {
            const THING: &'static str = $thing;
            fn practice(&self) -> &PracticeId {
                &self.practice
            }
            fn version(&self) -> i64 {
                self.version
            }
            fn move_on(&mut self) {
                self.version += 1;
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
    Alert => "alert",
    AlertTest => "alert test",
    AgendaWatch => "agenda watch",
    ReportedAbsence => "absence",
    InboundAddress => "inbound address",
    Approval => "approval",
    Recovery => "recovery",
    Patient => "patient",
    DeadLetter => "dead letter",
}

/// Whether the row may be written over the stored one.
///
/// # Errors
/// `Exists` when it is new and one is stored, `Stale` when it is not the stored
/// one's next version.
pub(super) fn check_version<R: Versioned>(row: &R, stored: Option<i64>) -> Stored<()> {
    match (row.version(), stored) {
        (0, None) => Ok(()),
        (0, Some(_)) => Err(StorageError::Exists { thing: R::THING }),
        (given, Some(there)) if given == there => Ok(()),
        _ => Err(StorageError::Stale { thing: R::THING }),
    }
}

/// Longest text that may be looked for, in bytes, as in the databases.
const MAX_KEY_BYTES: usize = 1024;

/// Whether a text may be stored where it is looked for.
///
/// # Errors
/// `NotStorable` when it holds a NUL or is longer than 1,024 bytes.
pub(super) fn check_key(thing: &'static str, text: &str) -> Stored<()> {
    if text.contains('\0') {
        return Err(StorageError::NotStorable { thing, why: "it holds a NUL character" });
    }
    check_length(thing, text)
}

/// The same for bytes, where a NUL is welcome.
pub(super) fn check_length(thing: &'static str, text: &str) -> Stored<()> {
    if text.len() > MAX_KEY_BYTES {
        return Err(StorageError::NotStorable { thing, why: "it is longer than 1024 bytes" });
    }
    Ok(())
}
