//! Takes a message one step further, in the transaction of whoever does it.

use super::{Messages, Post, contact_of, was_heard};
use crate::flow::act::Act;
use crate::flow::journal::Entry;
use crate::flow::patient::records_in;
use crate::flow::rows::Rows;
use crate::ids::MessageId;
use crate::model::care::Level;
use crate::model::job::{Due, Job};
use crate::model::message::{Message, MessageCause, MessageEffect, MessageEvent, decide};
use crate::model::patient::Wishes;
use crate::model::recipients::{PATIENT, SECRETARIAT, first_of, reception};
use crate::model::wording;
use crate::ports::storage::{Stored, Transaction};

impl Messages {
    /// Decides one event of a message and stores what follows from it. Returns the
    /// message, if the event changed it.
    pub(crate) async fn step(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        before: &Message,
        event: MessageEvent,
        fields: Vec<(String, String)>,
    ) -> Stored<Option<Message>> {
        let id = before.id;
        let (mut message, effects) = decide(before, event, act.now);
        if message == *before {
            return Ok(None);
        }
        let mut entry = Entry::new(format!("message.{}", message.state.as_str()))
            .about("message", id)
            .field("attempts", message.attempts)
            .fields(fields);
        if let MessageCause::Contact(contact) = message.cause {
            entry = entry.in_contact(Some(contact));
        }
        if let Some(code) = &message.failure {
            entry = entry.field("failure", code);
        }
        self.acts.note(tx, act, entry).await?;
        for effect in effects {
            match effect {
                // A job of its own, in the same change: this one may have been
                // ended by another worker after its lease.
                MessageEffect::TryAt(at) => {
                    let due = Due::from_now(act.now, at);
                    self.acts.enqueue(tx, act, &Job::DeliverMessage(id), message.lane(), due).await?;
                }
                // Not about what tells of another message: that would never end.
                MessageEffect::TellSecretariat if matches!(message.cause, MessageCause::Message(_)) => {}
                // The alert itself goes on to the next rung.
                MessageEffect::TellSecretariat if matches!(message.cause, MessageCause::Alert(_)) => {}
                // Who could not be reached is told of together.
                MessageEffect::TellSecretariat if matches!(message.cause, MessageCause::AlertTest(_)) => {}
                MessageEffect::TellSecretariat if message.recipient == SECRETARIAT => {}
                MessageEffect::TellSecretariat => {
                    let about = match message.recipient == PATIENT {
                        true => contact_of(&mut Rows::Locked(tx), &message.cause).await?,
                        false => None,
                    };
                    let about = about.filter(|contact| !was_heard(&message, contact) && message.can_be_told_instead());
                    let patient = about.as_ref().and_then(|contact| contact.patient.patient());
                    let wishes = Wishes::of(&records_in(tx, patient).await?);
                    let letter = wording::message_lost(act.practice, &message, about.as_ref(), &wishes);
                    let post = Post {
                        to: first_of(act.practice, &reception()),
                        letter,
                        level: message.level.raised_to(Level::Soon),
                        valid_until: None,
                        cause: MessageCause::Message(id),
                        contact: None,
                    };
                    self.post(tx, act, post).await?;
                }
            }
        }
        tx.save_message(&mut message).await?;
        Ok(Some(message))
    }

    /// Its job was given up: it is seen as failed, and a person is told.
    /// Returns the message, if that changed it.
    pub(crate) async fn give_up(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        id: MessageId,
    ) -> Stored<Option<Message>> {
        match tx.message(id).await? {
            Some(before) => self.step(tx, act, &before, MessageEvent::GivenUp, Vec::new()).await,
            None => Ok(None),
        }
    }
}
