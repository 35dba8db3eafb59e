//! Messages.

use greffon_core::model::{care, channel, message};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::time::Timestamp;
use super::triage::{ContentRef, Level};
use super::{each, mirrored};

mirrored! {
    /// Life of a message.
    MessageState = message::MessageState { Queued, Sending, Sent, Delivered, Failed, Uncertain, Withdrawn }
}

mirrored! {
    /// How much a text reveals.
    Sensitivity = care::Sensitivity { Public, Personal, Health }
}

mirrored! {
    /// How far a message is, by its receipt.
    DeliveryState = channel::DeliveryState {
        Accepted, Sent, Delivered, Read, Acknowledged, Failed, Expired, Unknown,
    }
}

/// What made a message necessary: an object of one key.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum MessageCause {
    /// A contact's triage or script.
    Contact(Uuid),
    /// A booking that was confirmed, moved or cancelled.
    Intent(Uuid),
    /// A promise that is late or was changed.
    Commitment(Uuid),
    /// Another message that failed or is uncertain.
    Message(Uuid),
    /// An alert that waits for somebody.
    Alert(Uuid),
    /// The test of the chain of alerts on a day: `2026-11-30`.
    AlertTest(String),
    /// An agenda from which many appointments have vanished at once: its feature.
    Agenda(String),
    /// What the practice's check after the restore of this number came to.
    Recovery(u32),
}

impl From<message::MessageCause> for MessageCause {
    fn from(core: message::MessageCause) -> Self {
        match core {
            message::MessageCause::Contact(id) => Self::Contact(id.0),
            message::MessageCause::Intent(id) => Self::Intent(id.0),
            message::MessageCause::Commitment(id) => Self::Commitment(id.0),
            message::MessageCause::Message(id) => Self::Message(id.0),
            message::MessageCause::Alert(id) => Self::Alert(id.0),
            message::MessageCause::AlertTest(day) => Self::AlertTest(day),
            message::MessageCause::Agenda(feature) => Self::Agenda(feature.0),
            message::MessageCause::Recovery(number) => Self::Recovery(number),
        }
    }
}

/// Where a message goes.
#[derive(Serialize, ToSchema)]
pub(crate) struct Address {
    /// `mailto`, `tel`…
    scheme: String,
    /// The address.
    value: String,
}

impl From<channel::Address> for Address {
    fn from(core: channel::Address) -> Self {
        Self { scheme: core.scheme, value: core.value }
    }
}

/// A receipt.
#[derive(Serialize, ToSchema)]
pub(crate) struct Receipt {
    /// How far.
    state: DeliveryState,
    /// When.
    at: Timestamp,
    /// The provider's own code.
    code: Option<String>,
}

impl From<channel::Receipt> for Receipt {
    fn from(core: channel::Receipt) -> Self {
        Self { state: core.state.into(), at: core.at.into(), code: core.code }
    }
}

/// One message.
#[derive(Serialize, ToSchema)]
pub(crate) struct Message {
    /// Its name.
    id: Uuid,
    /// Why.
    cause: MessageCause,
    /// The recipient's name in the practice, or `patient`.
    recipient: String,
    /// Where to.
    to: Address,
    /// Subject.
    subject: String,
    /// Text.
    body: String,
    /// What the text reveals.
    sensitivity: Sensitivity,
    /// How urgent.
    level: Level,
    /// The template that made it.
    template: ContentRef,
    /// Where it is.
    state: MessageState,
    /// The practice's name of the channel plugin that took it.
    feature: Option<String>,
    /// Times that a channel was called.
    attempts: u32,
    /// Why it failed or is uncertain: a code.
    failure: Option<String>,
    /// Receipts, oldest first.
    receipts: Vec<Receipt>,
    /// Worthless after.
    valid_until: Option<Timestamp>,
    /// When it was written.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
}

impl From<message::Message> for Message {
    fn from(core: message::Message) -> Self {
        Self {
            id: core.id.0,
            cause: core.cause.into(),
            recipient: core.recipient,
            to: core.to.into(),
            subject: core.subject,
            body: core.body,
            sensitivity: core.sensitivity.into(),
            level: core.level.into(),
            template: core.template.into(),
            state: core.state.into(),
            feature: core.feature.map(|one| one.0),
            attempts: core.attempts,
            failure: core.failure,
            receipts: each(core.receipts),
            valid_until: core.valid_until.map(Into::into),
            created_at: core.created_at.into(),
            updated_at: core.updated_at.into(),
        }
    }
}
