//! Storage. Everything is scoped by practice; the two lookups that cannot be
//! say so.

mod error;

use std::time::Duration;

use async_trait::async_trait;

pub use self::error::{StorageError, Stored};
use super::agenda_turn::{Turn, TurnRequest};
use crate::ids::{
    AbsenceId, AgendaId, AlertId, AppointmentId, CommitmentId, ContactId, FeatureId, IntentId, JobId, MessageId, OpId,
    PatientId, PracticeId,
};
use crate::model::absence::ReportedAbsence;
use crate::model::agenda_mirror::{EntryName, MirrorChange, Mirrored};
use crate::model::agenda_watch::AgendaWatch;
use crate::model::alert::{Alert, AlertState, AlertTest, LiveState};
use crate::model::approval::Approval;
use crate::model::audit::AuditEvent;
use crate::model::commitment::{Commitment, CommitmentState};
use crate::model::contact::{Contact, ContactState};
use crate::model::dead_letter::{DeadLetter, DeadLetterState};
use crate::model::inbound::InboundAddress;
use crate::model::intent::{Appointment, Claim, Intent};
use crate::model::job::{Due, Job, Lane, LaneDepth, LeasedJob};
use crate::model::known_agendas::KnownAgendas;
use crate::model::message::{Message, MessageState};
use crate::model::patient::{Patient, Term};
use crate::model::pin::{Pin, SettingsDigest};
use crate::model::recovery::{Recovery, Restore, UnderWay};
use crate::model::trail::Trail;
use crate::model::view::Said;
use crate::time::{Instant, Span};

/// A page of a list, newest or most urgent first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// At most so many; the storage clamps to 200.
    pub limit: u32,
    /// Opaque, from the last page.
    pub cursor: Option<String>,
}

/// One page and where to go on.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed<T> {
    /// The rows.
    pub items: Vec<T>,
    /// `None` on the last page.
    pub next: Option<String>,
}

/// The database.
#[async_trait]
pub trait Storage: Send + Sync {
    /// Opens a transaction for one practice. Writers of one practice follow
    /// each other; readers never wait.
    async fn begin(&self, practice: &PracticeId) -> Stored<Box<dyn Transaction>>;

    /// Whose contact this is. Not scoped: it *is* the scoping of `/contacts/{id}`.
    async fn practice_of_contact(&self, id: ContactId) -> Stored<Option<PracticeId>>;
    /// Whose commitment this is. Not scoped, for the same reason.
    async fn practice_of_commitment(&self, id: CommitmentId) -> Stored<Option<PracticeId>>;
    /// Whose alert this is. Not scoped, for the same reason.
    async fn practice_of_alert(&self, id: AlertId) -> Stored<Option<PracticeId>>;
    /// Whose dead letter this is. Not scoped, for the same reason.
    async fn practice_of_dead_letter(&self, id: JobId) -> Stored<Option<PracticeId>>;
    /// Who holds an appointment of this name. Not scoped, for the same reason;
    /// several practices may have one.
    async fn practices_of_appointment(&self, id: &AppointmentId) -> Stored<Vec<PracticeId>>;

    /// One contact.
    async fn contact(&self, practice: &PracticeId, id: ContactId) -> Stored<Option<Contact>>;
    /// Contacts, newest first.
    async fn contacts(
        &self,
        practice: &PracticeId,
        state: Option<ContactState>,
        page: &Page,
    ) -> Stored<Listed<Contact>>;
    /// The latest contacts from this origin or about one of these patients, newest first,
    /// at most `limit`.
    async fn contacts_of(
        &self,
        practice: &PracticeId,
        origin: Option<&str>,
        patients: &[PatientId],
        limit: u32,
    ) -> Stored<Vec<Contact>>;

    /// One patient, also one that was found to be another one.
    async fn patient(&self, practice: &PracticeId, id: PatientId) -> Stored<Option<Patient>>;
    /// Patients that have one of these terms, and those that they were found to be; at most
    /// `limit` of the former, those of the first terms before others. In no order that means
    /// anything.
    async fn patients_with(&self, practice: &PracticeId, terms: &[Term], limit: u32) -> Stored<Vec<Patient>>;
    /// Patients of whom a person should say whether they are another one, oldest first.
    async fn doubtful_patients(&self, practice: &PracticeId, page: &Page) -> Stored<Listed<Patient>>;

