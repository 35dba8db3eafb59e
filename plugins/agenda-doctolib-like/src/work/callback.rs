//! What the vendor tells by itself. An event is a reason to look, never something to believe.

use greffon_sdk::agenda::{Delivery, HttpIn, Instant, Notice};
use greffon_sdk::credentials::{self, Algorithm};
use greffon_sdk::log;
use greffon_sdk::practice::CallbackError;
use serde_json::Value;

use crate::settings::Settings;

/// The credential that events are signed with.
const KEY: &str = "webhook";

/// How far the time of a signature may be from now, in milliseconds: five minutes.
const TOLERANCE_MS: i64 = 5 * 60_000;

/// Largest event, in bytes.
const LARGEST: usize = 64 * 1024;

/// Longest id of an event, in bytes.
const ID_BYTES: usize = 200;

/// Most signatures of one event: more than one while a key is being replaced.
const SIGNATURES: usize = 4;

/// Reads an event, after its signature.
pub fn callback(settings: &Settings, request: &HttpIn, now: Instant) -> Result<Notice, CallbackError> {
    let malformed = |what: &str| CallbackError::Malformed(what.to_owned());
    let Some(account) = settings.account else { return Err(CallbackError::NotMine) };
    if request.method != "POST" {
        return Err(malformed("not a POST"));
    }
    if request.body.len() > LARGEST {
        return Err(malformed("too large"));
    }
    let signed_at = signed(request)?;
    if (now - signed_at).abs() > TOLERANCE_MS {
        // Signed once, and not for now: a signature that is over is none.
        log::warn("webhook-out-of-time", &[]);
        return Err(CallbackError::BadSignature);
    }
    let event: Value = serde_json::from_slice(&request.body).map_err(|_| malformed("not JSON"))?;
    let id = event["id"].as_str().filter(|id| (1..=ID_BYTES).contains(&id.len()));
    let id = id.ok_or_else(|| malformed("no id"))?.to_owned();
    let told = event["account_id"].as_u64().ok_or_else(|| malformed("no account_id"))?;
    if told != account {
        return Err(CallbackError::NotMine);
    }
    let kind = event["type"].as_str().ok_or_else(|| malformed("no type"))?;
    let agenda = event["agenda_id"].as_u64().filter(|_| kind.starts_with("appointment.") || kind.starts_with("block."));
    let changed = agenda.and_then(|agenda| settings.agenda_of(agenda)).map(str::to_owned);
    let delivery = Delivery { id: Some(id), signed_at: Some(signed_at) };
    Ok(Notice { delivery, changed: changed.into_iter().collect() })
}

/// When the vendor signed the request, if it did.
fn signed(request: &HttpIn) -> Result<Instant, CallbackError> {
    let header = |wanted: &str| {
        let mut values = request.headers.iter().filter(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        // Of two, nobody knows which one was signed.
        values.next().filter(|_| values.next().is_none()).ok_or(CallbackError::BadSignature)
    };
    let (time, signatures) = (header("x-agenda-timestamp")?, header("x-agenda-signature")?);
    let plain = time.len() <= 12 && time.bytes().all(|byte| byte.is_ascii_digit());
    let seconds: i64 = time.parse().ok().filter(|_| plain).ok_or(CallbackError::BadSignature)?;
    let mut data = format!("{time}.").into_bytes();
    data.extend_from_slice(&request.body);
    let expected = credentials::hmac(KEY, Algorithm::Sha256, &data).map_err(|error| match error {
        credentials::Error::NotGranted(_) => CallbackError::Other("credentials.webhook is not granted".to_owned()),
        _ => CallbackError::Other("credentials.webhook cannot be used".to_owned()),
    })?;
    let given = signatures.split(',').take(SIGNATURES).filter_map(|one| bytes_of(one.trim().strip_prefix("v1=")?));
    let good = given.fold(false, |good, given| good | same(&given, &expected));
    if good { Ok(seconds * 1_000) } else { Err(CallbackError::BadSignature) }
}

/// Whether two signatures are the same, in a time that does not tell where they differ.
fn same(given: &[u8], expected: &[u8]) -> bool {
    given.len() == expected.len() && given.iter().zip(expected).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    let digit = |sign: u8| char::from(sign).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}
