//! A search from the mirror, a search in the agenda, and a booking, beside the same requests to
//! the same server without greffon.

use std::time::Instant as Stopwatch;

use anyhow::Context as _;
use greffon_core::jobs::Jobs;
use reqwest::{Client, Method, StatusCode};
use serde_json::json;

use crate::Took;
use crate::calendar::{self, PATH};
use crate::front::{Asked, Front, replay};
use crate::support::host::{MONDAY, TestHost};
use crate::support::practice;

/// Entries of the calendar: a month of a full agenda.
const ENTRIES: i64 = 600;
const EACH_DAY: i64 = 20;

const SEARCHES: usize = 200;
const BOOKINGS: usize = 60;

/// The practice that reads its mirror, and the one that always asks.
const MIRROR: &str = "miroir";
const DIRECT: &str = "direct";

pub async fn measure() -> anyhow::Result<()> {
    let Some(server) = calendar::full(ENTRIES, EACH_DAY).await? else { return Ok(()) };
    let front = Front::before(server.origin(), false).await?;
    let test = TestHost::sqlite(&[
        (MIRROR, practice::caldav(MIRROR, &server.origin(), PATH, "")),
        (DIRECT, practice::caldav(DIRECT, &front.origin, PATH, "[search]\nagenda-fresh-s = 0\n")),
    ])
    .await?;
    Jobs::new(test.host.reception.clone()).enqueue_agenda_watches().await?;
    test.work().await?;
    let (mirror, direct) = (test.contact_ready_to_book(MIRROR, 0).await?, test.contact_ready_to_book(DIRECT, 0).await?);
    // The first of each teaches the host what the others know.
    test.slots(&mirror, MONDAY).await?;
    test.slots(&direct, MONDAY).await?;
    front.take_seen();
    test.slots(&direct, MONDAY).await?;
    let search = front.take_seen();
    let client = calendar::client()?;

    let (mut from_mirror, mut from_agenda, mut bare) = (Took::default(), Took::default(), Took::default());
    for _ in 0..SEARCHES {
        let began = Stopwatch::now();
        test.slots(&mirror, MONDAY).await?;
        from_mirror.add(began.elapsed());
        let began = Stopwatch::now();
        test.slots(&direct, MONDAY).await?;
        from_agenda.add(began.elapsed());
        let began = Stopwatch::now();
        all(&client, &server.origin(), &search).await?;
        bare.add(began.elapsed());
    }
    println!("a calendar of {ENTRIES} entries on Radicale; a search asks it for {}", told(&search));
    println!("{:<28} {:>9} {:>9} {:>9}", "ms", "p50", "p99", "p50 / bare");
    line("search, from the mirror", &from_mirror, &bare);
    line("search, in the agenda", &from_agenda, &bare);
    line("its requests, bare", &bare, &bare);
    book(&test, &front, &client, &server.origin()).await
}

async fn book(test: &TestHost, front: &Front, client: &Client, server: &str) -> anyhow::Result<()> {
    let (mut ours, mut bare) = (Took::default(), Took::default());
    let mut asked = Vec::new();
    for number in 0..=BOOKINGS {
        let contact = test.contact_ready_to_book(DIRECT, number).await?;
        let slot = test.slots(&contact, MONDAY).await?.into_iter().next().context("a slot")?;
        let body = json!({ "op_id": format!("banc-{number}"), "slot": slot, "again": true });
        front.take_seen();
        let began = Stopwatch::now();
        let path = format!("/v1/contacts/{contact}/bookings");
        let booked = test.secretary.call(Method::POST, &path, Some(&body)).await?;
        let took = began.elapsed();
        anyhow::ensure!(booked.status == StatusCode::CREATED, "booking: {}", booked.body);
        asked = front.take_seen();
        let named: Vec<Asked> = asked.iter().map(|one| renamed(one, &asked, number)).collect();
        let began = Stopwatch::now();
        all(client, server, &named).await?;
        // The first teaches the host what the others know.
        if number > 0 {
            ours.add(took);
            bare.add(began.elapsed());
        }
    }
    println!("a booking asks it for {}", told(&asked));
    line("booking", &ours, &bare);
    line("its requests, bare", &bare, &bare);
    println!();
    Ok(())
}

/// The same request about an entry of another name, so that it is not there yet.
fn renamed(one: &Asked, all: &[Asked], number: usize) -> Asked {
    let Some(put) = all.iter().find(|asked| asked.method == Method::PUT) else { return one.clone() };
    let written = String::from_utf8_lossy(&put.body);
    let file = put.path.strip_suffix(".ics").and_then(|path| path.rsplit('/').next());
    let uid = written.lines().find_map(|line| line.strip_prefix("UID:"));
    let (mut path, mut body) = (one.path.clone(), String::from_utf8_lossy(&one.body).into_owned());
    for name in [file, uid].into_iter().flatten() {
        let other = format!("nu-{number}");
        path = path.replace(name, &other);
        body = body.replace(name, &other);
    }
    Asked { path, body: body.into(), ..one.clone() }
}

async fn all(client: &Client, server: &str, asked: &[Asked]) -> anyhow::Result<()> {
    for one in asked {
        replay(client, server, one).await?;
    }
    Ok(())
}

fn told(asked: &[Asked]) -> String {
    asked.iter().map(|one| one.method.as_str()).collect::<Vec<_>>().join(", ")
}

fn line(what: &str, took: &Took, bare: &Took) {
    let (p50, p99) = (took.at(50), took.at(99));
    println!("{what:<28} {p50:>9.2} {p99:>9.2} {:>9.2}", p50 / bare.at(50));
}
