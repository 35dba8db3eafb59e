//! What spinning guests do to the others' calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use anyhow::bail;
use greffon_core::ports::plugins::Bound;
use greffon_runtime::Runtime as Host;
use tokio::runtime::Runtime;

use crate::case::{Case, bind, encounter};
use crate::load::{Seen, closed_loop};

/// Spinning calls at once: more than there are threads for guests.
const SPINNING: usize = 4;
const TURN: Duration = Duration::from_secs(2);

/// Prints the times of two callers, alone and beside spinning guests.
pub fn print(server: &Runtime, host: &Arc<Host>, case: &Case) -> anyhow::Result<()> {
    let call = &case.subjects[0].1;
    let alone = server.block_on(closed_loop(2, TURN, call));
    let over = Arc::new(AtomicBool::new(false));
    let practices = Arc::new(AtomicU32::new(0));
    let beside: Seen = server.block_on(async {
        let spinning: Vec<_> = (0..SPINNING)
            .map(|_| {
                let (host, over, practices) = (Arc::clone(host), Arc::clone(&over), Arc::clone(&practices));
                tokio::spawn(async move {
                    while !over.load(Ordering::Relaxed) {
                        // Each is another practice's: with a breaker that is
                        // closed, and a feature that nobody knows yet.
                        let practice = format!("noisy-{}", practices.fetch_add(1, Ordering::Relaxed));
                        let bound = {
                            let host = Arc::clone(&host);
                            tokio::task::spawn_blocking(move || {
                                bind(&host, &practice, "guest-spin", &serde_json::Value::Null)
                            })
                        };
                        let Bound::Triage(bound) = bound.await?? else { bail!("no triage") };
                        for _ in 0..5 {
                            let answer = bound.next(&encounter()).await;
                            anyhow::ensure!(answer.is_err(), "it ended: {answer:?}");
                        }
                    }
                    anyhow::Ok(())
                })
            })
            .collect();
        let seen = closed_loop(2, TURN, call).await;
        over.store(true, Ordering::Relaxed);
        for one in spinning {
            one.await??;
        }
        anyhow::Ok(seen)
    })?;
    println!("Two callers of {}, beside {SPINNING} spinning calls at once", case.name);
    for (name, seen) in [("alone", &alone), ("beside them", &beside)] {
        let (p50, p99) = (seen.percentile(50), seen.percentile(99));
        println!("  {name:12} p50 {p50:8.1}  p99 {p99:8.1}  {:8.0} calls/s", seen.per_second());
    }
    println!("  p99 beside / alone = {:.1}", beside.percentile(99) / alone.percentile(99));
    Ok(())
}
