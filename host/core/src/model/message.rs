//! Messages: everything that greffon sends to somebody.

mod decide;

pub use decide::{MAX_ATTEMPTS, MessageEffect, MessageEvent, RESTORED, RETRY_LADDER_S, decide};

use serde::{Deserialize, Serialize};

use super::care::{ContentRef, Level, Sensitivity};
use super::channel::{Address, Receipt};
use super::job::Lane;
use super::patient::PATIENT_DECEASED;
use super::recipients::PATIENT;
use crate::ids::{AlertId, CommitmentId, ContactId, FeatureId, IntentId, MessageId, PracticeId};
use crate::time::Instant;

/// Life of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MessageState {
    /// Written with its cause; will be sent.
    Queued,
    /// A channel was, or is about to be, called.
    Sending,
    /// The provider took it.
    Sent,
    /// A receipt says that it arrived.
    Delivered,
    /// Will never be sent; `failure` says why.
    Failed,
    /// May have been sent: never sent again by itself; a person is told.
    Uncertain,
    /// Not needed any more.
    Withdrawn,
}

impl MessageState {
    /// Whether nothing will be sent any more.
    #[must_use]
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Sending)
    }

    /// The wire word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Uncertain => "uncertain",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// What made a message necessary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MessageCause {
    /// A contact's triage or script.
    Contact(ContactId),
    /// A booking that was confirmed, moved or cancelled.
    Intent(IntentId),
    /// A promise that is late or was changed.
    Commitment(CommitmentId),
    /// Another message that failed or is uncertain.
    Message(MessageId),
    /// An alert that waits for somebody.
    Alert(AlertId),
    /// The test of the chain of alerts on a civil day.
    AlertTest(String),
    /// An agenda from which many appointments have vanished at once.
    Agenda(FeatureId),
    /// What the practice's recovery after the restore of this number came to.
    Recovery(u32),
}

/// One message.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Its name, and its idempotency key at the provider.
    pub id: MessageId,
    /// Whose.
    pub practice: PracticeId,
    /// Why.
    pub cause: MessageCause,
    /// The recipient's name in the practice file, or `patient`.
    pub recipient: String,
    /// Where to.
    pub to: Address,
    /// Subject.
    pub subject: String,
    /// Text.
    pub body: String,
    /// Where its recipient reads what a channel may not carry.
    #[serde(default)]
    pub link: Option<String>,
    /// What the text reveals: chooses the channel.
    pub sensitivity: Sensitivity,
    /// How urgent: chooses the lane.
    pub level: Level,
    /// The template that made it.
    pub template: ContentRef,
    /// Worthless after.
    pub valid_until: Option<Instant>,
    /// Where it is.
    pub state: MessageState,
    /// The binding that took it.
    pub feature: Option<FeatureId>,
    /// The provider's name for it.
    pub provider_id: Option<String>,
    /// Times that a channel was called.
    pub attempts: u32,
    /// Why it failed or is uncertain: a code, never an address.
    pub failure: Option<String>,
    /// Receipts, oldest first.
    pub receipts: Vec<Receipt>,
    /// When it was written.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
    /// Optimistic lock.
    pub version: i64,
}

impl Message {
    /// Whether it would tell nobody anything any more.
    #[must_use]
    pub fn is_worthless(&self, now: Instant) -> bool {
        self.valid_until.is_some_and(|until| until <= now)
    }

    /// Whether somebody may still tell its patient what it says: nobody tells the dead.
    #[must_use]
    pub fn can_be_told_instead(&self) -> bool {
        self.failure.as_deref() != Some(PATIENT_DECEASED)
    }

    /// Where it waits to be delivered: an alert is for the practice.
    #[must_use]
    pub fn lane(&self) -> Lane {
        if self.recipient == PATIENT { Lane::Normal } else { Lane::of(self.level) }
    }
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message")
            .field("id", &self.id)
            .field("template", &self.template.id)
            .field("state", &self.state)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}
