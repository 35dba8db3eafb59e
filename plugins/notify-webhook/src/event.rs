//! The body of a request: what Standard Webhooks calls an event, as JSON.

use greffon_sdk::calendar;
use greffon_sdk::channel::{Address, Outbound, SendError};
use greffon_sdk::practice::Instant;
use serde::Serialize;

/// The only type of event.
const TYPE: &str = "greffon.message";

/// Written in this order: a receiver's tests may compare texts.
#[derive(Serialize)]
struct Event<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: String,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    id: &'a str,
    to: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    body: &'a str,
    level: &'static str,
    template: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<String>,
}

/// Writes a message for an address that was normalised.
///
/// # Errors
/// A time that no calendar holds.
pub fn write(outbound: &Outbound, to: &Address, now: Instant) -> Result<Vec<u8>, SendError> {
    let event = Event {
        kind: TYPE,
        timestamp: utc(now).ok_or_else(|| beyond("the time of the host"))?,
        data: Data {
            id: &outbound.key,
            to: format!("{}:{}", to.scheme, to.value),
            subject: outbound.subject.as_deref().map(str::trim).filter(|subject| !subject.is_empty()),
            body: &outbound.body,
            level: outbound.level.as_str(),
            template: &outbound.template.id,
            valid_until: match outbound.valid_until {
                None => None,
                Some(until) => Some(utc(until).ok_or_else(|| beyond("valid-until"))?),
            },
        },
    };
    serde_json::to_vec(&event).map_err(|_| SendError::Other("the message cannot be written as JSON".to_owned()))
}

fn beyond(what: &str) -> SendError {
    SendError::Other(format!("{what} is outside the years 1 to 9999"))
}

/// An instant by ISO 8601, such as `2026-11-21T08:30:00.000Z`. None: outside the
/// years that the host's calendar knows.
fn utc(at: Instant) -> Option<String> {
    let civil = calendar::to_civil(at, "UTC").ok()?;
    Some(format!("{}Z", civil.strip_suffix("+00:00")?))
}

#[cfg(test)]
mod tests {
    use greffon_sdk::testing::{Fakes, at};

    use super::*;

    #[test]
    fn instants_are_in_utc_whatever_the_season() {
        let _fakes = Fakes::new();
        for (civil, written) in
            [("2026-11-21T09:30:05", "2026-11-21T08:30:05.000Z"), ("2026-07-01T01:00:00", "2026-06-30T23:00:00.000Z")]
        {
            assert_eq!(utc(at(civil, "Europe/Paris")).as_deref(), Some(written));
        }
        assert_eq!(utc(-1).as_deref(), Some("1969-12-31T23:59:59.999Z"));
        assert_eq!(utc(i64::MAX), None);
    }
}
