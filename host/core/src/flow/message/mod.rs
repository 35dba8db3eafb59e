//! Messages: what is sent to somebody, and what came of it.

mod post;
mod step;

pub(crate) use self::post::Post;
use super::act::Acts;
use crate::ids::ContactId;
use crate::model::contact::Contact;
use crate::model::intent::{Intent, IntentKind};
use crate::model::message::{Message, MessageCause};
use crate::ports::storage::{Stored, Transaction};

/// Writes messages and takes them further, always inside the transaction of a
/// cause.
#[derive(Clone)]
pub(crate) struct Messages {
    acts: Acts,
}

impl Messages {
    pub(super) fn new(acts: Acts) -> Self {
        Self { acts }
    }
}

/// The contact that a message is about, if it is about one: of an intent that was made without
/// one, the contact of the appointment that it changes.
pub(crate) async fn contact_of(tx: &mut dyn Transaction, cause: &MessageCause) -> Stored<Option<Contact>> {
    let id = match cause {
        MessageCause::Contact(contact) => Some(*contact),
        MessageCause::Intent(intent) => match tx.intent(*intent).await? {
            Some(intent) if intent.contact.is_none() => contact_of_appointment(tx, &intent).await?,
            intent => intent.and_then(|intent| intent.contact),
        },
        MessageCause::Commitment(commitment) => tx.commitment(*commitment).await?.map(|one| one.contact),
        _ => None,
    };
    match id {
        Some(id) => tx.contact(id).await,
        None => Ok(None),
    }
}

async fn contact_of_appointment(tx: &mut dyn Transaction, intent: &Intent) -> Stored<Option<ContactId>> {
    match &intent.kind {
        IntentKind::Book => Ok(None),
        IntentKind::Move(id) | IntentKind::Cancel { appointment: id, .. } => {
            Ok(tx.appointment(&intent.feature, id).await?.and_then(|known| known.contact))
        }
    }
}

/// Whether it is news of a booking that whoever was on the line heard from the desk.
pub(crate) fn was_heard(message: &Message, contact: &Contact) -> bool {
    let on_the_line = contact.closed_at.is_none_or(|at| message.created_at <= at);
    matches!(message.cause, MessageCause::Intent(_)) && contact.channel.can_be_asked() && on_the_line
}
