//! What an isolated call of a pure plugin costs through greffon-runtime, beside
//! bare wasmtime. `tests/benches/README.md` tells how to read it.
//!
//!     cargo bench -p greffon-tests --bench isolated_call

mod bare;
mod case;
mod load;
mod neighbours;
mod parts;
mod prepare;
mod table;

use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use tokio::runtime::Builder;

use crate::case::Case;
use crate::load::{Seen, closed_loop};
use crate::table::{ratio, row};

/// Callers at once.
const LOADS: [usize; 4] = [1, 2, 16, 64];
/// The subjects take turns so often, so that all see the same machine.
const ROUNDS: usize = 7;
/// How long a turn is.
const TURN: Duration = Duration::from_millis(250);

fn main() -> anyhow::Result<()> {
    let threads = thread::available_parallelism().map_or(2, std::num::NonZero::get).max(2);
    let server = Builder::new_multi_thread().worker_threads(threads).enable_all().build()?;
    println!("{threads} threads for the server, as many for guests; times in µs\n");

    let host = case::host()?;
    let before = bare::Before::build()?;
    let cases =
        [Case::triage_small(&host, &before)?, Case::triage_large(&host, &before)?, Case::script(&host, &before)?];
    for case in &cases {
        println!(
            "{}, {} of settings as JSON, {} prepared",
            case.name,
            table::bytes(case.json),
            table::bytes(case.prepared)
        );
        println!("{}", table::head());
        let seen: Vec<Vec<Seen>> = LOADS.iter().map(|load| server.block_on(turns(case, *load))).collect();
        for (index, (name, _)) in case.subjects.iter().enumerate() {
            println!("{}", row(name, &seen.iter().map(|load| &load[index]).collect::<Vec<_>>()));
        }
        for (index, (name, _)) in case.subjects.iter().enumerate().skip(1) {
            let pairs: Vec<_> = seen.iter().map(|load| (&load[0], &load[index])).collect();
            println!("{}", ratio(&format!("greffon / {name}"), &pairs));
        }
        println!();
    }
    let [small, large, _] = &cases;
    parts::print(&server, small)?;
    parts::print(&server, large)?;
    prepare::print(&server, &host, small, large)?;
    neighbours::print(&server, &host, small).context("beside spinning guests")
}

/// The subjects of a case in turn, under one load.
async fn turns(case: &Case, callers: usize) -> Vec<Seen> {
    let mut seen: Vec<Seen> = case.subjects.iter().map(|_| Seen::default()).collect();
    for round in 0..=ROUNDS {
        for (seen, (_, call)) in seen.iter_mut().zip(&case.subjects) {
            let turn = closed_loop(callers, TURN, call).await;
            // The first one warms up.
            if round > 0 {
                seen.add(turn);
            }
        }
    }
    seen
}
