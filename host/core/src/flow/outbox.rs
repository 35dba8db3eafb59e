//! Messages and commitments, written in the transaction of their cause together
//! with the job that carries them on.

use super::journal::Entry;
use super::scene::opening;
use super::{Reception, Scene};
use crate::ids::{CommitmentId, ContactId, JobId, MessageId};
use crate::model::care::Level;
use crate::model::channel::Address;
use crate::model::commitment::{Commitment, CommitmentEffect, CommitmentEvent, CommitmentState, due_at};
use crate::model::contact::{Contact, ContactEffect, Promise};
use crate::model::job::{Due, Job, Lane};
use crate::model::message::{Message, MessageCause, MessageState};
use crate::model::recipients::{PATIENT, Recipient, clinicians, first_of, named, reception};
use crate::model::wording::{self, Ask, Letter};
use crate::ports::storage::{Stored, Transaction};
use crate::time::Instant;

/// A message to be written.
pub(crate) struct Post {
    pub(crate) to: Recipient,
    pub(crate) letter: Letter,
    pub(crate) level: Level,
    pub(crate) valid_until: Option<Instant>,
    pub(crate) cause: MessageCause,
    pub(crate) contact: Option<ContactId>,
}

/// A commitment to be made.
pub(crate) struct Pledge {
    pub(crate) what: String,
    pub(crate) said: String,
    pub(crate) owner: String,
    pub(crate) level: Level,
    pub(crate) due: Instant,
}

impl Reception {
    pub(crate) async fn enqueue(
        &self,
        tx: &mut dyn Transaction,
        scene: Scene<'_>,
        job: &Job,
        lane: Lane,
        due: Due,
    ) -> Stored<()> {
        tx.enqueue(JobId(self.ids.next(scene.now)), job, lane, due).await
    }

    /// Writes a message and the job that delivers it. Without an address it is
    /// kept as failed, so that somebody sees what did not leave.
    pub(crate) async fn post(&self, tx: &mut dyn Transaction, scene: Scene<'_>, post: Post) -> Stored<()> {
        let id = MessageId(self.ids.next(scene.now));
        let failure = post.to.address.is_none().then(|| "no-recipient".to_owned());
        let state = if failure.is_some() { MessageState::Failed } else { MessageState::Queued };
        let no_address = || Address { scheme: "none".to_owned(), value: String::new() };
        let mut message = Message {
            id,
            practice: scene.practice.id.clone(),
            cause: post.cause,
            recipient: post.to.name,
            to: post.to.address.unwrap_or_else(no_address),
            subject: post.letter.subject,
            body: post.letter.body,
            sensitivity: post.letter.sensitivity,
            level: post.level,
            template: post.letter.template,
            valid_until: post.valid_until,
            state,
            feature: None,
            provider_id: None,
            attempts: 0,
            failure,
            receipts: Vec::new(),
            created_at: scene.now,
            updated_at: scene.now,
            version: 0,
        };
        tx.save_message(&mut message).await?;
        let entry = Entry::new(format!("message.{}", state.as_str()))
            .in_contact(post.contact)
            .about("message", id)
            .field("template", &message.template.id)
            .field("recipient", &message.recipient);
        self.note(tx, scene, entry).await?;
        if state == MessageState::Queued {
            let lane = lane_of_message(&message);
            self.enqueue(tx, scene, &Job::DeliverMessage(id), lane, Due::NOW).await?;
        }
        Ok(())
    }

    /// Makes a commitment and the job that watches it.
    pub(crate) async fn pledge(
        &self,
        tx: &mut dyn Transaction,
        scene: Scene<'_>,
        contact: &mut Contact,
        pledge: Pledge,
    ) -> Stored<()> {
        let id = CommitmentId(self.ids.next(scene.now));
        let mut commitment = Commitment {
            id,
            practice: scene.practice.id.clone(),
            contact: contact.id,
            what: pledge.what,
            said: pledge.said,
            owner: pledge.owner,
            level: pledge.level,
            promised_at: scene.now,
            due: pledge.due,
            state: CommitmentState::Promised,
            rung: 0,
            moves: Vec::new(),
            closing_note: None,
            ended_at: None,
            version: 0,
        };
        tx.save_commitment(&mut commitment).await?;
        contact.commitments.push(id);
        let entry = Entry::new("commitment.promised")
            .in_contact(Some(contact.id))
            .about("commitment", id)
            .field("what", &commitment.what)
            .field("owner", &commitment.owner)
            .field("due", commitment.due);
        self.note(tx, scene, entry).await?;
        let watch_at = match crate::model::commitment::decide(&commitment, CommitmentEvent::Tick, scene.now) {
            Ok((_, effects)) => first_watch(&effects),
            Err(_) => None,
        };
        let at = watch_at.unwrap_or(commitment.due);
        self.enqueue(tx, scene, &Job::WatchCommitment(id), lane_of(commitment.level), Due::At(at)).await
    }

