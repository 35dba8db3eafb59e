//! Two processes of greffon over one PostgreSQL and one calendar: whatever one of
//! them does not know of the other, no time is booked twice and nothing that was
//! confirmed goes away.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use greffon::demo::api::Api;
use greffon_core::jobs::Jobs;
use greffon_core::ports::clock::Clock as _;
use greffon_core::time::Instant;
use greffon_simulation::ManualClock;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::task::{JoinHandle, JoinSet};

use crate::support::host::{MONDAY, TestHost, Time};
use crate::support::peers::{self, Peer};
use crate::support::postgres::{self, Fresh};
use crate::support::practice;
use crate::support::proxy::{Fault, Proxy};

const CALENDAR: &str = "/cabinet/martin/";
const HOUR_MS: i64 = 3_600_000;
const TUESDAY: Instant = Instant(MONDAY.0 + 24 * HOUR_MS);

/// The world that two nodes share.
struct World {
    database: Fresh,
    radicale: Peer,
    proxy: Proxy,
}

async fn world() -> anyhow::Result<Option<World>> {
    let Some(database) = postgres::fresh().await? else { return Ok(None) };
    let Some(radicale) = peers::radicale().await? else { return Ok(None) };
    let proxy = Proxy::before(radicale.port).await?;
    Ok(Some(World { database, radicale, proxy }))
}

impl World {
    /// A practice whose calendar is behind the proxy, named like this, in which a
    /// write takes a second.
    fn practice(&self, id: &str, calendar: &str) -> String {
        practice::quick_caldav(id, &self.proxy.origin(), calendar)
    }

    async fn events(&self) -> anyhow::Result<Vec<String>> {
        peers::read_calendar(&self.radicale, CALENDAR).await
    }
}

/// Books a slot in the background.
fn book(secretary: &Api, contact: &str, op: &str, slot: &Value) -> JoinHandle<anyhow::Result<(StatusCode, Value)>> {
    let (secretary, path) = (secretary.clone(), format!("/v1/contacts/{contact}/bookings"));
    let body = json!({ "op_id": op, "slot": slot, "again": true });
    tokio::spawn(async move {
        let answer = secretary.call(Method::POST, &path, Some(&body)).await?;
        Ok((answer.status, answer.body))
    })
}

fn state(view: &Value) -> &str {
    view["bookings"][0]["state"].as_str().unwrap_or_default()
}

