//! What the practitioner wrote into a calendar by hand is taken over, moved and cancelled through
//! greffon, and read back by another client.

use greffon::demo::api::segment;
use greffon_core::jobs::Jobs;
use greffon_core::time::Instant;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::host::{MONDAY, TestHost};
use crate::support::peers::{self, Peer};
use crate::support::practice;

const CALENDAR: &str = "/cabinet/martin/";

#[tokio::test(flavor = "multi_thread")]
async fn on_radicale() -> anyhow::Result<()> {
    let Some(radicale) = peers::radicale().await? else { return Ok(()) };
    by_hand_and_through_greffon(&radicale).await
}

#[tokio::test(flavor = "multi_thread")]
async fn on_xandikos() -> anyhow::Result<()> {
    let Some(xandikos) = peers::xandikos().await? else { return Ok(()) };
    by_hand_and_through_greffon(&xandikos).await
}

/// Tuesday, so many minutes after 8 in Paris.
fn tuesday(minutes: i64) -> Instant {
    MONDAY.plus_minutes(24 * 60 + minutes)
}

/// What was written by hand, as the agendas show it.
async fn shown(test: &TestHost) -> anyhow::Result<Vec<Value>> {
    let path = format!("/v1/practices/cabinet/agendas?from={}&to={}", tuesday(0), tuesday(600));
    let mut agendas = test.secretary.call(Method::GET, &path, None).await?.ok("reading the agendas")?;
    let Value::Array(entries) = agendas[0]["entries"].take() else { anyhow::bail!("no entries in {agendas}") };
    Ok(entries)
}

async fn by_hand_and_through_greffon(server: &Peer) -> anyhow::Result<()> {
    let test = TestHost::sqlite(&[("cabinet", practice::caldav("cabinet", &server.origin(), CALENDAR, ""))]).await?;
    let (at, to) = (tuesday(120), tuesday(180));
    peers::write_event(server, CALENDAR, "mme-durand", &at.to_string(), &at.plus_minutes(15).to_string()).await?;
    Jobs::new(test.host.reception.clone()).enqueue_agenda_watches().await?;
    test.pass(2).await?;
    let entries = shown(&test).await?;
    let foreign = entries[0]["foreign"].clone();
    anyhow::ensure!(entries.len() == 1 && foreign.is_object(), "{entries:?}");

    let contact = test.contact_ready_to_book("cabinet", 1).await?;
    let call = async |path: String, body: Value| test.secretary.call(Method::POST, &path, Some(&body)).await;
    let taking = json!({
        "op_id": "take-1", "feature": "agenda", "agenda": "martin", "motive": "certificat",
        "entry": foreign["entry"], "version": foreign["version"],
    });
    let taken = call(format!("/v1/contacts/{contact}/take-over"), taking).await?;
    anyhow::ensure!(taken.status == StatusCode::CREATED, "{}", taken.body);
    let id = segment(taken.body["appointment"].as_str().unwrap_or_default());
    test.pass(30).await?;
    assert_eq!(shown(&test).await?[0]["appointment"], foreign["entry"], "it stands as it was taken over");

    let moving = json!({ "op_id": "move-1", "contact": contact, "start": to.to_string() });
    let moved = call(format!("/v1/appointments/{id}/move"), moving).await?;
    anyhow::ensure!(moved.status == StatusCode::OK, "{} {}", moved.status, moved.body);
    let held = peers::read_calendar(server, CALENDAR).await?;
    anyhow::ensure!(matches!(held.as_slice(), [one] if one.contains("mme-durand")), "{held:?}");
    test.pass(30).await?;
    assert_eq!(shown(&test).await?[0]["start"], to.to_string());

    let cancelling = json!({ "op_id": "cancel-1", "contact": contact, "by": "patient", "reason": "patient-request" });
    let cancelled = call(format!("/v1/appointments/{id}/cancel"), cancelling).await?;
    anyhow::ensure!(cancelled.status == StatusCode::OK, "{} {}", cancelled.status, cancelled.body);
    assert_eq!(peers::read_calendar(server, CALENDAR).await?, Vec::<String>::new());
    Ok(())
}