    /// What grids and script last said of a contact.
    async fn said(&self, practice: &PracticeId, contact: ContactId) -> Stored<Option<Said>>;
    /// Keeps what they said, if the contact still has the version that they were told
    /// of; nothing happens when it has changed. No transaction: it says nothing that
    /// could not be asked again.
    async fn keep_said(&self, practice: &PracticeId, contact: ContactId, said: &Said) -> Stored<()>;
    /// The text of settings that an open contact of the practice names, as
    /// [`Transaction::keep_settings`] stored it; `None` when none does. What comes from
    /// a database may have been changed there: see [`Pin::names`].
    async fn settings(&self, practice: &PracticeId, digest: SettingsDigest) -> Stored<Option<String>>;
    /// Removes, over all practices, the settings that no contact names any more; says
    /// how many. Practice by practice, each in its own turn to write: a contact that
    /// begins meanwhile finds its settings or stores them again. May be called at any
    /// time, by several nodes at once; after an error what it removed stays removed.
    async fn forget_settings(&self) -> Stored<u64>;

    /// One intent.
    async fn intent(&self, practice: &PracticeId, id: IntentId) -> Stored<Option<Intent>>;
    /// Intents that wait for a person, newest first.
    async fn intents_to_verify(&self, practice: &PracticeId, page: &Page) -> Stored<Listed<Intent>>;
    /// The intents of a contact, in the order in which it names them.
    async fn intents_of(&self, contact: &Contact) -> Stored<Vec<Intent>>;
    /// The intents that were made in the latest contacts about one of these patients, at most
    /// `contacts` of those; in no order that means anything.
    async fn intents_about(&self, practice: &PracticeId, patients: &[PatientId], contacts: u32) -> Stored<Vec<Intent>>;
    /// The intent of an op-id.
    async fn intent_by_op(&self, practice: &PracticeId, op: &OpId) -> Stored<Option<Intent>>;
    /// Live claims on a resource that overlap `window`.
    async fn claims(&self, practice: &PracticeId, resource: &str, window: Span) -> Stored<Vec<Claim>>;

    /// Absences that were told and overlap `window`, earliest first.
    async fn absences(&self, practice: &PracticeId, window: Span) -> Stored<Vec<ReportedAbsence>>;

    /// One appointment; `feature` is needed only when two agendas share a name.
    async fn appointment(
        &self,
        practice: &PracticeId,
        feature: Option<&FeatureId>,
        id: &AppointmentId,
    ) -> Stored<Option<Appointment>>;
    /// The appointments of these names that there are, in no order that means anything.
    async fn appointments_named(
        &self,
        practice: &PracticeId,
        names: &[(&FeatureId, &AppointmentId)],
    ) -> Stored<Vec<Appointment>>;
    /// Appointments that overlap `window`, earliest first.
    async fn appointments(&self, practice: &PracticeId, window: Span, page: &Page) -> Stored<Listed<Appointment>>;

    /// What the agendas of a practice's features last told of themselves, by feature:
    /// also of features that the practice has no more, and of bindings that it has
    /// otherwise now; not of one that cannot be read, which is asked again. See [`Feature::known_agendas`](super::practices::Feature::known_agendas).
    async fn known_agendas(&self, practice: &PracticeId) -> Stored<Vec<KnownAgendas>>;
    /// Keeps what they told, in place of what the feature's agendas told before.
    ///
    /// # Errors
    /// `NotStorable` when they are described with more than
    /// [`MAX_KNOWN_BYTES`](crate::model::known_agendas::MAX_KNOWN_BYTES); what was kept
    /// before stays.
    async fn keep_agendas(&self, practice: &PracticeId, known: &KnownAgendas) -> Stored<()>;

