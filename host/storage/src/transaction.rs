//! An open transaction of one practice.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use greffon_core::ids::{
    AbsenceId, AgendaId, AlertId, AppointmentId, CommitmentId, ContactId, FeatureId, IntentId, JobId, MessageId, OpId,
    PatientId, PracticeId,
};
use greffon_core::model::absence::ReportedAbsence;
use greffon_core::model::agenda_mirror::{EntryName, MirrorChange};
use greffon_core::model::agenda_watch::AgendaWatch;
use greffon_core::model::alert::{Alert, AlertTest};
use greffon_core::model::approval::Approval;
use greffon_core::model::audit::AuditEvent;
use greffon_core::model::commitment::Commitment;
use greffon_core::model::contact::Contact;
use greffon_core::model::dead_letter::DeadLetter;
use greffon_core::model::inbound::InboundAddress;
use greffon_core::model::intent::{Appointment, Intent};
use greffon_core::model::job::{Due, Job, Lane};
use greffon_core::model::message::Message;
use greffon_core::model::patient::{Patient, Term};
use greffon_core::model::pin::Pin;
use greffon_core::model::recovery::{Recovery, UnderWay};
use greffon_core::model::trail::Trail;
use greffon_core::ports::agenda_turn::{AgendaIdentity, Turn as AgendaTurn, TurnRequest};
use greffon_core::ports::storage::{Stored, Transaction};
use greffon_core::time::{Instant, Span};

use crate::agenda_queues::AgendaQueues;
use crate::database::{Database, Open};
use crate::lease_time::LeaseClock;
use crate::line::Turn;
use crate::lookup_key::LookupKey;
use crate::repository::{
    absences, agenda_mirrors, agenda_turns, agenda_watches, alert_tests, alerts, appointments, approvals, audit,
    commitments, contacts, dead_letters, inbound, intents, jobs, kept_settings, messages, patients, recoveries,
    retention,
};
use crate::wake::Wake;

/// Begins one.
pub(crate) async fn begin(database: &Database, practice: &PracticeId) -> Stored<Box<dyn Transaction>> {
    // Read before a connection is held: it may need one of its own.
    let lookup = database.lookup_key().await?;
    let (open, turn) = database.open_for(practice).await?;
    let lease_clock = Arc::clone(&database.lease_clock);
    let wake = Arc::clone(&database.wake);
    Ok(Box::new(PracticeTransaction {
        open,
        practice: practice.clone(),
        lease_clock,
        lookup,
        wake,
        known: Known::default(),
        lines: Vec::new(),
        jobs: Vec::new(),
        lanes: Vec::new(),
        agenda_queues: Arc::clone(&database.agenda_queues),
        given_back: Vec::new(),
        _turn: turn,
    }))
}

/// What was read or written in a transaction. Nobody else writes rows of the
/// practice meanwhile, so it is still so, and need not be read again.
#[derive(Default)]
struct Known {
    contacts: HashMap<ContactId, Option<Contact>>,
    intents: HashMap<IntentId, Option<Intent>>,
    appointments: HashMap<(FeatureId, AppointmentId), Option<Appointment>>,
}

/// Fields are dropped in order: the rollback is under way before the next in
/// the queue has its turn.
struct PracticeTransaction {
    open: Open,
    practice: PracticeId,
    lease_clock: Arc<LeaseClock>,
    lookup: LookupKey,
    wake: Arc<Wake>,
    known: Known,
    /// Lines of the journal, written with the commit, all at once.
    lines: Vec<audit::Line>,
    /// Jobs, written likewise.
    jobs: Vec<jobs::NewJob>,
    /// Lanes whose workers are told of the commit.
    lanes: Vec<Lane>,
    agenda_queues: Arc<AgendaQueues>,
    /// Agendas whose turn is given back with the commit.
    given_back: Vec<AgendaIdentity>,
    _turn: Option<Turn>,
}

#[async_trait]
impl Transaction for PracticeTransaction {
    async fn contact(&mut self, id: ContactId) -> Stored<Option<Contact>> {
        if let Some(known) = self.known.contacts.get(&id) {
            return Ok(known.clone());
        }
        let read = contacts::get(self.open.on(), &self.practice, id).await?;
        self.known.contacts.insert(id, read.clone());
        Ok(read)
    }

    async fn save_contact(&mut self, contact: &mut Contact) -> Stored<()> {
        self.known.contacts.remove(&contact.id);
        contacts::save(self.open.on(), &self.practice, contact).await?;
        self.known.contacts.insert(contact.id, Some(contact.clone()));
        Ok(())
    }

    async fn keep_settings(&mut self, contact: ContactId, pins: &[(Pin, &str)]) -> Stored<()> {
        kept_settings::keep(self.open.on(), &self.practice, contact, pins).await
    }

    async fn release_settings(&mut self, contact: ContactId) -> Stored<()> {
        kept_settings::release(self.open.on(), &self.practice, contact).await
    }

