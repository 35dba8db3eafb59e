//! An open transaction of one practice.

use std::sync::Arc;

use async_trait::async_trait;
use greffon_core::ids::{
    AppointmentId, CommitmentId, ContactId, FeatureId, IntentId, JobId, MessageId, OpId, PracticeId,
};
use greffon_core::model::audit::AuditEvent;
use greffon_core::model::commitment::Commitment;
use greffon_core::model::contact::Contact;
use greffon_core::model::dead_letter::DeadLetter;
use greffon_core::model::intent::{Appointment, Intent};
use greffon_core::model::job::{Due, Job, Lane};
use greffon_core::model::message::Message;
use greffon_core::ports::agenda_turn::{AgendaIdentity, Turn as AgendaTurn, TurnRequest};
use greffon_core::ports::storage::{Stored, Transaction};

use crate::agenda_queues::AgendaQueues;
use crate::database::{Database, Open};
use crate::lease_time::LeaseClock;
use crate::line::Turn;
use crate::repository::{
    agenda_turns, appointments, audit, commitments, contacts, dead_letters, intents, jobs, messages,
};
use crate::wake::Wake;

/// Begins one.
pub(crate) async fn begin(database: &Database, practice: &PracticeId) -> Stored<Box<dyn Transaction>> {
    let (open, turn) = database.open_for(practice).await?;
    let lease_clock = Arc::clone(&database.lease_clock);
    let wake = Arc::clone(&database.wake);
    Ok(Box::new(PracticeTransaction {
        open,
        practice: practice.clone(),
        lease_clock,
        wake,
        enqueued: Vec::new(),
        agenda_queues: Arc::clone(&database.agenda_queues),
        given_back: Vec::new(),
        _turn: turn,
    }))
}

/// Fields are dropped in order: the rollback is under way before the next in
/// the queue has its turn.
struct PracticeTransaction {
    open: Open<'static>,
    practice: PracticeId,
    lease_clock: Arc<LeaseClock>,
    wake: Arc<Wake>,
    /// Lanes whose workers are told of the commit.
    enqueued: Vec<Lane>,
    agenda_queues: Arc<AgendaQueues>,
    /// Agendas whose turn is given back with the commit.
    given_back: Vec<AgendaIdentity>,
    _turn: Option<Turn>,
}

#[async_trait]
impl Transaction for PracticeTransaction {
    async fn contact(&mut self, id: ContactId) -> Stored<Option<Contact>> {
        contacts::get(self.open.on(), &self.practice, id).await
    }

    async fn save_contact(&mut self, contact: &mut Contact) -> Stored<()> {
        contacts::save(self.open.on(), &self.practice, contact).await
    }

    async fn intent(&mut self, id: IntentId) -> Stored<Option<Intent>> {
        intents::get(self.open.on(), &self.practice, id).await
    }

    async fn intent_by_op(&mut self, op: &OpId) -> Stored<Option<Intent>> {
        intents::get_by_op(self.open.on(), &self.practice, op).await
    }

    async fn save_intent(&mut self, intent: &mut Intent) -> Stored<()> {
        // Intent and claims are several writes: a refused claim takes the others
        // back and leaves the transaction usable.
        let mut inside = self.open.savepoint().await?;
        let read = intent.version;
        let saved = intents::save(inside.on(), &self.practice, intent).await;
        let kept = match saved {
            Ok(()) => inside.commit().await,
            Err(error) => Err(error),
        };
        if kept.is_err() {
            intent.version = read;
        }
        kept
    }

    async fn appointment(&mut self, feature: &FeatureId, id: &AppointmentId) -> Stored<Option<Appointment>> {
        appointments::get(self.open.on(), &self.practice, Some(feature), id).await
    }

    async fn save_appointment(&mut self, appointment: &mut Appointment) -> Stored<()> {
        appointments::save(self.open.on(), &self.practice, appointment).await
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

    async fn save_commitment(&mut self, commitment: &mut Commitment) -> Stored<()> {
        commitments::save(self.open.on(), &self.practice, commitment).await
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
        jobs::enqueue(self.open.on(), &self.lease_clock, &self.practice, id, job, lane, due).await?;
        if !self.enqueued.contains(&lane) {
            self.enqueued.push(lane);
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

    async fn audit(&mut self, event: &AuditEvent) -> Stored<()> {
        audit::write(self.open.on(), &self.practice, event).await
    }

    async fn commit(self: Box<Self>) -> Stored<()> {
        // The turn ends after the commit, with what is left of `self`.
        let Self { open, wake, enqueued, agenda_queues, given_back, _turn: turn, .. } = *self;
        let committed = open.commit().await;
        drop(turn);
        // A commit that was not answered may have been one.
        for lane in enqueued {
            wake.ring(lane);
        }
        agenda_queues.ring(&given_back);
        committed
    }
}
