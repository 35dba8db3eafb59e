//! Messages, written in the transaction of their cause together with the job that
//! delivers them.

use super::Messages;
use crate::flow::act::Act;
use crate::flow::journal::Entry;
use crate::ids::{ContactId, MessageId};
use crate::model::care::Level;
use crate::model::channel::Address;
use crate::model::job::{Due, Job};
use crate::model::message::{Message, MessageCause, MessageState};
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
        let id = MessageId(self.acts.id(act.now));
        let failure = post.to.address.is_none().then(|| "no-recipient".to_owned());
        let state = if failure.is_some() { MessageState::Failed } else { MessageState::Queued };
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
        if state == MessageState::Queued {
            self.acts.enqueue(tx, act, &Job::DeliverMessage(id), message.lane(), Due::NOW).await?;
        }
        Ok(id)
    }
}
