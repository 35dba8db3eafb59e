//! Messages, written in the transaction of their cause together with the job that
//! delivers them.

use super::Messages;
use crate::flow::act::Act;
use crate::flow::journal::Entry;
use crate::ids::{ContactId, JobId, MessageId};
use crate::model::care::Level;
use crate::model::channel::Address;
use crate::model::dead_letter::{DeadLetter, DeadLetterState};
use crate::model::job::{Due, Job};
use crate::model::message::{Message, MessageCause, MessageState, RESTORED};
use crate::model::recipients::Recipient;
use crate::model::wording::Letter;
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

impl Messages {
    /// Writes a message and the job that delivers it. Without an address it is
    /// kept as failed, so that somebody sees what did not leave.
    pub(crate) async fn post(&self, tx: &mut dyn Transaction, act: Act<'_>, post: Post) -> Stored<MessageId> {
        self.post_at(tx, act, post, Due::NOW).await
    }

    /// The same, to be delivered no sooner.
    pub(crate) async fn post_at(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        post: Post,
        due: Due,
    ) -> Stored<MessageId> {
        self.write(tx, act, post, (MessageState::Queued, None), due).await
    }

    /// Writes a message that may have been sent before the database was restored: whether it
    /// is sent is for a person to say.
    pub(crate) async fn withhold(&self, tx: &mut dyn Transaction, act: Act<'_>, post: Post) -> Stored<MessageId> {
        self.write(tx, act, post, (MessageState::Uncertain, Some(RESTORED)), Due::NOW).await
    }

    async fn write(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        post: Post,
        (state, failure): (MessageState, Option<&str>),
        due: Due,
    ) -> Stored<MessageId> {
        let id = MessageId(self.acts.id(act.now));
        let (state, failure) = match &post.to.address {
            Some(_) => (state, failure),
            None => (MessageState::Failed, Some("no-recipient")),
        };
        let failure = failure.map(str::to_owned);
        let no_address = || Address { scheme: "none".to_owned(), value: String::new() };
        let mut message = Message {
            id,
            practice: act.practice.id.clone(),
            cause: post.cause,
            recipient: post.to.name,
            to: post.to.address.unwrap_or_else(no_address),
            subject: post.letter.subject,
            body: post.letter.body,
            link: post.letter.link,
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
            created_at: act.now,
            updated_at: act.now,
            version: 0,
        };
        tx.save_message(&mut message).await?;
        let entry = Entry::new(format!("message.{}", state.as_str()))
            .in_contact(post.contact)
            .about("message", id)
            .field("template", &message.template.id)
            .field("recipient", &message.recipient);
        self.acts.note(tx, act, entry).await?;
        match state {
            MessageState::Queued => {
                self.acts.enqueue(tx, act, &Job::DeliverMessage(id), message.lane(), due).await?;
            }
            MessageState::Uncertain => self.leave_to_person(tx, act, &message).await?,
            _ => {}
        }
        Ok(id)
    }

    /// Puts a message that is uncertain since a restore among the jobs that were given up:
    /// a person has it sent after all, or closes it.
    pub(crate) async fn leave_to_person(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        message: &Message,
    ) -> Stored<()> {
        let mut letter = DeadLetter {
            id: JobId(self.acts.id(act.now)),
            practice: message.practice.clone(),
            job: Job::DeliverMessage(message.id),
            lane: message.lane(),
            failures: 0,
            code: RESTORED.to_owned(),
            died_at: act.now,
            state: DeadLetterState::Open,
            ended_by: None,
            ended_at: None,
            reason: None,
            version: 0,
        };
        tx.save_dead_letter(&mut letter).await
    }
}
