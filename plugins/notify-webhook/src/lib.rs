//! greffon plugin `notify-webhook`: messages by a POST to an HTTPS endpoint of
//! the practice or the operator, signed by Standard Webhooks 1.0.0.

mod address;
mod endpoint;
mod event;
mod outcome;
mod settings;
mod signature;
#[cfg(test)]
mod tests;

use greffon_sdk::channel::{Accepted, Address, Capabilities, Channel, Kind, Outbound, Rendered, SendError};
use greffon_sdk::http::Request;
use greffon_sdk::practice::Instant;
use greffon_sdk::{calendar, export_channel};

use crate::settings::{Receiver, Settings};

/// Bytes of a text: the host takes no longer one from `preview`.
const TEXT_BYTES: usize = 64 << 10;
/// Bytes of a subject: a line, not a text.
const SUBJECT_BYTES: usize = 1 << 10;
/// Characters of a message's key, by the contract.
const KEY_CHARS: usize = 64;

/// The plugin.
struct Webhook {
    receiver: Receiver,
}

impl Webhook {
    /// Everything that `send` refuses because of the message itself, so that
    /// `preview` refuses the same messages. Returns the body of the request.
    fn prepare(&self, outbound: &Outbound, now: Instant) -> Result<Vec<u8>, SendError> {
        if outbound.sensitivity > self.receiver.max_sensitivity {
            return refused("the text reveals more than max-sensitivity of this channel allows");
        }
        if !is_key(&outbound.key) {
            let why = format!("the key of the message is not 1 to {KEY_CHARS} characters of 0-9, A-Z, a-z and -");
            return Err(SendError::Other(why));
        }
        let to = address::normalised(&outbound.to)?;
        if outbound.body.len() > TEXT_BYTES {
            return refused(&format!("the text has more than {TEXT_BYTES} bytes; shorten it"));
        }
        if outbound.subject.as_ref().is_some_and(|subject| subject.len() > SUBJECT_BYTES) {
            return refused(&format!("the subject has more than {SUBJECT_BYTES} bytes; shorten it"));
        }
        // To drop a file without a word would look like a message that arrived whole.
        if !outbound.attachments.is_empty() {
            return refused("this channel takes no files; send the text without them");
        }
        event::write(outbound, &to, now)
    }
}

fn refused<T>(why: &str) -> Result<T, SendError> {
    Err(SendError::ContentRefused(why.to_owned()))
}

/// Standard Webhooks wants an id without dots, which separate what is signed.
fn is_key(key: &str) -> bool {
    (1..=KEY_CHARS).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

impl Channel for Webhook {
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self, SendError> {
        Ok(Self { receiver: settings.try_into()? })
    }

    fn describe(&self) -> Capabilities {
        Capabilities {
            kind: Kind::Webhook,
            max_sensitivity: self.receiver.max_sensitivity,
            receipts: false,
            read_receipts: false,
            replies: false,
            cancel: false,
            // A receiver takes one `webhook-id` once, by the specification.
            provider_dedupes: true,
            max_units: 0,
            quiet_hours_enforced: false,
        }
    }

    fn normalise(&self, of: Address) -> Result<Address, SendError> {
        address::normalised(&of)
    }

    fn preview(&self, outbound: &Outbound) -> Result<Rendered, SendError> {
        self.prepare(outbound, calendar::now())?;
        let mut warnings = Vec::new();
        if outbound.body.trim().is_empty() {
            warnings.push("le message n'a pas de texte".to_owned());
        }
        Ok(Rendered { body: outbound.body.clone(), units: 1, encoding: "utf-8".to_owned(), warnings })
    }

    fn send(&self, outbound: &Outbound) -> Result<Accepted, SendError> {
        let now = calendar::now();
        // The host looked before it called, and the time went on since.
        if outbound.valid_until.is_some_and(|until| now >= until) {
            return Err(SendError::Other(
                "the message is not valid any more (valid-until); write a new one".to_owned(),
            ));
        }
        let body = self.prepare(outbound, now)?;
        let signature = signature::sign(&outbound.key, now, &body)?;
        let answer = Request::new("POST", self.receiver.endpoint.url())
            .header("content-type", "application/json")
            .header("webhook-id", outbound.key.as_str())
            .header("webhook-timestamp", signature.timestamp)
            .header("webhook-signature", signature.header)
            .body(body)
            .send()
            .map_err(|error| outcome::unanswered(&error, &self.receiver.endpoint))?;
        let provider_id = outcome::answered(&answer, &outbound.key)?;
        Ok(Accepted { provider_id, at: calendar::now(), units: 1 })
    }
}

export_channel!(Webhook);
