//! Prints what every scenario comes to, or how the protocol breaks without a defence.
//!
//! ```text
//! cargo run -p greffon-model-check --example check                    the scenarios that are checked with every change
//! cargo run -p greffon-model-check --example check -- large           those that are checked before a release
//! cargo run -p greffon-model-check --example check -- WindowCloses    how it breaks without this defence
//! ```

use std::process::ExitCode;

use greffon_model_check::{Defence, LARGE, Protocol, SMALL, against, check};

const MOST: usize = 100_000_000;

fn main() -> ExitCode {
    let wanted = std::env::args().nth(1);
    match wanted.as_deref() {
        None => show(&SMALL),
        Some("large") => show(&LARGE),
        Some(name) => match Defence::ALL.into_iter().find(|defence| format!("{defence:?}") == name) {
            Some(defence) => show(&[against(defence)]),
            None => {
                eprintln!("error: no defence \"{name}\"\n\nhint: {:?}", Defence::ALL);
                return ExitCode::from(2);
            }
        },
    }
    ExitCode::SUCCESS
}

fn show(scenarios: &[Protocol]) {
    for scenario in scenarios {
        println!("{}", check(*scenario, MOST));
    }
}
