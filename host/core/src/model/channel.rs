//! Message channels: what a channel plugin is asked and what it answers.

use serde::{Deserialize, Serialize};

use super::callback::Delivery;
use super::care::{ContentRef, Level, Sensitivity};
use crate::time::Instant;

/// What a channel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChannelKind {
    /// Text message.
    Sms,
    /// Mail.
    Email,
    /// Mail in a trust space (MSSanté).
    SecureEmail,
    /// Push notice.
    Push,
    /// Chat.
    Chat,
    /// Spoken.
    Voice,
    /// A note in the medical record.
    RecordNote,
    /// A web hook.
    Webhook,
}

/// What a channel can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelCaps {
    /// What it is.
    pub kind: ChannelKind,
    /// The most revealing text that it may carry.
    pub max_sensitivity: Sensitivity,
    /// Whether it reports delivery.
    pub receipts: bool,
    /// Whether it reports reading.
    pub read_receipts: bool,
    /// Whether it takes replies.
    pub replies: bool,
    /// Whether a message can be withdrawn.
    pub cancel: bool,
    /// Whether the provider deduplicates on the key.
    pub provider_dedupes: bool,
    /// Longest message, in the channel's units.
    pub max_units: u32,
    /// Whether the provider holds messages at night.
    pub quiet_hours_enforced: bool,
}

/// Where to send.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// `mailto`, `tel`, …
    pub scheme: String,
    /// The address.
    pub value: String,
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Address").field("scheme", &self.scheme).finish_non_exhaustive()
    }
}

/// A file that goes with a message.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its name in greffon.
    pub id: String,
    /// Its file name.
    pub name: String,
    /// `application/pdf`…
    pub media_type: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// A message, as it is handed to a channel.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outbound {
    /// Idempotency key: the same for every try of the same message.
    pub key: String,
    /// To whom.
    pub to: Address,
    /// Where answers go.
    pub reply_to: Option<Address>,
    /// Subject, for channels that have one.
    pub subject: Option<String>,
    /// Text.
    pub body: String,
    /// What the text reveals.
    pub sensitivity: Sensitivity,
    /// How urgent.
    pub level: Level,
    /// Always true for what greffon sends.
    pub transactional: bool,
    /// Worthless after.
    pub valid_until: Option<Instant>,
    /// The template that made it.
    pub template: ContentRef,
    /// Files that go with it.
    pub attachments: Vec<Attachment>,
}

/// A message as it will look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendered {
    /// The text.
    pub body: String,
    /// How many units it takes.
    pub units: u32,
    /// In which encoding.
    pub encoding: String,
    /// What the author should know.
    pub warnings: Vec<String>,
}

/// The provider took it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The provider's name for it.
    pub provider_id: String,
    /// When.
    pub at: Instant,
    /// How many units it took.
    pub units: u32,
}

/// How far a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeliveryState {
    /// Taken by the provider.
    Accepted,
    /// Sent on.
    Sent,
    /// Arrived.
    Delivered,
    /// Opened.
    Read,
    /// Acknowledged by a person.
    Acknowledged,
    /// Will not arrive.
    Failed,
    /// Too late.
    Expired,
    /// Not known.
    Unknown,
}

/// A receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The provider's name for the message.
    pub provider_id: String,
    /// How far.
    pub state: DeliveryState,
    /// When.
    pub at: Instant,
    /// The provider's own code.
    pub code: Option<String>,
}

/// Why a channel did not send. `Transient` promises that nothing was sent;
/// `Uncertain` promises nothing. A trap, a time-out and exhausted limits arrive
/// here as `Uncertain`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SendError {
    /// Definite: never again.
    Rejected(String),
    /// Nothing was tried: configuration.
    NoRecipient(String),
    /// The recipient does not want it.
    OptedOut,
    /// The text cannot go on this channel.
    ContentRefused(String),
    /// This channel cannot do that.
    Unsupported(String),
    /// The provider does not accept the credential.
    Unauthorised,
    /// The provider's limit; again after so many seconds.
    Quota(Option<u32>),
    /// Not sent; again after so many seconds.
    Transient(Option<u32>),
    /// May have been sent: never again blindly.
    Uncertain(String),
    /// Something else; nothing was sent.
    Other(String),
}

/// Which message a status is asked for: after `Uncertain` only the key is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MessageRef {
    /// The provider's name for it.
    ProviderId(String),
    /// Our idempotency key.
    Key(String),
}

/// A reply to a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// From whom.
    pub sender: Address,
    /// The words.
    pub text: String,
    /// To which message.
    pub provider_id: Option<String>,
    /// When.
    pub at: Instant,
}

/// A message that came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounce {
    /// Whom it did not reach.
    pub recipient: Address,
    /// The provider's reason.
    pub reason: String,
    /// Whether another try is useless.
    pub permanent: bool,
    /// Which message.
    pub provider_id: Option<String>,
    /// When.
    pub at: Instant,
}

/// Something that came back on a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChannelEvent {
    /// A receipt.
    Status(Receipt),
    /// A reply.
    Reply(Reply),
    /// The recipient does not want any more.
    OptOut(Address),
    /// It came back.
    Bounce(Bounce),
}

/// What a provider told in one request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelNotice {
    /// Which request it was.
    pub delivery: Delivery,
    /// What it told, in order.
    pub events: Vec<ChannelEvent>,
}

/// What came in on a channel, page by page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbox {
    /// What came in, oldest first.
    pub events: Vec<ChannelEvent>,
    /// Where to go on.
    pub cursor: String,
    /// Whether there is more now.
    pub more: bool,
}

/// Whether a text can be the address of a mail (RFC 5321 `addr-spec`, without
/// quoted forms). Keeps line breaks and lists out of headers.
#[must_use]
pub fn is_email(text: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && part.chars().all(|sign| {
                !sign.is_whitespace() && !sign.is_control() && !matches!(sign, '<' | '>' | ',' | ';' | ':' | '"' | '@')
            })
    };
    text.len() <= 254
        && text.split_once('@').is_some_and(|(local, domain)| plain(local) && plain(domain) && local.len() <= 64)
}

/// Whether a text is a phone number: digits, with or without a leading `+`
/// (E.164 allows 15).
#[must_use]
pub fn is_phone(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    (2..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_cannot_break_out_of_a_header() {
        for text in ["a@b.example", "prénom.nom+x@cabinet.example"] {
            assert!(is_email(text), "{text}");
        }
        for text in
            ["", "a", "@b", "a@", "a@b@c", "a b@c.example", "a@c.example\r\nBcc: x@y.example", "a@b,c@d", "<a@b>"]
        {
            assert!(!is_email(text), "{text}");
        }
        assert!(!is_email(&format!("{}@b.example", "a".repeat(65))));
    }

    #[test]
    fn a_phone_number_is_digits() {
        for text in ["+33199000001", "15", "0199000001"] {
            assert!(is_phone(text), "{text}");
        }
        for text in ["", "+", "1", "+33 1", "tel:15", "1234567890123456", "+12\n34"] {
            assert!(!is_phone(text), "{text}");
        }
    }
}
