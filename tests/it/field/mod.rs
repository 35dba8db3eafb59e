//! What happens to agendas in the field: every fault at every step, practitioners who write at
//! the same moment, and a whole day of theirs. Agendas are on real servers, and what they hold
//! is read back by another client.

mod day;
mod desk;
mod framing;
mod lane;
mod matrix;
mod office;
mod races;
mod wire;

use self::day::Day;
use self::lane::Lane;
use self::matrix::Agendas;
use crate::support::peers::{self, Peer};

/// Of how many cases a matrix is drawn in the short form.
const DRAWN: usize = 150;
const DRAWN_OF_A_LOCAL_AGENDA: usize = 60;

/// Where each test begins, unless `GREFFON_TEST_SEED` says otherwise.
const SEED: u64 = 2;

fn seed() -> u64 {
    std::env::var("GREFFON_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(SEED)
}

fn drawn(few: usize) -> Option<usize> {
    (!greffon_tests::full()).then_some(few)
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_at_any_step_on_radicale_ends_truthfully() -> anyhow::Result<()> {
    let Some(radicale) = peers::radicale().await? else { return Ok(()) };
    let server = Some((&radicale, "/cabinet/"));
    Agendas { name: "radicale", server, drawn: drawn(DRAWN) }.run(seed()).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_at_any_step_on_xandikos_ends_truthfully() -> anyhow::Result<()> {
    let Some(xandikos) = peers::xandikos().await? else { return Ok(()) };
    let server = Some((&xandikos, "/cabinet/calendars/"));
    Agendas { name: "xandikos", server, drawn: drawn(DRAWN) }.run(seed()).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_at_any_step_on_cyrus_ends_truthfully() -> anyhow::Result<()> {
    let Some(cyrus) = peers::cyrus().await? else { return Ok(()) };
    let server = Some((&cyrus, "/dav/calendars/user/cabinet/"));
    Agendas { name: "cyrus", server, drawn: drawn(DRAWN) }.run(seed()).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_at_any_step_in_a_local_agenda_ends_truthfully() -> anyhow::Result<()> {
    Agendas { name: "agenda-local", server: None, drawn: drawn(DRAWN_OF_A_LOCAL_AGENDA) }.run(seed()).await?;
    Ok(())
}

/// Rounds of a race, and changes of a day.
const ROUNDS: usize = 5;
const ROUNDS_IN_FULL: usize = 50;
const CHANGES: usize = 60;
const CHANGES_IN_FULL: usize = 500;

fn in_full(few: usize, all: usize) -> usize {
    if greffon_tests::full() { all } else { few }
}

async fn races(name: &str, server: &Peer, folder: &str) -> anyhow::Result<()> {
    let calendar = format!("{folder}races/");
    let Some(mut lane) = Lane::open(Some((server.port, &calendar)), None).await? else { return Ok(()) };
    races::run(name, &mut lane, in_full(ROUNDS, ROUNDS_IN_FULL), seed()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_writes_at_the_same_moment_on_radicale_is_found() -> anyhow::Result<()> {
    let Some(radicale) = peers::radicale().await? else { return Ok(()) };
    races("radicale", &radicale, "/cabinet/").await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_writes_at_the_same_moment_on_xandikos_is_found() -> anyhow::Result<()> {
    let Some(xandikos) = peers::xandikos().await? else { return Ok(()) };
    races("xandikos", &xandikos, "/cabinet/calendars/").await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_writes_at_the_same_moment_on_cyrus_is_found() -> anyhow::Result<()> {
    let Some(cyrus) = peers::cyrus().await? else { return Ok(()) };
    races("cyrus", &cyrus, "/dav/calendars/user/cabinet/").await
}

async fn day(name: &str, server: &Peer, folder: &str) -> anyhow::Result<()> {
    let calendar = format!("{folder}day/");
    let Some(mut lane) = Lane::open(Some((server.port, &calendar)), None).await? else { return Ok(()) };
    Day::begin(&mut lane, seed())?.run(name, in_full(CHANGES, CHANGES_IN_FULL), seed()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_practitioners_day_on_radicale_is_followed() -> anyhow::Result<()> {
    let Some(radicale) = peers::radicale().await? else { return Ok(()) };
    day("radicale", &radicale, "/cabinet/").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_practitioners_day_on_xandikos_is_followed() -> anyhow::Result<()> {
    let Some(xandikos) = peers::xandikos().await? else { return Ok(()) };
    day("xandikos", &xandikos, "/cabinet/calendars/").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_practitioners_day_on_cyrus_is_followed() -> anyhow::Result<()> {
    let Some(cyrus) = peers::cyrus().await? else { return Ok(()) };
    day("cyrus", &cyrus, "/dav/calendars/user/cabinet/").await
}
