//! Events, told to whoever asked for them.

use std::io;
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::tz::TimeZone;
use serde_json::json;
use sha2::Sha256;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{sleep, timeout};

use super::model::text;
use crate::clock::Clock;

/// Where events are delivered, and the key that signs them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// An `http://` URL: a stub has no certificates.
    pub url: String,
    /// The key.
    pub secret: String,
}

/// That something changed. It says what, never for whom.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) id: String,
    pub(super) what: String,
    pub(super) account: u64,
    pub(super) agenda: u64,
    pub(super) entry: u64,
    pub(super) at: i64,
}

impl Event {
    fn body(&self) -> String {
        json!({
            "id": self.id, "type": self.what, "account_id": self.account, "agenda_id": self.agenda,
            "entry_id": self.entry, "occurred_at": text(self.at, &TimeZone::UTC),
        })
        .to_string()
    }
}

/// An event on its way.
pub(super) struct Outgoing {
    pub(super) event: Event,
    pub(super) webhook: Webhook,
    pub(super) doubled: bool,
    pub(super) held_back: bool,
    pub(super) forged: bool,
}

/// How long an event that is held back waits for the next one.
const HELD_FOR: Duration = Duration::from_secs(1);

/// How long one delivery may take.
const DELIVERY: Duration = Duration::from_secs(5);

/// Pauses before an event that was not taken is delivered again.
const AGAIN_AFTER: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(5)];

/// Delivers events one after another, until the server ends.
pub(super) async fn deliver_all(mut inbox: UnboundedReceiver<Outgoing>, clock: Clock) {
    let mut held: Vec<Outgoing> = Vec::new();
    loop {
        let next = if held.is_empty() { Ok(inbox.recv().await) } else { timeout(HELD_FOR, inbox.recv()).await };
        match next {
            Ok(Some(outgoing)) if outgoing.held_back => {
                held.push(outgoing);
                continue;
            }
            Ok(Some(outgoing)) => deliver(&outgoing, &clock).await,
            Ok(None) => return,
            Err(_) => {}
        }
        for late in held.drain(..).rev() {
            deliver(&late, &clock).await;
        }
    }
}

async fn deliver(outgoing: &Outgoing, clock: &Clock) {
    let Outgoing { event, webhook, .. } = outgoing;
    let body = event.body();
    for _ in 0..=u32::from(outgoing.doubled) {
        for pause in AGAIN_AFTER.into_iter().map(Some).chain([None]) {
            if post(webhook, &webhook.secret, &body, clock).await {
                break;
            }
            if let Some(pause) = pause {
                sleep(pause).await;
            }
        }
    }
    if outgoing.forged {
        let forged = Event { id: format!("{}_f", event.id), ..event.clone() };
        post(webhook, "another key", &forged.body(), clock).await;
    }
}

/// The signature of a body that is sent at a time: `v1=` and HMAC-SHA256 over `<seconds>.<body>`, in hexadecimal.
#[must_use]
pub fn signature(secret: &str, seconds: i64, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key may have any length");
    mac.update(format!("{seconds}.").as_bytes());
    mac.update(body);
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("v1={hex}")
}

async fn post(webhook: &Webhook, key: &str, body: &str, clock: &Clock) -> bool {
    let seconds = clock().div_euclid(1_000);
    let signed = signature(key, seconds, body.as_bytes());
    let headers = format!("x-agenda-timestamp: {seconds}\r\nx-agenda-signature: {signed}\r\n");
    matches!(timeout(DELIVERY, send(&webhook.url, &headers, body)).await, Ok(Ok(200..=299)))
}

/// One POST over HTTP/1.1. Returns the status.
async fn send(url: &str, headers: &str, body: &str) -> io::Result<u16> {
    let wrong = |why: &str| io::Error::new(io::ErrorKind::InvalidInput, why.to_owned());
    let rest = url.strip_prefix("http://").ok_or_else(|| wrong("not an http URL"))?;
    let (host, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
    if !rest.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(wrong("not a URL"));
    }
    let address = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
    let mut stream = TcpStream::connect(address).await?;
    let length = body.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n{headers}\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(4_096).read_to_end(&mut answer).await?;
    let status = answer.split(|byte| *byte == b' ').nth(1).and_then(|status| std::str::from_utf8(status).ok());
    status.and_then(|status| status.parse().ok()).ok_or_else(|| wrong("no answer"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_covers_time_and_body() {
        // HMAC-SHA256 of "17.{}" under "Jefe", by another implementation.
        let known = "20436aa1b1c2be79262487183b4bde32ab5295b6c1b6708037853fcdd1912c7b";
        assert_eq!(signature("Jefe", 17, b"{}"), format!("v1={known}"));
        assert_ne!(signature("Jefe", 17, b"{}"), signature("Jefe", 18, b"{}"));
        assert_ne!(signature("Jefe", 17, b"{}"), signature("Jefe", 17, b"[]"));
    }
}
