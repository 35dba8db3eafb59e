//! The road of a contact through the API: received, told, offered slots, booked,
//! closed.

use anyhow::Context as _;
use greffon::demo::api::Api;
use greffon_core::time::Instant;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// Where slots are looked for.
const WINDOW_MIN: i64 = 28 * 24 * 60;

/// Takes one contact of a practice down the whole road: one booking, one message
/// to the patient and one to the practitioner in the queue. `from` is where slots
/// are looked for; `name` is that of the booking's op-id.
pub async fn walk(secretary: &Api, practice: &str, name: &str, from: Instant) -> anyhow::Result<()> {
    let body = json!({
        "channel": "phone",
        "origin": "+33 6 39 98 00 01",
        "facts": [
            { "key": "caller.kind", "value": { "choice": "patient" } },
            { "key": "request.motive", "value": { "choice": "certificat" } },
        ],
    });
    let path = format!("/v1/practices/{practice}/contacts");
    let view = secretary.call(Method::POST, &path, Some(&body)).await?.ok("receiving a contact")?;
    let contact = view["contact"].as_str().context("a contact has an id")?.to_owned();

    let text = |key: &str, value: &str| json!({ "key": key, "value": { "text": value } });
    let facts = json!({ "facts": [
        { "key": "red-flag.all", "value": "no" },
        text("patient.family", "Durand"),
        text("patient.given", "Alix"),
        { "key": "patient.birth-date", "value": { "date": "1980-02-29" } },
        text("patient.email", "patient@patients.example"),
        { "key": "caller.phone", "value": { "phone": "+33639980001" } },
    ]});
    let path = format!("/v1/contacts/{contact}");
    secretary.call(Method::POST, &format!("{path}/facts"), Some(&facts)).await?.ok("telling facts")?;

    let window = format!("from={from}&to={}", from.plus_minutes(WINDOW_MIN));
    let search = format!("{path}/slots?limit=10&{window}");
    let mut offer = secretary.call(Method::GET, &search, None).await?.ok("searching slots")?;
    let slot = offer["slots"].get_mut(0).map(Value::take).with_context(|| format!("no slot: {offer}"))?;
    // The same patient every time, who has what the contacts before booked.
    let booking = json!({ "op_id": name, "slot": slot, "again": true });
    let booked = secretary.call(Method::POST, &format!("{path}/bookings"), Some(&booking)).await?;
    anyhow::ensure!(booked.status == StatusCode::CREATED, "booking: {}", booked.body);

    let closing =
        json!({ "recap": "confirmed", "override": { "code": "caller-refuses", "words": "le reste est connu" } });
    secretary.call(Method::POST, &format!("{path}/close"), Some(&closing)).await?.ok("closing")?;
    Ok(())
}
