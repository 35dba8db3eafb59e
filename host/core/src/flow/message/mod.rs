//! Messages: what is sent to somebody, and what came of it.

mod post;
mod step;

pub(crate) use self::post::Post;
use super::act::Acts;
use super::rows::Rows;
use crate::model::contact::Contact;
use crate::model::intent::{Intent, IntentKind};
use crate::model::message::{Message, MessageCause};
use crate::model::wording::is_of_agenda;
use crate::ports::storage::Stored;

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
pub(crate) async fn contact_of(rows: &mut Rows<'_>, cause: &MessageCause) -> Stored<Option<Contact>> {
    let id = match cause {
        MessageCause::Contact(contact) => Some(*contact),
        MessageCause::Intent(intent) => match rows.intent(*intent).await? {
            Some(intent) => return contact_of_intent(rows, &intent).await,
            None => None,
        },
        MessageCause::Commitment(commitment) => rows.commitment(*commitment).await?.map(|one| one.contact),
        _ => None,
    };
    match id {
        Some(id) => rows.contact(id).await,
        None => Ok(None),
    }
}

/// The contact that an intent was made in: of one that was made without, that of the appointment
/// which it changes.
pub(crate) async fn contact_of_intent(rows: &mut Rows<'_>, intent: &Intent) -> Stored<Option<Contact>> {
    let id = match (intent.contact, &intent.kind) {
        (Some(id), _) => Some(id),
        (None, IntentKind::Book) => None,
        (None, IntentKind::Move(id) | IntentKind::Cancel { appointment: id, .. }) => {
            rows.appointment(&intent.feature, id).await?.and_then(|known| known.contact)
        }
    };
    match id {
        Some(id) => rows.contact(id).await,
        None => Ok(None),
    }
}

/// Whether it is news of a booking that whoever was on the line heard from the desk: not what
/// somebody else changed in the agenda.
pub(crate) fn was_heard(message: &Message, contact: &Contact) -> bool {
    let on_the_line = contact.closed_at.is_none_or(|at| message.created_at <= at);
    let by_the_desk = matches!(message.cause, MessageCause::Intent(_)) && !is_of_agenda(&message.template.id);
    by_the_desk && contact.channel.can_be_asked() && on_the_line
}
