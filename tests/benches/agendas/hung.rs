//! Bookings at 300 practices while the agenda of another one hangs, beside the same without it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant as Stopwatch};

use anyhow::Context as _;
use greffon::worker::Working;
use greffon_core::ports::clock::Clock as _;
use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::Took;
use crate::calendar::PATH;
use crate::support::host::{TestHost, Time};
use crate::support::practice;

const PRACTICES: usize = 300;
const HUNG: &str = "bloque";

/// Secretaries who book beside each other, and those who search at the practice whose agenda
/// hangs.
const SECRETARIES: usize = 4;
const WAITING: usize = 8;

const BOOKINGS: usize = 150;
const ROUNDS: usize = 4;

pub async fn measure() -> anyhow::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let origin = format!("http://{}", listener.local_addr()?);
    // It takes every connection and never says a word.
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((connection, _)) = listener.accept().await {
            held.push(connection);
        }
    });
    let names: Vec<String> = (0..PRACTICES).map(|number| format!("cabinet-{number}")).collect();
    let mut files: Vec<(&str, String)> = names.iter().map(|id| (id.as_str(), practice::local(id))).collect();
    files.push((HUNG, practice::caldav(HUNG, &origin, PATH, "")));
    let folder = tempfile::tempdir()?;
    let storage = format!("sqlite:{}", folder.path().join("greffon.db").display());
    let test = Arc::new(TestHost::timed(&storage, &files, Time::Real).await?);
    let working = Working::start(&test.host);
    let booked = Arc::new(AtomicUsize::new(0));
    // Every practice's first contact teaches the host what the others know.
    round(&test, &names, &booked, PRACTICES).await?;

    let (mut alone, mut beside) = (Took::default(), Took::default());
    let mut searched = 0;
    for _ in 0..ROUNDS {
        round(&test, &names, &booked, BOOKINGS).await?.into_iter().for_each(|one| alone.add(one));
        let over = Arc::new(AtomicBool::new(false));
        let mut waiting = JoinSet::new();
        for number in 0..WAITING {
            let contact = test.contact_ready_to_book(HUNG, number).await?;
            waiting.spawn(search_on(Arc::clone(&test), contact, Arc::clone(&over)));
        }
        round(&test, &names, &booked, BOOKINGS).await?.into_iter().for_each(|one| beside.add(one));
        over.store(true, Ordering::Relaxed);
        while let Some(answers) = waiting.join_next().await {
            searched += answers??;
        }
    }
    working.stop().await;
    println!("{PRACTICES} practices, {SECRETARIES} secretaries, {} bookings each way", ROUNDS * BOOKINGS);
    println!("{:<28} {:>9} {:>9} {:>9}", "booking, ms", "p50", "p99", "p99 / alone");
    for (what, took) in [("nothing hangs", &alone), ("another agenda hangs", &beside)] {
        println!("{what:<28} {:>9.2} {:>9.2} {:>9.2}", took.at(50), took.at(99), took.at(99) / alone.at(99));
    }
    println!("{searched} searches were answered there meanwhile: incomplete, as they must be\n");
    Ok(())
}

/// So many bookings, each at the next practice.
async fn round(
    test: &Arc<TestHost>,
    names: &[String],
    booked: &Arc<AtomicUsize>,
    bookings: usize,
) -> anyhow::Result<Vec<Duration>> {
    let left = Arc::new(AtomicUsize::new(bookings));
    let mut secretaries = JoinSet::new();
    for _ in 0..SECRETARIES {
        let (test, names, booked, left) = (Arc::clone(test), names.to_vec(), Arc::clone(booked), Arc::clone(&left));
        secretaries.spawn(async move {
            let mut took = Vec::new();
            while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
                let number = booked.fetch_add(1, Ordering::Relaxed);
                took.push(book(&test, &names[number % names.len()], number).await?);
            }
            anyhow::Ok(took)
        });
    }
    let mut took = Vec::new();
    while let Some(of_one) = secretaries.join_next().await {
        took.extend(of_one??);
    }
    Ok(took)
}

async fn book(test: &TestHost, practice: &str, number: usize) -> anyhow::Result<Duration> {
    let contact = test.contact_ready_to_book(practice, number).await?;
    let slot = test.slots(&contact, test.clock.now()).await?.into_iter().next().context("a slot")?;
    let body = json!({ "op_id": format!("banc-{number}"), "slot": slot, "again": true });
    let began = Stopwatch::now();
    let path = format!("/v1/contacts/{contact}/bookings");
    let booked = test.secretary.call(Method::POST, &path, Some(&body)).await?;
    anyhow::ensure!(booked.status == StatusCode::CREATED, "booking: {}", booked.body);
    Ok(began.elapsed())
}

/// Searches again and again where nothing answers; how often it was told so.
async fn search_on(test: Arc<TestHost>, contact: String, over: Arc<AtomicBool>) -> anyhow::Result<usize> {
    let from = test.clock.now();
    let path = format!("/v1/contacts/{contact}/slots?limit=10&from={from}&to={}", from.plus_minutes(7 * 24 * 60));
    let mut answers = 0;
    while !over.load(Ordering::Relaxed) {
        test.secretary.call(Method::GET, &path, None).await?;
        answers += 1;
    }
    Ok(answers)
}
