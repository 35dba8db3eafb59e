//! What `prepare` costs, and how soon it is paid back.

use std::sync::Arc;

use greffon_runtime::Runtime as Host;
use greffon_runtime::bindings::practice::{Finding, Prepared};
use tokio::runtime::Runtime;

use crate::case::{Case, bind, said};
use crate::load::{Call, alone};
use crate::table::bytes;

/// Prints what it costs for a small and for a large grid.
pub fn print(server: &Runtime, host: &Host, small: &Case, large: &Case) -> anyhow::Result<()> {
    println!("What `prepare` costs");
    for case in [small, large] {
        let function = case.bare.function("prepare").map_err(said)?;
        let json: Arc<str> = case.settings.to_string().into();
        let bare = case.bare.clone();
        let once: Call = Arc::new(move || {
            let (bare, json) = (bare.clone(), Arc::clone(&json));
            Box::pin(async move {
                let made: Result<Prepared, Vec<Finding>> = bare.call(&function, (&*json,)).await.expect("no trap");
                assert!(made.is_ok());
            })
        });
        let (once, call, before) = server.block_on(async {
            (alone(&once).await, alone(&case.subjects[1].1).await, alone(&case.subjects[2].1).await)
        });
        let began = std::time::Instant::now();
        let mut changed = case.settings.clone();
        changed["max-questions"] = 13.into();
        let bound = bind(host, "bench", "triage-grid", &changed)?;
        let bound_us = began.elapsed().as_secs_f64() * 1e6;
        drop(bound);
        println!(
            "  {}: {once:.0} µs, run twice when a file changes ({bound_us:.0} µs for the whole binding, analysis included); \
             {} kept; a call saves {:.0} µs, so that {:.0} calls pay it back",
            case.name,
            bytes(case.prepared),
            before - call,
            2.0 * once / (before - call),
        );
    }
    println!();
    Ok(())
}
