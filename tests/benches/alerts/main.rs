//! How soon a vital alert reaches its channel while the channels and agendas of 200
//! other practices hang, beside the same without them. Real workers, lanes and
//! database; channels and agendas that only hang or take a message.
//! `tests/benches/README.md` tells how to read it.
//!
//!     cargo bench -p greffon-tests --bench alerts

mod office;

use std::time::Duration;

use crate::office::{Hang, Office};

/// Practices whose channels and agendas hang.
const HUNG: usize = 200;

/// Alerts of one turn, and the pause between two.
const ALERTS: usize = 200;
const PAUSE: Duration = Duration::from_millis(20);

/// The cases take turns so often, so that all see the same machine.
const ROUNDS: usize = 3;

fn main() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let cases = [
        ("nothing hangs", Hang::Nothing),
        ("200 channels hang", Hang::Channels),
        ("200 agendas hang", Hang::Agendas),
        ("both hang", Hang::Both),
    ];
    let mut waits = vec![Vec::new(); cases.len()];
    for _ in 0..ROUNDS {
        for (case, waits) in cases.iter().zip(&mut waits) {
            waits.extend(runtime.block_on(turn(case.1))?);
        }
    }
    println!("{:<20} {:>9} {:>9} {:>9}", "from commit to send", "p50 ms", "p99 ms", "p99 / alone");
    let mut alone = None;
    for ((name, _), waits) in cases.iter().zip(&mut waits) {
        waits.sort_unstable();
        let at = |percent: usize| waits[(waits.len() - 1) * percent / 100].as_secs_f64() * 1000.0;
        let (p50, p99) = (at(50), at(99));
        let alone = *alone.get_or_insert(p99);
        println!("{name:<20} {p50:>9.2} {p99:>9.2} {:>9.2}", p99 / alone);
    }
    Ok(())
}

/// One process over one database, until all alerts have left.
async fn turn(hang: Hang) -> anyhow::Result<Vec<Duration>> {
    let office = Office::open(HUNG, hang).await?;
    let mut waits = Vec::with_capacity(ALERTS);
    for number in 0..ALERTS {
        waits.push(office.alert(number).await?);
        tokio::time::sleep(PAUSE).await;
    }
    office.close().await;
    Ok(waits)
}
