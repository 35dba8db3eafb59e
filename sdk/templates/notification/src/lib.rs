//! greffon plugin `notification-template`: posts each message to a server, as
//! JSON.

use greffon_sdk::calendar;
use greffon_sdk::channel::{
    Accepted, Address, Capabilities, Channel, Kind, Outbound, Rendered, SendError, Sensitivity,
};
use greffon_sdk::http::Request;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The only scheme that this channel sends to.
const SCHEME: &str = "tel";

/// What a practice writes under `settings`, by the schema of plugin.toml.
#[derive(Debug, Serialize, Deserialize)]
struct Settings {
    url: String,
}

struct Plugin {
    settings: Settings,
}

impl Channel for Plugin {
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self, SendError> {
        Ok(Self { settings })
    }

    fn describe(&self) -> Capabilities {
        Capabilities {
            kind: Kind::Webhook,
            max_sensitivity: Sensitivity::Personal,
            receipts: false,
            read_receipts: false,
            replies: false,
            cancel: false,
            // The server keeps one message for one `idempotency-key`.
            provider_dedupes: true,
            max_units: 1,
            quiet_hours_enforced: false,
        }
    }

    fn normalise(&self, of: Address) -> Result<Address, SendError> {
        if of.scheme != SCHEME {
            return Err(SendError::unsupported(&of.scheme));
        }
        let value: String = of.value.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        if value.len() < 10 {
            return Err(SendError::NoRecipient("a number has ten digits or more".to_owned()));
        }
        Ok(Address { scheme: of.scheme, value })
    }

    fn preview(&self, message: &Outbound) -> Result<Rendered, SendError> {
        let body = message.body.trim_end().to_owned();
        Ok(Rendered { body, units: 1, encoding: "utf-8".to_owned(), warnings: Vec::new() })
    }

    fn send(&self, message: &Outbound) -> Result<Accepted, SendError> {
        let to = self.normalise(message.to.clone())?;
        let text = self.preview(message)?.body;
        let answer = Request::new("POST", self.settings.url.clone())
            .header("content-type", "application/json")
            .header("idempotency-key", message.key.clone())
            .body(json!({ "to": to.value, "text": text }).to_string())
            .send()
            // Uncertain, unless nothing was sent for certain.
            .map_err(|error| SendError::from_failure(&error))?;
        match answer.status {
            200..=299 => Ok(Accepted { provider_id: message.key.clone(), at: calendar::now(), units: 1 }),
            401 | 403 => Err(SendError::Unauthorised),
            429 | 503 => Err(SendError::Transient(None)),
            500..=599 => Err(SendError::Uncertain(format!("the server answered {}", answer.status))),
            status => Err(SendError::Rejected(format!("the server answered {status}"))),
        }
    }
}

greffon_sdk::export_channel!(Plugin);

#[cfg(test)]
mod tests {
    use greffon_sdk::http::{self, Response};
    use greffon_sdk::practice::{ContentRef, Level};
    use greffon_sdk::testing::Fakes;

    use super::*;

    fn plugin() -> Plugin {
        Plugin { settings: Settings { url: "https://sms.example/messages".to_owned() } }
    }

    fn message() -> Outbound {
        Outbound {
            key: "message-1".to_owned(),
            to: Address { scheme: SCHEME.to_owned(), value: "+33 6 39 98 00 01".to_owned() },
            reply_to: None,
            subject: None,
            body: "Rendez-vous demain à 9 h.\n".to_owned(),
            sensitivity: Sensitivity::Personal,
            level: Level::Routine,
            transactional: true,
            valid_until: None,
            template: ContentRef::in_settings("reminder", "1"),
            attachments: Vec::new(),
        }
    }

    #[test]
    fn a_message_is_posted_once_under_its_key() {
        let fakes = Fakes::new();
        fakes.reply(Response::new(202, ""));
        assert_eq!(plugin().send(&message()).expect("accepted").provider_id, "message-1");
        let sent = &fakes.requests()[0];
        assert!(sent.headers.contains(&("idempotency-key".to_owned(), "message-1".to_owned())));
        assert!(String::from_utf8_lossy(&sent.body).contains("+33639980001"));
    }

    #[test]
    fn a_lost_answer_is_uncertain() {
        let fakes = Fakes::new();
        fakes.fail(http::Error::ResponseLost("connection reset".to_owned()));
        assert!(matches!(plugin().send(&message()), Err(SendError::Uncertain(_))));
    }
}
