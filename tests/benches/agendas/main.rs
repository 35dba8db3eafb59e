//! What agendas on CalDAV servers cost: a search and a booking beside the same requests done
//! bare, bookings while another practice's agenda hangs, and the mirrors of 300 practices.
//! `tests/benches/README.md` tells how to read it.
//!
//!     cargo bench -p greffon-tests --bench agendas [-- roads | hung | mirrors]

mod calendar;
mod front;
mod hung;
mod mirrors;
mod roads;
#[path = "../../it/support/mod.rs"]
#[expect(dead_code, reason = "the tests use the rest of it")]
mod support;

use std::time::Duration;

fn main() -> anyhow::Result<()> {
    let part = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let wanted = |name: &str| part.as_deref().is_none_or(|part| part == name);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        if wanted("roads") {
            roads::measure().await?;
        }
        if wanted("hung") {
            hung::measure().await?;
        }
        if wanted("mirrors") {
            mirrors::measure().await?;
        }
        Ok(())
    })
}

/// How long each of some things took.
#[derive(Default)]
struct Took(Vec<Duration>);

impl Took {
    fn add(&mut self, one: Duration) {
        let place = self.0.partition_point(|known| *known < one);
        self.0.insert(place, one);
    }

    /// In milliseconds.
    fn at(&self, percent: usize) -> f64 {
        let last = self.0.len().saturating_sub(1);
        self.0.get(last * percent / 100).map_or(0.0, Duration::as_secs_f64) * 1e3
    }
}
