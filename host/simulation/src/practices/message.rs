//! A message without a contact, for tests of what delivers it.

use greffon_core::ids::{MessageId, PracticeId};
use greffon_core::model::care::{ContentRef, Level, Sensitivity};
use greffon_core::model::channel::Address;
use greffon_core::model::message::{Message, MessageCause, MessageState};
use greffon_core::time::Instant;

/// A message to whoever is on call, just written.
#[must_use]
pub fn sample_message(practice: &PracticeId, id: MessageId, level: Level, at: Instant) -> Message {
    Message {
        id,
        practice: practice.clone(),
        cause: MessageCause::Message(id),
        recipient: "on-call".to_owned(),
        to: Address { scheme: "mailto".to_owned(), value: "garde@cabinet.example".to_owned() },
        subject: "Alerte".to_owned(),
        body: "Rappeler.".to_owned(),
        link: None,
        sensitivity: Sensitivity::Personal,
        level,
        template: ContentRef { id: "host.alert".to_owned(), version: "1".to_owned(), digest: Vec::new() },
        valid_until: None,
        state: MessageState::Queued,
        feature: None,
        provider_id: None,
        attempts: 0,
        failure: None,
        receipts: Vec::new(),
        created_at: at,
        updated_at: at,
        version: 0,
    }
}