    /// Carries out what a level or a conclusion asks for.
    pub(crate) async fn carry_out(
        &self,
        tx: &mut dyn Transaction,
        scene: Scene<'_>,
        contact: &mut Contact,
        effects: Vec<ContactEffect>,
    ) -> Stored<()> {
        // A clinician who is asked to call or decide is alerted by that.
        let asked = effects
            .iter()
            .any(|effect| matches!(effect, ContactEffect::Promise(Promise::Callback(_) | Promise::Decision(_))));
        for effect in effects {
            match effect {
                ContactEffect::Alert(_) if asked => {}
                ContactEffect::Alert(level) => {
                    let to = first_of(scene.practice, &clinicians(scene.practice, &contact.facts));
                    self.hand_over(tx, scene, contact, to, Ask::Alert, level, None).await?;
                }
                ContactEffect::Promise(promise) => self.make_good(tx, scene, contact, promise).await?,
            }
        }
        Ok(())
    }

    async fn make_good(
        &self,
        tx: &mut dyn Transaction,
        scene: Scene<'_>,
        contact: &mut Contact,
        promise: Promise,
    ) -> Stored<()> {
        let practice = scene.practice;
        let delays = &practice.delays;
        let level = contact.level.unwrap_or(Level::SameDay);
        let urgent = level.at_least(Level::VeryUrgent);
        let decision_min = if urgent { delays.urgent_decision_min } else { delays.decision_min };
        let clinicians = clinicians(practice, &contact.facts);
        let (what, ask, minutes, owners) = match promise {
            Promise::Callback(minutes) => ("callback", Ask::Callback, minutes, clinicians),
            Promise::Decision(_) => ("decision", Ask::Decision, decision_min, clinicians),
            Promise::Answer(to) => ("answer", Ask::Answer, delays.answer_min, named(practice, &contact.facts, &to)),
            Promise::Document(_) => ("document", Ask::Document, delays.document_min, reception()),
        };
        // A grid's own delay is a clinician's word: it is not stretched by opening hours.
        let opening = if what == "callback" { Vec::new() } else { opening(practice, &contact.facts, scene.now) };
        let due = due_at(scene.now, minutes.max(1), level, &opening);
        let to = first_of(practice, &owners);
        let pledge = Pledge {
            what: what.to_owned(),
            said: wording::said(practice, what, due),
            owner: to.name.clone(),
            level,
            due,
        };
        self.pledge(tx, scene, contact, pledge).await?;
        self.hand_over(tx, scene, contact, to, ask, level, Some(due)).await
    }

    #[expect(clippy::too_many_arguments, reason = "each is one word of the sentence that the letter says")]
    async fn hand_over(
        &self,
        tx: &mut dyn Transaction,
        scene: Scene<'_>,
        contact: &Contact,
        to: Recipient,
        ask: Ask,
        level: Level,
        due: Option<Instant>,
    ) -> Stored<()> {
        let letter = wording::hand_over(scene.practice, contact, ask, due);
        let cause = MessageCause::Contact(contact.id);
        self.post(tx, scene, Post { to, letter, level, valid_until: None, cause, contact: Some(contact.id) }).await
    }
}

/// Where a message waits to be delivered: an alert is for the practice.
pub(crate) fn lane_of_message(message: &Message) -> Lane {
    if message.recipient == PATIENT { Lane::Normal } else { lane_of(message.level) }
}

/// Where the practice's own work of this level waits.
pub(crate) fn lane_of(level: Level) -> Lane {
    if level.at_least(Level::VeryUrgent) { Lane::Alert } else { Lane::Normal }
}

/// When a commitment wants to be looked at next.
pub(crate) fn first_watch(effects: &[CommitmentEffect]) -> Option<Instant> {
    effects.iter().find_map(|effect| match effect {
        CommitmentEffect::WatchAt(at) => Some(*at),
        _ => None,
    })
}