/// The practitioner writes into the calendar.
async fn write_by_hand(world: &World, slot: &Value) -> anyhow::Result<()> {
    let text = |key: &str| slot[key].as_str().unwrap_or_default();
    peers::write_event(&world.radicale, CALENDAR, "by-hand", text("start"), text("end")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_node_confirmed_is_not_deleted_by_the_other_that_comes_back() -> anyhow::Result<()> {
    let Some(world) = world().await? else { return Ok(()) };
    let files = [("cabinet", world.practice("cabinet", CALENDAR))];
    let serve = TestHost::over(&world.database.url, &files).await?;
    let worker = serve.beside(&files).await?;
    let contact = serve.contact_ready_to_book("cabinet", 1).await?;
    let slot = serve.slots(&contact, MONDAY).await?.swap_remove(0);

    // It has written, and stands still before it verifies.
    let gate = world.proxy.hold(&["PUT", "REPORT"]);
    let booking = book(&serve.secretary, &contact, "op-1", &slot);
    gate.reached().await;
    worker.pass(1).await?;
    assert_eq!(state(&worker.view(&contact).await?), "confirmed");

    // Somebody writes beside it, and the first node goes on where it stood.
    write_by_hand(&world, &slot).await?;
    gate.open();
    booking.await??;
    assert_eq!(world.proxy.count("DELETE"), 0, "nothing is written once the turn is over");
    assert_eq!(world.events().await?.len(), 2, "the patient was told: it stays");
    worker.pass(2).await?;
    assert_eq!(state(&worker.view(&contact).await?), "confirmed");
    assert_eq!(world.events().await?.len(), 2);
    Ok(())
}

/// A node and the database's clock, three hours apart.
async fn nodes_apart(world: &World, ahead_ms: i64) -> anyhow::Result<(TestHost, TestHost, Vec<Arc<ManualClock>>)> {
    let files = [("cabinet", world.practice("cabinet", CALENDAR))];
    let at = |ms: i64| Arc::new(ManualClock::at(Instant(MONDAY.0 + ms)));
    let (leases, right, wrong) = (at(0), at(0), at(ahead_ms));
    let time = |clock: &Arc<ManualClock>| Time::Moved(Arc::clone(clock), Arc::clone(&leases));
    let one = TestHost::timed(&world.database.url, &files, time(&right)).await?;
    let other = TestHost::timed(&world.database.url, &files, time(&wrong)).await?;
    Ok((one, other, vec![leases, right, wrong]))
}

fn pass(clocks: &[Arc<ManualClock>], seconds: u64) {
    for clock in clocks {
        clock.advance(Duration::from_secs(seconds));
    }
}

async fn a_wrong_clock_neither_steals_nor_starves(ahead_ms: i64) -> anyhow::Result<()> {
    let Some(world) = world().await? else { return Ok(()) };
    let (right, wrong, clocks) = nodes_apart(&world, ahead_ms).await?;
    let first = right.contact_ready_to_book("cabinet", 1).await?;
    let second = right.contact_ready_to_book("cabinet", 2).await?;
    // A day that is ahead of both clocks.
    let mut slots = right.slots(&first, MONDAY.plus_minutes(2 * 24 * 60)).await?;
    let (slot, other) = (slots.swap_remove(0), slots.swap_remove(3));

    // One node writes; the other wants to, elsewhere in the same calendar.
    let gate = world.proxy.hold(&["PUT"]);
    let writing = book(&right.secretary, &first, "op-1", &slot);
    gate.reached().await;
    let (status, answer) = book(&wrong.secretary, &second, "op-2", &other).await??;
    assert_eq!(status, StatusCode::ACCEPTED, "it does not steal the turn: {answer}");
    assert_eq!(answer["state"], "claimed");
    assert!(answer["notice"].as_str().is_some_and(|notice| notice.contains("attend son tour")), "{answer}");
    wrong.work().await?;
    assert_eq!(state(&right.view(&first).await?), "sending", "it does not give the other's outcome up");
    gate.open();
    let (status, answer) = writing.await??;
    assert_eq!(status, StatusCode::CREATED, "{answer}");

    // It does not starve: its request goes on two seconds later, whatever its clock shows.
    pass(&clocks, 2);
    wrong.work().await?;
    assert_eq!(state(&right.view(&second).await?), "confirmed");

    // What the other left behind, it takes up when the database says so.
    let third = right.contact_ready_to_book("cabinet", 3).await?;
    let slot = right.slots(&third, MONDAY.plus_minutes(3 * 24 * 60)).await?.swap_remove(0);
    world.proxy.set(Fault::DropAnswer);
    let gate = world.proxy.hold(&["PUT", "GET"]);
    let lost = book(&right.secretary, &third, "op-3", &slot);
    gate.reached().await;
    pass(&clocks, 7);
    wrong.work().await?;
    pass(&clocks, 2);
    wrong.work().await?;
    assert_eq!(state(&right.view(&third).await?), "confirmed");
    gate.open();
    lost.await??;
    assert_eq!(world.events().await?.len(), 3);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_three_hours_ahead_neither_steals_nor_starves() -> anyhow::Result<()> {
    a_wrong_clock_neither_steals_nor_starves(3 * HOUR_MS).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_three_hours_behind_neither_steals_nor_starves() -> anyhow::Result<()> {
    a_wrong_clock_neither_steals_nor_starves(-3 * HOUR_MS).await
}

/// A booking whose first send is under way for long, and which was sent again.
async fn sent_twice(world: &World) -> anyhow::Result<(TestHost, TestHost, String, Value)> {
    let files = [("cabinet", world.practice("cabinet", CALENDAR))];
    let serve = TestHost::over(&world.database.url, &files).await?;
    let worker = serve.beside(&files).await?;
    let contact = serve.contact_ready_to_book("cabinet", 1).await?;
    let slot = serve.slots(&contact, TUESDAY).await?.swap_remove(0);
    world.proxy.set(Fault::Keep);
    let (status, answer) = book(&serve.secretary, &contact, "op-1", &slot).await??;
    assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
    Ok((serve, worker, contact, slot))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_comes_after_a_refusal_is_taken_out() -> anyhow::Result<()> {
    let Some(world) = world().await? else { return Ok(()) };
    let (serve, worker, contact, slot) = sent_twice(&world).await?;
    // The practitioner takes the time, so that the second send is refused; the
    // patient is told so, and nobody waits for the first one any more.
    write_by_hand(&world, &slot).await?;
    while state(&serve.view(&contact).await?) != "refused" {
        let next = Jobs::new(serve.host.reception.clone()).next_in().await?.context("somebody looks again")?;
        serve.clock.advance(next);
        worker.work().await?;
    }
    assert_eq!(world.proxy.count("PUT"), 1, "the second send saw the practitioner and wrote nothing");
    // Only now the first one arrives.
    assert_eq!(world.proxy.deliver().await?, [201]);
    assert_eq!(world.events().await?.len(), 2);
    worker.pass(5).await?;
    let view = serve.view(&contact).await?;
    assert_eq!(state(&view), "compensated", "{view}");
    let events = world.events().await?;
    assert_eq!(events.len(), 1, "only the practitioner's own: {events:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_comes_after_a_cancellation_is_taken_out() -> anyhow::Result<()> {
    let Some(world) = world().await? else { return Ok(()) };
    let (serve, worker, contact, slot) = sent_twice(&world).await?;
    worker.pass(2).await?;
    let view = serve.view(&contact).await?;
    assert_eq!(state(&view), "confirmed", "{view}");
    assert_eq!(world.proxy.count("PUT"), 2);

    let appointment = view["bookings"][0]["appointment"].as_str().context("it is confirmed")?;
    let appointment = greffon::demo::api::segment(appointment);
    let path = format!("/v1/appointments/{appointment}/cancel?practice=cabinet");
    let body = json!({ "op_id": "op-2", "contact": contact, "by": "patient", "reason": "patient-request" });
    let cancelled = serve.secretary.call(Method::POST, &path, Some(&body)).await?;
    assert!(cancelled.status.is_success(), "{}", cancelled.body);
    assert_eq!(world.events().await?, Vec::<String>::new());

    assert_eq!(world.proxy.deliver().await?, [201]);
    assert_eq!(world.events().await?.len(), 1, "the first send arrives at last");
    worker.pass(2).await?;
    assert_eq!(world.events().await?, Vec::<String>::new(), "and is taken out again");
    let free = serve.slots(&contact, TUESDAY).await?;
    assert!(free.iter().any(|one| one["start"] == slot["start"]), "its time is free");
    Ok(())
}

/// Two books race for one time of one calendar, 12 times: each time one has it.
async fn one_of_two(one: (&TestHost, &str), other: (&TestHost, &str), world: &World) -> anyhow::Result<()> {
    let contacts = [one.0.contact_ready_to_book(one.1, 1).await?, other.0.contact_ready_to_book(other.1, 2).await?];
    for round in 0..12_i64 {
        let from = Instant(MONDAY.0 + round * 24 * HOUR_MS);
        let mine = one.0.slots(&contacts[0], from).await?.swap_remove(0);
        let theirs = other.0.slots(&contacts[1], from).await?.swap_remove(0);
        assert_eq!(mine["start"], theirs["start"], "both see the same calendar");
        let mine = book(&one.0.secretary, &contacts[0], &format!("one-{round}"), &mine);
        let theirs = book(&other.0.secretary, &contacts[1], &format!("other-{round}"), &theirs);
        let statuses = [mine.await??.0, theirs.await??.0];
        let won = statuses.iter().filter(|status| **status == StatusCode::CREATED).count();
        assert_eq!(won, 1, "round {round}: {statuses:?}");
        assert!(statuses.contains(&StatusCode::CONFLICT), "round {round}: {statuses:?}");
        assert_eq!(world.events().await?.len() as i64, round + 1);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_practices_that_name_one_calendar_never_book_one_time_twice() -> anyhow::Result<()> {
    let Some(world) = world().await? else { return Ok(()) };
    let files =
        [("cabinet", world.practice("cabinet", CALENDAR)), ("voisin", world.practice("voisin", "/cabinet/%6Dartin"))];
    let one = TestHost::over(&world.database.url, &files).await?;
    let other = one.beside(&files).await?;
    one_of_two((&one, "cabinet"), (&other, "voisin"), &world).await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_64_gets_the_slot_over_two_nodes() -> anyhow::Result<()> {
    const CLIENTS: usize = 64;
    let Some(world) = world().await? else { return Ok(()) };
    let files = [("cabinet", practice::caldav("cabinet", &world.proxy.origin(), CALENDAR, ""))];
    let one = TestHost::over(&world.database.url, &files).await?;
    let nodes = [one.beside(&files).await?, one];
    let mut contacts = Vec::new();
    for number in 0..CLIENTS {
        contacts.push(nodes[0].contact_ready_to_book("cabinet", number).await?);
    }
    for round in 0..if greffon_tests::full() { 20_i64 } else { 5 } {
        let from = Instant(MONDAY.0 + round * 24 * HOUR_MS);
        let slot = nodes[0].slots(&contacts[0], from).await?.swap_remove(0);
        let mut clients = JoinSet::new();
        for (number, contact) in contacts.iter().enumerate() {
            let op = format!("race-{round}-{number}");
            clients.spawn(book(&nodes[number % 2].secretary, contact, &op, &slot));
        }
        let mut won = 0;
        while let Some(answer) = clients.join_next().await {
            let (status, body) = answer???;
            match status {
                StatusCode::CREATED => won += 1,
                StatusCode::CONFLICT => assert_eq!(body["code"], "slot-taken", "{body}"),
                other => panic!("round {round}: {other} {body}"),
            }
        }
        assert_eq!(won, 1, "round {round}");
        assert_eq!(world.events().await?.len() as i64, round + 1, "round {round}");
    }
    Ok(())
}

/// Says to the process of a node where its database and its calendar are.
const NODE: &str = "GREFFON_TEST_NODE";

/// Not a test of its own: what [`Node`] runs, a whole greffon in a process of its
/// own that a test can stop.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_in_a_process_of_its_own() -> anyhow::Result<()> {
    let Ok(what) = std::env::var(NODE) else { return Ok(()) };
    let what: Value = serde_json::from_str(&what)?;
    let text = |key: &str| what[key].as_str().unwrap_or_default().to_owned();
    let files = [("cabinet", text("cabinet")), ("voisin", text("voisin"))];
    let node = TestHost::timed(&text("database"), &files, Time::Real).await?;
    println!("NODE {}", json!({ "base": node.base, "token": node.token }));
    std::future::pending().await
}

/// A greffon in a process of its own; killed with this value.
struct Node {
    process: Child,
    secretary: Api,
}

impl Node {
    async fn start(world: &World, files: &[(&str, String)]) -> anyhow::Result<Self> {
        let mut what = json!({ "database": world.database.url });
        for (practice, text) in files {
            what[*practice] = json!(text);
        }
        let mut process = Command::new(std::env::current_exe()?)
            .args(["--exact", "two_nodes::a_node_in_a_process_of_its_own", "--nocapture"])
            .env(NODE, what.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut lines = BufReader::new(process.stdout.take().context("stdout is piped")?).lines();
        while let Some(line) = lines.next_line().await? {
            // The harness writes the test's name on the same line.
            let Some((_, said)) = line.split_once("NODE ") else { continue };
            let said: Value = serde_json::from_str(said)?;
            let text = |key: &str| said[key].as_str().unwrap_or_default().to_owned();
            let client = reqwest::Client::builder().no_proxy().build()?;
            return Ok(Self { process, secretary: Api::new(client, text("base"), text("token")) });
        }
        anyhow::bail!("the node did not start")
    }

    /// Sends a signal to the process.
    async fn signal(&self, signal: &str) -> anyhow::Result<()> {
        let id = self.process.id().context("the node runs")?;
        let sent = Command::new("kill").args([signal, &id.to_string()]).status().await?;
        anyhow::ensure!(sent.success(), "kill {signal}");
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_was_stopped_between_look_and_write_writes_nothing_when_it_goes_on() -> anyhow::Result<()> {
    let Some(world) = world().await? else { return Ok(()) };
    let files = [("cabinet", world.practice("cabinet", CALENDAR)), ("voisin", world.practice("voisin", CALENDAR))];
    let here = TestHost::timed(&world.database.url, &files, Time::Real).await?;
    let node = Node::start(&world, &files).await?;
    let mine = here.contact_ready_to_book("cabinet", 1).await?;
    let theirs = here.contact_ready_to_book("voisin", 2).await?;
    let from = here.clock.now().plus_minutes(3 * 24 * 60);
    let slot = here.slots(&mine, from).await?.swap_remove(0);
    let same = here.slots(&theirs, from).await?.swap_remove(0);
    assert_eq!(slot["start"], same["start"]);

    // The node has asked what is there, and stands still before the answer comes.
    let gate = world.proxy.hold(&["REPORT"]);
    let stopped = book(&node.secretary, &mine, "op-1", &slot);
    gate.reached().await;
    node.signal("-STOP").await?;
    gate.open();

    // Another practice takes the time, once the turn is nobody's any more; or, on a busy
    // machine, this node takes the stopped one's booking to its end before that.
    let (status, answer) = book(&here.secretary, &theirs, "op-2", &same).await??;
    assert!(status.is_success() || status == StatusCode::CONFLICT, "{status}: {answer}");
    let won = loop {
        match state(&here.view(&theirs).await?) {
            "confirmed" => break true,
            "refused" => break false,
            "needs-human" => anyhow::bail!("nobody looked after the booking"),
            _ => here.work().await?,
        }
    };
    while !won && state(&here.view(&mine).await?) != "confirmed" {
        here.work().await?;
    }
    assert_eq!(world.proxy.count("PUT"), 1);

    node.signal("-CONT").await?;
    let (status, answer) = stopped.await??;
    assert!(!won || status != StatusCode::CREATED, "{answer}");
    assert_eq!(world.proxy.count("PUT"), 1, "the node has written nothing");
    assert_eq!(world.events().await?.len(), 1);
    Ok(())
}
