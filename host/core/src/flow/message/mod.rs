//! Messages: what is sent to somebody, and what came of it.

mod post;
mod step;

pub(crate) use self::post::Post;
use super::act::Acts;
use crate::model::contact::Contact;
use crate::model::message::MessageCause;
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

/// The contact that a message is about, if it is about one.
pub(crate) async fn contact_of(tx: &mut dyn Transaction, cause: &MessageCause) -> Stored<Option<Contact>> {
    let id = match cause {
        MessageCause::Contact(contact) => Some(*contact),
        MessageCause::Intent(intent) => tx.intent(*intent).await?.and_then(|intent| intent.contact),
        MessageCause::Commitment(commitment) => tx.commitment(*commitment).await?.map(|one| one.contact),
        _ => None,
    };
    match id {
        Some(id) => tx.contact(id).await,
        None => Ok(None),
    }
}