    /// How far the agendas of a practice's features were followed, by feature; also of features
    /// that the practice has no more.
    async fn agenda_watches(&self, practice: &PracticeId) -> Stored<Vec<AgendaWatch>>;
    /// What these agendas of a feature hold in `window`; `None` unless all of that is mirrored, of
    /// each of them and of this binding.
    async fn mirrored(
        &self,
        practice: &PracticeId,
        feature: &FeatureId,
        binding: &str,
        agendas: &[AgendaId],
        window: Span,
    ) -> Stored<Option<Mirrored>>;

    /// One message.
    async fn message(&self, practice: &PracticeId, id: MessageId) -> Stored<Option<Message>>;
    /// Messages, newest first.
    async fn messages(
        &self,
        practice: &PracticeId,
        state: Option<MessageState>,
        page: &Page,
    ) -> Stored<Listed<Message>>;

    /// One commitment.
    async fn commitment(&self, practice: &PracticeId, id: CommitmentId) -> Stored<Option<Commitment>>;
    /// The commitments of these names that there are, in their order.
    async fn commitments_named(&self, practice: &PracticeId, ids: &[CommitmentId]) -> Stored<Vec<Commitment>>;
    /// Commitments, earliest due first.
    async fn commitments(
        &self,
        practice: &PracticeId,
        state: Option<CommitmentState>,
        page: &Page,
    ) -> Stored<Listed<Commitment>>;

    /// Open commitments that are due in this time, earliest first.
    async fn open_commitments(&self, practice: &PracticeId, due: Span) -> Stored<Vec<Commitment>>;

    /// One alert.
    async fn alert(&self, practice: &PracticeId, id: AlertId) -> Stored<Option<Alert>>;
    /// Alerts, newest first.
    async fn alerts(&self, practice: &PracticeId, state: Option<AlertState>, page: &Page) -> Stored<Listed<Alert>>;
    /// Alerts of all these practices, the most urgent first and among those the oldest. Scoped
    /// by whoever asks: by all practices that they look after.
    async fn live_alerts(&self, practices: &[PracticeId], state: LiveState, page: &Page) -> Stored<Listed<Alert>>;

    /// The journal, newest first; of one contact when given.
    async fn audit(&self, practice: &PracticeId, contact: Option<ContactId>, page: &Page)
    -> Stored<Listed<AuditEvent>>;

    /// Leases up to `limit` jobs of a lane that are due, earliest first, over all
    /// practices, for as long as `lease`; of one practice no more than make
    /// `per_practice` with those that are leased already (two nodes that lease at
    /// the same instant may together take that many again). Fewer than are due may
    /// come back: whoever has places left asks until none does. A job whose lease
    /// ended is leased again: its worker died. What is due is for the queue's own
    /// clock to say, the same for all nodes.
    async fn lease_jobs(&self, lane: Lane, limit: u32, per_practice: u32, lease: Duration) -> Stored<Vec<LeasedJob>>;
    /// Makes the leases of these jobs last as long as `lease` from now, each in its
    /// attempt. Says which are still held: the others were taken for dead.
    async fn renew_jobs(&self, held: &[(JobId, u32)], lease: Duration) -> Stored<Vec<JobId>>;
    /// How long it is until the next job of a lane is due or its lease ends, if
    /// there is any; nothing when one is due now.
    async fn next_job_in(&self, lane: Lane) -> Stored<Option<Duration>>;
    /// What waits in each lane, over all practices; for metrics.
    async fn lane_depths(&self) -> Stored<Vec<LaneDepth>>;
    /// Removes a job that was done in its `attempt`-th lease. Nothing happens
    /// when it is gone, or was leased again meanwhile: a worker that was thought
    /// dead must not end what another one has begun.
    async fn finish_job(&self, id: JobId, attempt: u32) -> Stored<()>;
    /// Gives a job of the `attempt`-th lease back, to be run `after` so long, with
    /// this count of failures in a row. Nothing happens in the same cases.
    async fn retry_job(&self, id: JobId, attempt: u32, failures: u32, after: Duration) -> Stored<()>;

