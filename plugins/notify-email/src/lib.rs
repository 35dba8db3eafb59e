//! greffon plugin `notify-email`: messages as mail, ordinary or in a closed
//! health network, through the practice's own relay.

mod address;
mod body;
mod date;
mod header;
mod message;
mod outcome;
mod settings;
#[cfg(test)]
mod tests;

use greffon_sdk::channel::{Accepted, Address, Capabilities, Channel, Outbound, Rendered, SendError};
use greffon_sdk::mail::{self, Envelope};
use greffon_sdk::{calendar, export_channel};

use crate::address::AddrSpec;
use crate::message::Letter;
use crate::settings::{Sender, Settings};

/// The only scheme that this channel sends to.
const SCHEME: &str = "mailto";
/// Bytes of a text with its footer: the host takes no longer one from `preview`.
const TEXT_BYTES: usize = 64 << 10;

/// The plugin.
struct Email {
    sender: Sender,
}

/// A message as it goes to the relay.
struct Ready {
    message: Vec<u8>,
    message_id: String,
    to: AddrSpec,
    text: String,
}

impl Email {
    /// Everything that `send` does before sending, so that `preview` refuses
    /// the same messages.
    fn prepare(&self, outbound: &Outbound) -> Result<Ready, SendError> {
        if outbound.sensitivity > self.sender.max_sensitivity {
            let why = "the text reveals more than max-sensitivity of this channel allows";
            return Err(SendError::ContentRefused(why.to_owned()));
        }
        let to = recipient(&outbound.to)?;
        let reply_to = outbound.reply_to.as_ref().map(recipient).transpose()?;
        let text = self.text(&outbound.body)?;
        let date = date::rfc5322(calendar::now())
            .ok_or_else(|| SendError::Other("the time of the host is outside the years 1 to 9999".to_owned()))?;
        let letter = Letter {
            from: &self.sender.from,
            from_name: self.sender.name.as_deref(),
            to: &to,
            reply_to: reply_to.as_ref().or(self.sender.reply_to.as_ref()),
            subject: outbound.subject.as_deref(),
            text: &text,
            attachments: &outbound.attachments,
            key: &outbound.key,
            date: &date,
        };
        let (message, message_id) = (letter.write()?, letter.message_id());
        Ok(Ready { message, message_id, to, text })
    }

    fn text(&self, body: &str) -> Result<String, SendError> {
        let body = body.trim_end();
        let text = match &self.sender.footer {
            Some(footer) if body.is_empty() => footer.clone(),
            Some(footer) => format!("{body}\n\n{footer}"),
            None => body.to_owned(),
        };
        if text.len() > TEXT_BYTES {
            return Err(SendError::ContentRefused(format!("the text has more than {TEXT_BYTES} bytes; shorten it")));
        }
        Ok(text)
    }
}

/// Reads where a message, or its answer, goes.
fn recipient(address: &Address) -> Result<AddrSpec, SendError> {
    if address.scheme != SCHEME {
        return Err(SendError::unsupported("an address whose scheme is not mailto"));
    }
    AddrSpec::parse(&address.value)
        .map_err(|problem| SendError::NoRecipient(format!("this is no e-mail address: {problem}")))
}

impl Channel for Email {
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self, SendError> {
        Ok(Self { sender: settings.try_into()? })
    }

    fn describe(&self) -> Capabilities {
        Capabilities {
            kind: self.sender.kind,
            max_sensitivity: self.sender.max_sensitivity,
            receipts: false,
            read_receipts: false,
            replies: false,
            cancel: false,
            // A relay does not look at the Message-ID.
            provider_dedupes: false,
            max_units: 0,
            quiet_hours_enforced: false,
        }
    }

    fn normalise(&self, of: Address) -> Result<Address, SendError> {
        let value = recipient(&of)?.as_str().to_owned();
        Ok(Address { scheme: of.scheme, value })
    }

    fn preview(&self, outbound: &Outbound) -> Result<Rendered, SendError> {
        let ready = self.prepare(outbound)?;
        let mut warnings = Vec::new();
        if outbound.subject.as_deref().is_none_or(|subject| subject.trim().is_empty()) {
            warnings.push("le message n'a pas d'objet".to_owned());
        }
        if outbound.body.trim().is_empty() {
            warnings.push("le message n'a pas de texte".to_owned());
        }
        Ok(Rendered { body: ready.text, units: 1, encoding: "utf-8".to_owned(), warnings })
    }

    fn send(&self, outbound: &Outbound) -> Result<Accepted, SendError> {
        let ready = self.prepare(outbound)?;
        let envelope =
            Envelope { from: self.sender.from.as_str().to_owned(), recipients: vec![ready.to.as_str().to_owned()] };
        let receipt = mail::send(&ready.message, &envelope).map_err(outcome::refused)?;
        outcome::accepted(receipt, ready.message_id)
    }
}

export_channel!(Email);