    async fn intent(&mut self, id: IntentId) -> Stored<Option<Intent>> {
        if let Some(known) = self.known.intents.get(&id) {
            return Ok(known.clone());
        }
        let read = intents::get(self.open.on(), &self.practice, id).await?;
        self.known.intents.insert(id, read.clone());
        Ok(read)
    }

    async fn intent_by_op(&mut self, op: &OpId) -> Stored<Option<Intent>> {
        intents::get_by_op(self.open.on(), &self.practice, op).await
    }

    async fn save_intent(&mut self, intent: &mut Intent) -> Stored<()> {
        let before = self.known.intents.remove(&intent.id).flatten();
        intents::save(self.open.on(), &self.practice, intent, before.as_ref()).await?;
        self.known.intents.insert(intent.id, Some(intent.clone()));
        Ok(())
    }

    async fn appointment(&mut self, feature: &FeatureId, id: &AppointmentId) -> Stored<Option<Appointment>> {
        let key = (feature.clone(), id.clone());
        if let Some(known) = self.known.appointments.get(&key) {
            return Ok(known.clone());
        }
        let read = appointments::get(self.open.on(), &self.practice, Some(feature), id).await?;
        self.known.appointments.insert(key, read.clone());
        Ok(read)
    }

    async fn save_appointment(&mut self, appointment: &mut Appointment) -> Stored<()> {
        let key = (appointment.feature.clone(), appointment.id.clone());
        self.known.appointments.remove(&key);
        appointments::save(self.open.on(), &self.practice, appointment).await?;
        self.known.appointments.insert(key, Some(appointment.clone()));
        Ok(())
    }

    async fn patient(&mut self, id: PatientId) -> Stored<Option<Patient>> {
        patients::get(self.open.on(), &self.practice, id).await
    }

    async fn patients_with(&mut self, terms: &[Term], limit: u32) -> Stored<Vec<Patient>> {
        patients::with_terms(self.open.on(), &self.lookup, &self.practice, terms, limit).await
    }

    async fn save_patient(&mut self, patient: &mut Patient) -> Stored<()> {
        patients::save(self.open.on(), &self.lookup, &self.practice, patient).await
    }

    async fn message(&mut self, id: MessageId) -> Stored<Option<Message>> {
        messages::get(self.open.on(), &self.practice, id).await
    }

    async fn save_message(&mut self, message: &mut Message) -> Stored<()> {
        messages::save(self.open.on(), &self.practice, message).await
    }

    async fn commitment(&mut self, id: CommitmentId) -> Stored<Option<Commitment>> {
        commitments::get(self.open.on(), &self.practice, id).await
    }

    async fn open_commitments(&mut self, due: Span) -> Stored<Vec<Commitment>> {
        commitments::open(self.open.on(), &self.practice, due).await
    }

    async fn save_commitment(&mut self, commitment: &mut Commitment) -> Stored<()> {
        commitments::save(self.open.on(), &self.practice, commitment).await
    }

    async fn alert(&mut self, id: AlertId) -> Stored<Option<Alert>> {
        alerts::get(self.open.on(), &self.practice, id).await
    }

    async fn save_alert(&mut self, alert: &mut Alert) -> Stored<()> {
        alerts::save(self.open.on(), &self.practice, alert).await
    }

    async fn alert_test(&mut self) -> Stored<Option<AlertTest>> {
        alert_tests::get(self.open.on(), &self.practice).await
    }

    async fn save_alert_test(&mut self, test: &mut AlertTest) -> Stored<()> {
        alert_tests::save(self.open.on(), &self.practice, test).await
    }

    async fn holders(&mut self, resources: &[String], window: Span) -> Stored<Vec<Intent>> {
        intents::holding(self.open.on(), &self.practice, resources, window).await
    }

    async fn absence(&mut self, id: AbsenceId) -> Stored<Option<ReportedAbsence>> {
        absences::get(self.open.on(), &self.practice, id).await
    }

    async fn absences(&mut self, window: Span) -> Stored<Vec<ReportedAbsence>> {
        absences::overlapping(self.open.on(), &self.practice, window).await
    }

    async fn save_absence(&mut self, absence: &mut ReportedAbsence) -> Stored<()> {
        absences::save(self.open.on(), &self.practice, absence).await
    }

    async fn agenda_watch(&mut self, feature: &FeatureId) -> Stored<Option<AgendaWatch>> {
        agenda_watches::get(self.open.on(), &self.practice, feature).await
    }

    async fn save_agenda_watch(&mut self, watch: &mut AgendaWatch) -> Stored<()> {
        agenda_watches::save(self.open.on(), &self.practice, watch).await
    }

    async fn mirror_agenda(&mut self, feature: &FeatureId, agenda: &AgendaId, change: &MirrorChange) -> Stored<()> {
        agenda_mirrors::change(self.open.on(), &self.practice, feature, agenda, change).await
    }

