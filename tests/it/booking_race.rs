//! 64 clients want one slot at once: one gets it, 63 are told what else there
//! is, and the agenda holds one event. 5 rounds, 20 under `.ci/full`, on both
//! databases, with both agendas.

use greffon_core::time::Instant;
use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio::task::JoinSet;

use crate::support::host::{MONDAY, TestHost};
use crate::support::peers::{self, Peer};
use crate::support::{postgres, practice};

const CLIENTS: usize = 64;
const ROUNDS: i64 = 5;
const ROUNDS_IN_FULL: i64 = 20;
const CALENDAR: &str = "/cabinet/martin/";

async fn race(test: &TestHost, agenda: Option<&Peer>) -> anyhow::Result<()> {
    let mut contacts = Vec::new();
    for number in 0..CLIENTS {
        contacts.push(test.contact_ready_to_book("cabinet", number).await?);
    }
    let rounds = if greffon_tests::full() { ROUNDS_IN_FULL } else { ROUNDS };
    for round in 0..rounds {
        // One slot a day, weekends skipped by the offer itself.
        let from = Instant(MONDAY.0 + round * 86_400_000);
        let slot = test.slots(&contacts[0], from).await?.swap_remove(0);
        let mut clients = JoinSet::new();
        for (number, contact) in contacts.iter().enumerate() {
            let secretary = test.secretary.clone();
            let path = format!("/v1/contacts/{contact}/bookings");
            // Whoever won a round before wants another one.
            let body = json!({ "op_id": format!("race-{round}-{number}"), "slot": slot, "again": true });
            clients.spawn(async move { secretary.call(Method::POST, &path, Some(&body)).await });
        }
        let (mut won, mut refused) = (0, 0);
        while let Some(answer) = clients.join_next().await {
            let answer = answer??;
            match answer.status {
                StatusCode::CREATED => won += 1,
                StatusCode::CONFLICT => {
                    assert_eq!(answer.code(), "slot-taken", "{}", answer.body);
                    let alternatives = answer.body["alternatives"].as_array().map_or(0, Vec::len);
                    assert!(alternatives > 0, "round {round}: no alternatives in {}", answer.body);
                    refused += 1;
                }
                other => panic!("round {round}: {other} {}", answer.body),
            }
        }
        assert_eq!((won, refused), (1, CLIENTS - 1), "round {round}");
        if let Some(agenda) = agenda {
            let events = peers::read_calendar(agenda, CALENDAR).await?;
            assert_eq!(events.len() as i64, round + 1, "round {round}: {events:?}");
        }
    }
    let path = format!("/v1/practices/cabinet/appointments?from={MONDAY}&to={}", MONDAY.plus_minutes(60 * 24 * 60));
    assert_eq!(test.secretary.list(&path).await?.len() as i64, rounds);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_64_gets_the_slot_in_a_local_agenda_on_sqlite() -> anyhow::Result<()> {
    let test = TestHost::sqlite(&[("cabinet", practice::local("cabinet"))]).await?;
    race(&test, None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_64_gets_the_slot_in_a_local_agenda_on_postgresql() -> anyhow::Result<()> {
    let Some(database) = postgres::fresh().await? else { return Ok(()) };
    let test = TestHost::over(&database.url, &[("cabinet", practice::local("cabinet"))]).await?;
    race(&test, None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_64_gets_the_slot_in_a_caldav_agenda_on_sqlite() -> anyhow::Result<()> {
    let Some(radicale) = peers::radicale().await? else { return Ok(()) };
    let file = practice::caldav("cabinet", &radicale.origin(), CALENDAR, "");
    let test = TestHost::sqlite(&[("cabinet", file)]).await?;
    race(&test, Some(&radicale)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_64_gets_the_slot_in_a_caldav_agenda_on_postgresql() -> anyhow::Result<()> {
    let Some(database) = postgres::fresh().await? else { return Ok(()) };
    let Some(radicale) = peers::radicale().await? else { return Ok(()) };
    let file = practice::caldav("cabinet", &radicale.origin(), CALENDAR, "");
    let test = TestHost::over(&database.url, &[("cabinet", file)]).await?;
    race(&test, Some(&radicale)).await
}
