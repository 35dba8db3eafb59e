//! A calendar on a real server, full of somebody else's appointments.

use anyhow::Context as _;
use greffon_core::time::Instant;
use reqwest::{Client, Method};

use crate::support::host::MONDAY;
use crate::support::peers::{self, Peer};

/// Where it is.
pub const PATH: &str = "/cabinet/martin/";

/// A Radicale whose calendar has so many quarters of an hour taken, from 8 o'clock on `each_day`
/// of them a day, days without a pause; the first is a day before anything is booked.
pub async fn full(entries: i64, each_day: i64) -> anyhow::Result<Option<Peer>> {
    let Some(peer) = peers::radicale().await? else { return Ok(None) };
    let client = client()?;
    for number in 0..entries {
        let start = MONDAY.plus_minutes((number / each_day - 1) * 24 * 60 + number % each_day * 15);
        let name = format!("autre-{number}");
        let answer = client
            .request(Method::PUT, format!("{}{PATH}{name}.ics", peer.origin()))
            .basic_auth("cabinet", Some("secret"))
            .header("content-type", "text/calendar; charset=utf-8")
            .body(event(&name, start))
            .send()
            .await?;
        anyhow::ensure!(answer.status().is_success(), "PUT of {name}: {}", answer.status());
    }
    Ok(Some(peer))
}

/// Somebody who talks to the server without greffon.
pub fn client() -> anyhow::Result<Client> {
    greffon::wire::provide_tls();
    Client::builder().no_proxy().build().context("a client")
}

fn event(name: &str, start: Instant) -> String {
    let compact = |at: Instant| {
        let text = at.to_string();
        let seconds = text.split(['.', 'Z']).next().unwrap_or_default();
        seconds.chars().filter(|one| !matches!(one, '-' | ':')).collect::<String>() + "Z"
    };
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//by hand//FR\r\nBEGIN:VEVENT\r\nUID:{name}\r\n\
         DTSTAMP:20260101T000000Z\r\nDTSTART:{}\r\nDTEND:{}\r\nSUMMARY:Visite\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        compact(start),
        compact(start.plus_minutes(15))
    )
}