    async fn unmirror_entry(&mut self, feature: &FeatureId, agenda: &AgendaId, entry: &EntryName) -> Stored<()> {
        agenda_mirrors::take_entry_out(self.open.on(), &self.practice, feature, agenda, entry).await
    }

    async fn purge_mirrors(&mut self, before: Instant) -> Stored<u64> {
        agenda_mirrors::purge(self.open.on(), &self.practice, before).await
    }

    async fn inbound_addresses(&mut self) -> Stored<Vec<InboundAddress>> {
        inbound::of_practice(self.open.on(), &self.practice).await
    }

    async fn save_inbound_address(&mut self, address: &mut InboundAddress) -> Stored<()> {
        inbound::save(self.open.on(), &self.practice, address).await
    }

    async fn keep_delivery(&mut self, feature: &FeatureId, name: &str, at: Instant) -> Stored<bool> {
        inbound::keep_delivery(self.open.on(), &self.practice, feature, name, at).await
    }

    async fn forget_deliveries(&mut self, before: Instant) -> Stored<u64> {
        inbound::forget_deliveries(self.open.on(), &self.practice, before).await
    }

    async fn approvals(&mut self) -> Stored<Vec<Approval>> {
        approvals::of_practice(self.open.on(), &self.practice).await
    }

    async fn save_approval(&mut self, approval: &mut Approval) -> Stored<()> {
        approvals::save(self.open.on(), &self.practice, approval).await
    }

    async fn recovery(&mut self) -> Stored<Option<Recovery>> {
        recoveries::get(self.open.on(), &self.practice).await
    }

    async fn save_recovery(&mut self, recovery: &mut Recovery) -> Stored<()> {
        recoveries::save(self.open.on(), &self.practice, recovery).await
    }

    async fn end_under_way(&mut self, what: UnderWay) -> Stored<()> {
        recoveries::end(self.open.on(), &self.practice, what).await
    }

    async fn take_turn(&mut self, wanted: &TurnRequest) -> Stored<Option<AgendaTurn>> {
        if self.agenda_queues.are_waited_for(&wanted.agendas) {
            return Ok(None);
        }
        agenda_turns::take(self.open.on(), &self.lease_clock, wanted).await
    }

    async fn holds_turn(&mut self, turn: &AgendaTurn) -> Stored<bool> {
        agenda_turns::holds(self.open.on(), turn).await
    }

    async fn give_back_turn(&mut self, turn: &AgendaTurn) -> Stored<bool> {
        self.given_back.extend(turn.agendas.iter().cloned());
        agenda_turns::give_back(self.open.on(), turn).await
    }

    async fn enqueue(&mut self, id: JobId, job: &Job, lane: Lane, due: Due) -> Stored<()> {
        self.jobs.push(jobs::new(id, job, lane, due)?);
        if !self.lanes.contains(&lane) {
            self.lanes.push(lane);
        }
        Ok(())
    }

    async fn remove_job(&mut self, id: JobId, attempt: u32) -> Stored<bool> {
        jobs::remove(self.open.on(), &self.practice, id, attempt).await
    }

    async fn dead_letter(&mut self, id: JobId) -> Stored<Option<DeadLetter>> {
        dead_letters::get(self.open.on(), &self.practice, id).await
    }

    async fn save_dead_letter(&mut self, letter: &mut DeadLetter) -> Stored<()> {
        dead_letters::save(self.open.on(), &self.practice, letter).await
    }

    async fn intents_in(&mut self, contact: ContactId) -> Stored<Vec<Intent>> {
        intents::in_contact(self.open.on(), &self.practice, contact).await
    }

    async fn remove_contact(&mut self, trail: &Trail) -> Stored<()> {
        self.known = Known::default();
        retention::remove_contact(self.open.on(), &self.practice, trail).await
    }

    async fn remove_patient(&mut self, patient: &Patient) -> Stored<bool> {
        retention::remove_patient(self.open.on(), &self.practice, patient).await
    }

    async fn remove_messages(&mut self, before: Instant, limit: u32) -> Stored<u64> {
        retention::remove_messages(self.open.on(), &self.practice, before, limit).await
    }

    async fn audit(&mut self, event: &AuditEvent) -> Stored<()> {
        self.lines.push(audit::line(&self.practice, event)?);
        Ok(())
    }

    async fn commit(mut self: Box<Self>) -> Stored<()> {
        jobs::enqueue(self.open.on(), &self.lease_clock, &self.practice, &self.jobs).await?;
        audit::write(self.open.on(), &self.practice, &self.lines).await?;
        // The turn ends after the commit, with what is left of `self`.
        let Self { open, wake, lanes, agenda_queues, given_back, _turn: turn, .. } = *self;
        let committed = open.commit().await;
        drop(turn);
        // A commit that was not answered may have been one.
        for lane in lanes {
            wake.ring(lane);
        }
        agenda_queues.ring(&given_back);
        committed
    }
}
