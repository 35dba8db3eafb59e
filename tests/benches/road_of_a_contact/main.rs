//! What the road of a contact costs through the HTTP API (receive, facts, slots,
//! book, close, and the delivery of its two messages), beside the same rows written
//! by bare SQL. `tests/benches/README.md` tells how to read it.
//!
//!     cargo bench -p greffon-tests --bench road_of_a_contact

mod bare;
mod load;
#[path = "../../it/support/mod.rs"]
#[expect(dead_code, reason = "the tests use the rest of it")]
mod support;

use greffon_core::jobs::Jobs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context as _;

use crate::bare::Bare;
use crate::load::{Seen, Walk, turn};
use crate::support::host::{MONDAY, TestHost};
use crate::support::{counting, postgres, practice, road};

/// Clients at once, each with a practice of its own.
const CLIENTS: [usize; 2] = [1, 4];
/// The subjects take turns so often, so that all see the same machine.
const ROUNDS: usize = 9;
/// Contacts of one practice that are counted, after the first.
const COUNTED: u64 = 4;

fn main() -> anyhow::Result<()> {
    // `--short` only counts: that does not depend on what else the machine does.
    let short = std::env::args().any(|argument| argument == "--short");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        counting::begin();
        let folder = tempfile::tempdir()?;
        let file = format!("sqlite:{}", folder.path().join("greffon.db").display());
        measure("SQLite", &file, short).await?;
        match postgres::fresh().await? {
            Some(database) => measure("PostgreSQL", &database.url, short).await,
            None => Ok(()),
        }
    })
}

async fn measure(name: &str, url: &str, short: bool) -> anyhow::Result<()> {
    let practices: Vec<String> = (0..CLIENTS[CLIENTS.len() - 1]).map(|number| format!("cabinet-{number}")).collect();
    let files: Vec<_> = practices.iter().map(|id| (id.as_str(), practice::local(id))).collect();
    let test = Arc::new(TestHost::over(url, &files).await?);
    let walked = Arc::new(AtomicU64::new(0));
    let walks: Vec<Walk> = practices.iter().map(|practice| greffon(&test, practice, &walked)).collect();

    // The first contact of a practice teaches the host what the others know.
    for walk in &walks {
        walk().await?;
    }
    let bare = Bare::of(url, &practices[0]).await.context("the rows of a contact")?;
    let bares: Vec<Walk> = (0..walks.len()).map(|_| bare.walk()).collect();
    println!("{name}: per contact");
    for (subject, walk) in [("greffon", &walks[0]), ("bare SQL", &bares[0])] {
        counting::take();
        for _ in 0..COUNTED {
            walk().await?;
        }
        let counts = counting::take();
        let each = |count: u64| count as f64 / COUNTED as f64;
        println!(
            "  {subject:10} {:6.1} statements {:5.1} transactions",
            each(counts.statements()),
            each(counts.transactions())
        );
    }
    if short {
        return Ok(());
    }
    for clients in CLIENTS {
        let (mut ours, mut theirs) = (Seen::default(), Seen::default());
        for _ in 0..ROUNDS {
            ours.add(turn(&walks[..clients]).await?);
            theirs.add(turn(&bares[..clients]).await?);
        }
        println!("  {clients} client(s)      contacts/s   CPU ms   p50 ms   p99 ms");
        println!("  {:14} {}", "greffon", ours);
        println!("  {:14} {}", "bare SQL", theirs);
        println!(
            "  greffon / bare: {:.1} × contacts/s, {:.1} × CPU",
            theirs.per_second() / ours.per_second(),
            ours.cpu_ms() / theirs.cpu_ms()
        );
    }
    println!();
    Ok(())
}

/// One contact of a practice down the whole road, and what is then in the queue.
fn greffon(test: &Arc<TestHost>, practice: &str, walked: &Arc<AtomicU64>) -> Walk {
    let (test, practice, walked) = (Arc::clone(test), practice.to_owned(), Arc::clone(walked));
    Arc::new(move || {
        let (test, practice) = (Arc::clone(&test), practice.clone());
        let name = format!("road-{}", walked.fetch_add(1, Ordering::Relaxed));
        Box::pin(async move {
            road::walk(&test.secretary, &practice, &name, MONDAY).await?;
            Jobs::new(test.host.reception.clone()).run_due(32).await?;
            Ok(())
        })
    })
}
