//! Simulates whole days of reception with faults at every effect, and says how
//! many a minute.
//!
//! ```text
//! cargo run -p greffon-simulation --example simulate -- --days 10000 --seed 1
//! ```
//!
//! A failing day is printed with its own seed; `--day 0x…` plays that one alone.
//! `--without RULE` takes a rule out and stops at the first day that notices.
//! `--with HARM` adds a kind of harm to the world, `--spare HARM` takes one out of
//! it; `--list` names the rules and the kinds of harm.

use std::process::ExitCode;
use std::time::Instant;

use greffon_simulation::{Faults, Harm, Report, Sabotage, day_seed, simulate, simulate_day};

/// What to simulate.
struct Wanted {
    days: u64,
    seed: u64,
    day: Option<u64>,
    without: Option<Sabotage>,
    faults: Faults,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "--list") {
        println!("rules: {}", Sabotage::ALL.map(Sabotage::rule).join(", "));
        println!("harm: {}", Harm::ALL.map(Harm::name).join(", "));
        return ExitCode::SUCCESS;
    }
    let wanted = match wanted(words.into_iter()) {
        Ok(wanted) => wanted,
        Err(word) => {
            eprintln!(
                "error: expected --days N, --seed N, --day 0xN, --without RULE, --with HARM, --spare HARM or --list, \
                 found \"{word}\""
            );
            return ExitCode::from(2);
        }
    };
    let started = Instant::now();
    let report = match wanted {
        Wanted { day: Some(day), without, faults, .. } => simulate_day(day, faults, without),
        Wanted { days, seed, without: Some(rule), faults, .. } => until_noticed(seed, days, faults, rule),
        Wanted { days, seed, without: None, faults, .. } => simulate(seed, days, faults),
    };
    let minutes = started.elapsed().as_secs_f64() / 60.0;
    println!("{report}");
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let per_minute = report.days as f64 / minutes;
    println!("seed {}, trace {:#018x}, {per_minute:.0} days per minute", wanted.seed, report.trace);
    if report.violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The first day on which a rule that was taken out is missed, or the last day.
fn until_noticed(seed: u64, days: u64, faults: Faults, rule: Sabotage) -> Report {
    let mut report = Report::default();
    for number in 0..days {
        let day = day_seed(seed, number);
        report = simulate_day(day, faults, Some(rule));
        if !report.violations.is_empty() {
            println!("day {number} of seed {seed} notices; alone: --day {day:#018x}, with and without the rule");
            break;
        }
    }
    report
}

fn wanted(mut words: impl Iterator<Item = String>) -> Result<Wanted, String> {
    let mut wanted = Wanted { days: 1000, seed: 1, day: None, without: None, faults: Faults::everywhere() };
    while let Some(word) = words.next() {
        let value = words.next().unwrap_or_default();
        let harm = Harm::named(&value);
        match (word.as_str(), number(&value), Sabotage::of_rule(&value), harm) {
            ("--days", Some(value), ..) => wanted.days = value,
            ("--seed", Some(value), ..) => wanted.seed = value,
            ("--day", Some(value), ..) => wanted.day = Some(value),
            ("--without", _, Some(rule), _) => wanted.without = Some(rule),
            ("--with", .., Some(harm)) => wanted.faults = wanted.faults.with(harm),
            ("--spare", .., Some(harm)) => wanted.faults = wanted.faults.without(harm),
            _ => return Err(format!("{word} {value}")),
        }
    }
    Ok(wanted)
}

/// Decimal, or hexadecimal after `0x`.
fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}