    /// One dead letter.
    async fn dead_letter(&self, practice: &PracticeId, id: JobId) -> Stored<Option<DeadLetter>>;
    /// Dead letters, newest first.
    async fn dead_letters(
        &self,
        practice: &PracticeId,
        state: Option<DeadLetterState>,
        page: &Page,
    ) -> Stored<Listed<DeadLetter>>;

    /// Contacts that were closed, of those that arrived before this instant, oldest first.
    async fn old_contacts(&self, practice: &PracticeId, before: Instant, page: &Page) -> Stored<Listed<Contact>>;
    /// Patients who stand for themselves and were last heard of before this instant
    /// ([`Patient::last_heard_of`]), oldest first; those with contacts too.
    async fn old_patients(&self, practice: &PracticeId, before: Instant, page: &Page) -> Stored<Listed<Patient>>;

    /// What is known of the contents of all practices. Not scoped: every node keeps it in
    /// mind for all practices that it serves.
    async fn approvals(&self) -> Stored<Vec<Approval>>;
    /// Grows with every change of what is known of contents, of whichever practice; 0 when
    /// nothing is. Not scoped, for the same reason.
    async fn approvals_mark(&self) -> Stored<i64>;
    /// Writes down that this database was restored: from now on each practice has a recovery
    /// before it, and all messages and intents that are not at their end are under way in
    /// it. Not scoped: a restore is of the whole database. To be called while no process works
    /// on the database, before the next one begins. Gives the restore.
    async fn mark_restored(&self, at: Instant, taken_at: Option<Instant>) -> Stored<Restore>;
    /// The practice's recovery of the last restore; a new one of version 0 when nothing of it
    /// was stored yet. `None` when the database was never restored.
    async fn recovery(&self, practice: &PracticeId) -> Stored<Option<Recovery>>;
    /// What of the practice was under way in the restored backup and has no end yet, at most
    /// `limit`, oldest first, messages before intents.
    async fn under_way(&self, practice: &PracticeId, limit: u32) -> Stored<Vec<UnderWay>>;
    /// Whether this is one of it.
    async fn is_under_way(&self, practice: &PracticeId, what: UnderWay) -> Stored<bool>;

    /// The addresses at which a practice's features are told of, oldest first; revoked ones too.
    async fn inbound_addresses(&self, practice: &PracticeId) -> Stored<Vec<InboundAddress>>;
    /// The address of this digest of a secret, revoked or not. Not scoped: whoever calls names
    /// no practice.
    async fn inbound_address(&self, digest: &str) -> Stored<Option<InboundAddress>>;

    /// Whether the database answers and its schema is the one of this binary.
    async fn ready(&self) -> Stored<()>;
}

/// An open transaction. Dropped without `commit`, nothing happened. State,
/// jobs and journal can only be written here, so they are always one change.
#[async_trait]
pub trait Transaction: Send {
    /// The contact, locked until the end of the transaction.
    async fn contact(&mut self, id: ContactId) -> Stored<Option<Contact>>;
    /// Inserts (version 0) or updates it; the stored version must be the one
    /// that was read, and is then one more, in the row and in `contact`.
    async fn save_contact(&mut self, contact: &mut Contact) -> Stored<()>;

    /// Keeps the settings that a contact is pinned to, and that the contact names them,
    /// beside what it names already. `pins` has each pin with the text that it names
    /// ([`KeptSettings::text`](crate::model::pin::KeptSettings::text)); the texts are
    /// sent to the database only when it does not have them: one statement otherwise.
    /// The same again changes nothing. The contact need not be stored yet.
    ///
    /// # Errors
    /// `NotStorable` when a text that is not stored yet is not what its pin names.
    async fn keep_settings(&mut self, contact: ContactId, pins: &[(Pin, &str)]) -> Stored<()>;
    /// Makes a contact that is closed name no settings any more. Nothing happens when
    /// it names none. The texts go with [`Storage::forget_settings`].
    async fn release_settings(&mut self, contact: ContactId) -> Stored<()>;

