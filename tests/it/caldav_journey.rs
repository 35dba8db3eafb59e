//! The road of a contact on real peers: an agenda on Radicale, then on
//! Xandikos, mail through a real SMTP server.

use greffon::demo::api::segment;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::host::{MONDAY, TestHost};
use crate::support::peers::{self, Peer};
use crate::support::practice;

async fn books_moves_and_cancels(agenda: &Peer, calendar: &str) -> anyhow::Result<()> {
    let Some(smtp) = peers::smtp().await? else { return Ok(()) };
    let file = practice::caldav("cabinet", &agenda.origin(), calendar, &practice::relay(smtp.port));
    let test = TestHost::sqlite(&[("cabinet", file)]).await?;
    let contact = test.contact_ready_to_book("cabinet", 1).await?;

    let slot = test.slots(&contact, MONDAY).await?.swap_remove(0);
    let path = format!("/v1/contacts/{contact}/bookings");
    let body = json!({ "op_id": "journey-1", "slot": slot });
    let booked = test.secretary.call(Method::POST, &path, Some(&body)).await?;
    assert_eq!(booked.status, StatusCode::CREATED, "{}", booked.body);

    let events = peers::read_calendar(agenda, calendar).await?;
    assert_eq!(events.len(), 1, "{events:?}");
    assert!(events[0].starts_with(&format!("{} {}", whole(&slot["start"]), whole(&slot["end"]))), "{events:?}");

    // The same op-id again is the same appointment, not another one.
    let again = test.secretary.call(Method::POST, &path, Some(&body)).await?;
    assert!(again.status.is_success(), "{}", again.body);
    assert_eq!(again.body["appointment"], booked.body["appointment"]);
    assert_eq!(peers::read_calendar(agenda, calendar).await?.len(), 1);

    test.pass(1).await?;
    let mails = peers::mails(&smtp)?;
    assert!(mails.iter().any(|mail| mail.contains("patient1@patients.example")), "{mails:?}");

    let appointment = segment(booked.body["appointment"].as_str().unwrap_or_default());
    let later = test.slots(&contact, MONDAY.plus_minutes(24 * 60)).await?.swap_remove(0);
    let path = format!("/v1/appointments/{appointment}/move?practice=cabinet");
    let body = json!({ "op_id": "journey-2", "contact": contact, "start": later["start"] });
    let moved = test.secretary.call(Method::POST, &path, Some(&body)).await?;
    assert!(moved.status.is_success(), "{}", moved.body);
    let events = peers::read_calendar(agenda, calendar).await?;
    assert_eq!(events.len(), 1, "{events:?}");
    assert!(events[0].starts_with(&whole(&later["start"])), "{events:?}");

    let path = format!("/v1/appointments/{appointment}/cancel?practice=cabinet");
    let body = json!({ "op_id": "journey-3", "contact": contact, "by": "patient", "reason": "patient-request" });
    let cancelled = test.secretary.call(Method::POST, &path, Some(&body)).await?;
    assert!(cancelled.status.is_success(), "{}", cancelled.body);
    assert_eq!(peers::read_calendar(agenda, calendar).await?, Vec::<String>::new());
    let free = test.slots(&contact, MONDAY.plus_minutes(24 * 60)).await?;
    assert!(free.iter().any(|one| one["start"] == later["start"]), "its time is free again");
    Ok(())
}

/// RFC 3339 without fractions of a second.
fn whole(time: &serde_json::Value) -> String {
    let text = time.as_str().unwrap_or_default();
    text.split(['.', 'Z']).next().unwrap_or_default().to_owned() + "Z"
}

#[tokio::test(flavor = "multi_thread")]
async fn books_moves_and_cancels_on_radicale() -> anyhow::Result<()> {
    let Some(radicale) = peers::radicale().await? else { return Ok(()) };
    books_moves_and_cancels(&radicale, "/cabinet/martin/").await
}

#[tokio::test(flavor = "multi_thread")]
async fn books_moves_and_cancels_on_xandikos() -> anyhow::Result<()> {
    let Some(xandikos) = peers::xandikos().await? else { return Ok(()) };
    books_moves_and_cancels(&xandikos, "/cabinet/calendars/calendar/").await
}
