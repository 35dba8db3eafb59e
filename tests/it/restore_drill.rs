//! A restore on a real CalDAV server: what was booked after the backup is found again, nothing
//! is told twice, and nothing is offered that is taken.

use std::collections::BTreeSet;
use std::sync::Arc;

use greffon_core::jobs::Jobs;
use greffon_core::model::intent::Appointment;
use greffon_core::ports::clock::Clock as _;
use greffon_core::ports::storage::{Page, Storage as _};
use greffon_core::time::Span;
use greffon_simulation::ManualClock;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::host::{MONDAY, TestHost, Time};
use crate::support::peers::{self, Peer};
use crate::support::practice;

const CALENDAR: &str = "/cabinet/martin/";

async fn book(test: &TestHost, number: usize) -> anyhow::Result<()> {
    let contact = test.contact_ready_to_book("cabinet", number).await?;
    let slot = test.slots(&contact, MONDAY).await?.swap_remove(0);
    let path = format!("/v1/contacts/{contact}/bookings");
    let body = json!({ "op_id": format!("drill-{number}"), "slot": slot });
    let booked = test.secretary.call(Method::POST, &path, Some(&body)).await?;
    anyhow::ensure!(booked.status == StatusCode::CREATED, "{}", booked.body);
    Ok(())
}

async fn known(test: &TestHost) -> anyhow::Result<Vec<Appointment>> {
    let within = Span { start: MONDAY.plus_minutes(-1), end: MONDAY.plus_minutes(60 * 24 * 60) };
    let page = Page { limit: 200, cursor: None };
    Ok(test.host.database.appointments(&"cabinet".into(), within, &page).await?.items)
}

/// How many mails each patient has.
fn told(smtp: &Peer) -> anyhow::Result<Vec<usize>> {
    let mails = peers::mails(smtp)?;
    let of = |number: usize| {
        let address = format!("patient{number}@patients.example");
        mails.iter().filter(|mail| mail.contains(&address)).count()
    };
    Ok((1..=60).map(of).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restore_every_appointment_on_the_server_is_known() -> anyhow::Result<()> {
    let Some(radicale) = peers::radicale().await? else { return Ok(()) };
    let Some(smtp) = peers::smtp().await? else { return Ok(()) };
    let folder = TempDir::new()?;
    let storage = format!("sqlite:{}", folder.path().join("greffon.db").display());
    let clock = Arc::new(ManualClock::at(MONDAY));
    let time = || Time::Moved(Arc::clone(&clock), Arc::clone(&clock));
    let practices =
        [("cabinet", practice::caldav("cabinet", &radicale.origin(), CALENDAR, &practice::relay(smtp.port)))];

    let test = TestHost::timed(&storage, &practices, time()).await?;
    for number in 1..=40 {
        book(&test, number).await?;
    }
    test.pass(1).await?;
    let backup = folder.path().join("monday.greffon");
    greffon_storage::back_up(&storage, &backup, "test", clock.now(), |_, _| {}).await?;
    for number in 41..=60 {
        book(&test, number).await?;
    }
    test.pass(1).await?;
    let before = peers::read_calendar(&radicale, CALENDAR).await?;
    assert_eq!(before.len(), 60);
    assert_eq!(told(&smtp)?, [1; 60]);
    let refused = greffon_storage::restore(&storage, &backup, clock.now()).await;
    assert!(refused.is_err(), "a process works on it");
    test.host.database.close().await;
    drop(test);

    clock.set(clock.now().plus_minutes(10));
    greffon_storage::restore(&storage, &backup, clock.now()).await?;
    let test = TestHost::timed(&storage, &practices, time()).await?;
    let contact = test.contact_ready_to_book("cabinet", 61).await?;
    let path = format!("/v1/contacts/{contact}/slots?limit=5");
    let closed = test.secretary.call(Method::GET, &path, None).await?;
    assert_eq!((closed.status, &closed.body["code"]), (StatusCode::CONFLICT, &json!("recovering")));
    assert!(closed.body["detail"].as_str().unwrap_or_default().contains("en cours de vérification"), "{}", closed.body);
    assert_eq!(known(&test).await?.len(), 40);

    Jobs::new(test.host.reception.clone()).enqueue_recoveries().await?;
    test.work().await?;
    let recovery = test.secretary.call(Method::GET, "/v1/practices/cabinet/recovery", None).await?;
    let recovery = recovery.ok("reading the recovery")?;
    assert_eq!((&recovery["state"], &recovery["complete"]), (&json!("ended"), &json!(true)), "{recovery}");
    assert_eq!(recovery["agendas"][0]["adopted"], 20, "{recovery}");
    let appointments = known(&test).await?;
    assert_eq!(appointments.len(), 60);
    let names: BTreeSet<&str> = appointments.iter().map(|one| one.held.id.as_str()).collect();
    assert_eq!(names.len(), 60);
    assert_eq!(peers::read_calendar(&radicale, CALENDAR).await?, before, "nothing is written");
    test.pass(60 * 24).await?;
    assert_eq!(told(&smtp)?, [1; 60], "nothing is told twice");

    let taken: BTreeSet<String> = appointments.iter().map(|one| one.held.span.start.to_string()).collect();
    let free = test.slots(&contact, MONDAY).await?;
    let start = |slot: &Value| slot["start"].as_str().unwrap_or_default().to_owned();
    assert!(free.iter().all(|slot| !taken.contains(&start(slot))), "{taken:?}");
    Ok(())
}