    /// The intent, locked.
    async fn intent(&mut self, id: IntentId) -> Stored<Option<Intent>>;
    /// The intent of an op-id, locked.
    async fn intent_by_op(&mut self, op: &OpId) -> Stored<Option<Intent>>;
    /// Inserts or updates it, and makes its claim rows what `intent.claims` and
    /// the state say: live states hold them, others release them.
    async fn save_intent(&mut self, intent: &mut Intent) -> Stored<()>;

    /// Intents that hold a live claim on one of these resources inside `window`, oldest first:
    /// nobody else writes any before the end of the transaction.
    async fn holders(&mut self, resources: &[String], window: Span) -> Stored<Vec<Intent>>;

    /// The absence, locked.
    async fn absence(&mut self, id: AbsenceId) -> Stored<Option<ReportedAbsence>>;
    /// As [`Storage::absences`]: nobody else writes any before the end of the transaction.
    async fn absences(&mut self, window: Span) -> Stored<Vec<ReportedAbsence>>;
    /// Inserts or updates it.
    async fn save_absence(&mut self, absence: &mut ReportedAbsence) -> Stored<()>;

    /// The appointment, locked.
    async fn appointment(&mut self, feature: &FeatureId, id: &AppointmentId) -> Stored<Option<Appointment>>;
    /// Inserts or updates it.
    async fn save_appointment(&mut self, appointment: &mut Appointment) -> Stored<()>;

    /// The message, locked.
    async fn message(&mut self, id: MessageId) -> Stored<Option<Message>>;
    /// Inserts or updates it.
    async fn save_message(&mut self, message: &mut Message) -> Stored<()>;

    /// The commitment, locked.
    async fn commitment(&mut self, id: CommitmentId) -> Stored<Option<Commitment>>;
    /// Open commitments that are due in this time, earliest first: with what this transaction
    /// has written, and nobody else writes any before it ends.
    async fn open_commitments(&mut self, due: Span) -> Stored<Vec<Commitment>>;
    /// Inserts or updates it.
    async fn save_commitment(&mut self, commitment: &mut Commitment) -> Stored<()>;

    /// The alert, locked.
    async fn alert(&mut self, id: AlertId) -> Stored<Option<Alert>>;
    /// Inserts or updates it.
    async fn save_alert(&mut self, alert: &mut Alert) -> Stored<()>;

    /// The last test of the practice's chain of alerts, locked.
    async fn alert_test(&mut self) -> Stored<Option<AlertTest>>;
    /// Inserts or updates it.
    async fn save_alert_test(&mut self, test: &mut AlertTest) -> Stored<()>;

    /// How far the agendas of a feature were followed, locked.
    async fn agenda_watch(&mut self, feature: &FeatureId) -> Stored<Option<AgendaWatch>>;
    /// Inserts or updates it.
    async fn save_agenda_watch(&mut self, watch: &mut AgendaWatch) -> Stored<()>;
    /// Writes what one reading showed into the mirror of an agenda. Differences are written only
    /// where the mirror holds what they differ from, of the same binding.
    async fn mirror_agenda(&mut self, feature: &FeatureId, agenda: &AgendaId, change: &MirrorChange) -> Stored<()>;
    /// Takes an entry out of the mirror of an agenda: greffon itself has just taken it out there.
    async fn unmirror_entry(&mut self, feature: &FeatureId, agenda: &AgendaId, entry: &EntryName) -> Stored<()>;
    /// Forgets every entry of the practice that ended before `before`, and every agenda that was
    /// last read before then. Says how many entries.
    async fn purge_mirrors(&mut self, before: Instant) -> Stored<u64>;

    /// What is known of the practice's contents, by feature and settings.
    async fn approvals(&mut self) -> Stored<Vec<Approval>>;
    /// Writes one; `Stale` when it changed since it was read. None is ever removed.
    async fn save_approval(&mut self, approval: &mut Approval) -> Stored<()>;

    /// As [`Storage::recovery`], locked.
    async fn recovery(&mut self) -> Stored<Option<Recovery>>;
    /// Inserts or updates it.
    async fn save_recovery(&mut self, recovery: &mut Recovery) -> Stored<()>;
    /// What was under way in the restored backup has its end. Nothing happens when it had.
    async fn end_under_way(&mut self, what: UnderWay) -> Stored<()>;

