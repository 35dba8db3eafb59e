//! Simulates whole days of reception with faults at every effect, and says how
//! many a minute.
//!
//! `cargo run -p greffon-core --features fakes --example simulate -- --days 10000 --seed 1`
//!
//! A failing day is printed with its own seed; `--day 0x…` plays that one alone.

use std::process::ExitCode;
use std::time::Instant;

use greffon_core::fakes::simulation::{Faults, simulate, simulate_day};

fn main() -> ExitCode {
    let (mut days, mut seed, mut day) = (1000, 1, None);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().as_deref().and_then(number);
        match (word.as_str(), value) {
            ("--days", Some(value)) => days = value,
            ("--seed", Some(value)) => seed = value,
            ("--day", Some(value)) => day = Some(value),
            _ => {
                eprintln!("error: expected --days N, --seed N or --day 0xN, found \"{word}\"");
                return ExitCode::from(2);
            }
        }
    }
    let started = Instant::now();
    let report = match day {
        Some(day) => simulate_day(day, Faults::everywhere(), None),
        None => simulate(seed, days, Faults::everywhere()),
    };
    let minutes = started.elapsed().as_secs_f64() / 60.0;
    println!("{report}");
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let per_minute = report.days as f64 / minutes;
    println!("seed {seed}, trace {:#018x}, {per_minute:.0} days per minute", report.trace);
    if report.violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Decimal, or hexadecimal after `0x`.
fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}