    /// As [`Storage::inbound_addresses`]: nobody else makes or revokes one before the end of the
    /// transaction.
    async fn inbound_addresses(&mut self) -> Stored<Vec<InboundAddress>>;
    /// Inserts or updates it.
    async fn save_inbound_address(&mut self, address: &mut InboundAddress) -> Stored<()>;
    /// Writes down that a feature was told this, by the name that its service gave it. Says
    /// whether it was not known. What is kept of the name is a digest.
    async fn keep_delivery(&mut self, feature: &FeatureId, name: &str, at: Instant) -> Stored<bool>;
    /// Forgets deliveries that were told before this instant; how many.
    async fn forget_deliveries(&mut self, before: Instant) -> Stored<u64>;

    /// The patient, locked; also one that was found to be another one.
    async fn patient(&mut self, id: PatientId) -> Stored<Option<Patient>>;
    /// As [`Storage::patients_with`], as of this transaction: nobody else adds one before its
    /// end.
    async fn patients_with(&mut self, terms: &[Term], limit: u32) -> Stored<Vec<Patient>>;
    /// Inserts or updates it, and what it is found by.
    async fn save_patient(&mut self, patient: &mut Patient) -> Stored<()>;

    /// Takes the turn of all agendas, or of none, as part of this transaction.
    /// `None` while somebody holds one, or waits for one on this node: see
    /// [`AgendaTurns`](super::agenda_turn::AgendaTurns).
    async fn take_turn(&mut self, wanted: &TurnRequest) -> Stored<Option<Turn>>;
    /// Whether nobody else has taken any of the turn's agendas since. The answer
    /// is true until the end of the transaction.
    async fn holds_turn(&mut self, turn: &Turn) -> Stored<bool>;
    /// Gives a turn back as part of this transaction; whether it was still held.
    async fn give_back_turn(&mut self, turn: &Turn) -> Stored<bool>;

    /// Puts a job in the queue: the queue is the outbox. One whose id is in the queue
    /// already is refused here, or else by [`commit`](Self::commit).
    async fn enqueue(&mut self, id: JobId, job: &Job, lane: Lane, due: Due) -> Stored<()>;
    /// Takes a job of the `attempt`-th lease out of the queue; says whether it was
    /// there, and not leased again meanwhile.
    async fn remove_job(&mut self, id: JobId, attempt: u32) -> Stored<bool>;
    /// The dead letter, locked.
    async fn dead_letter(&mut self, id: JobId) -> Stored<Option<DeadLetter>>;
    /// Inserts or updates it.
    async fn save_dead_letter(&mut self, letter: &mut DeadLetter) -> Stored<()>;
    /// The intents that were made in this contact, also those that it does not name, by id.
    async fn intents_in(&mut self, contact: ContactId) -> Stored<Vec<Intent>>;
    /// Removes, with the commit, a contact and all of its trail, with claims, alert, views
    /// and pins. Appointments that are not in the trail stay.
    ///
    /// # Errors
    /// `Stale` when the contact is not the stored one.
    async fn remove_contact(&mut self, trail: &Trail) -> Stored<()>;
    /// Removes, with the commit, a patient and the records that were found to be it. Says
    /// whether: nothing happens as long as a contact is about one of them, or when the patient
    /// is not the stored one.
    async fn remove_patient(&mut self, patient: &Patient) -> Stored<bool>;
    /// Removes, with the commit, up to `limit` messages that were written before this instant
    /// and will not be sent any more, oldest first; how many.
    async fn remove_messages(&mut self, before: Instant, limit: u32) -> Stored<u64>;
    /// Writes a line of the journal. One that was written before is refused here, or
    /// else by [`commit`](Self::commit).
    async fn audit(&mut self, event: &AuditEvent) -> Stored<()>;

    /// Makes it all true at once. After an error nothing of it is, unless the
    /// database did not answer: then it is all or nothing.
    async fn commit(self: Box<Self>) -> Stored<()>;
}
