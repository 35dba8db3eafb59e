//! Plays sequences in which everybody is hostile, and says how many a second.
//!
//! ```text
//! cargo run --release -p greffon-simulation --example adversary -- --sequences 1000000 --seed 1
//! ```
//!
//! A sequence in which a rule is broken is printed with its own seed; `--sequence 0x…`
//! plays that one alone. `--without RULE` takes a rule out and stops at the first sequence
//! that notices. `--json` prints one object; how far it is goes to stderr.

use std::process::ExitCode;
use std::time::Instant;

use greffon_simulation::{Attack, Sabotage, attack, play, sequence_seed};

/// What to play.
struct Wanted {
    sequences: u64,
    seed: u64,
    sequence: Option<u64>,
    without: Option<Sabotage>,
    json: bool,
}

/// So many breaches are printed.
const MOST_PRINTED: usize = 100;

fn main() -> ExitCode {
    let wanted = match wanted(std::env::args().skip(1)) {
        Ok(wanted) => wanted,
        Err(word) => {
            eprintln!(
                "error: expected --sequences N, --seed N, --sequence 0xN, --without RULE or --json, found \"{word}\""
            );
            return ExitCode::from(2);
        }
    };
    let started = Instant::now();
    let mut attack = match wanted {
        Wanted { sequence: Some(sequence), without, .. } => play(sequence, without),
        Wanted { sequences, seed, without: Some(rule), .. } => until_noticed(seed, sequences, rule),
        Wanted { sequences, seed, .. } => attack(seed, sequences, |over| eprintln!("{over} of {sequences}")),
    };
    let seconds = started.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let per_second = attack.sequences as f64 / seconds;
    let broken = attack.breaches.len();
    attack.breaches.truncate(MOST_PRINTED);
    if wanted.json {
        let breaches: Vec<String> = attack.breaches.iter().map(ToString::to_string).collect();
        let report = serde_json::json!({
            "seed": wanted.seed, "sequences": attack.sequences, "counts": attack.counts, "breached": broken,
            "breaches": breaches, "trace": format!("{:#018x}", attack.trace), "per-second": per_second.round(),
        });
        println!("{report}");
    } else {
        if wanted.sequence.is_some() {
            attack.breaches.iter().flat_map(|breach| &breach.deeds).for_each(|deed| println!("{deed}"));
        }
        println!("{attack}\nsequences with a breach {broken}");
        println!("seed {}, trace {:#018x}, {per_second:.0} sequences per second", wanted.seed, attack.trace);
    }
    if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The first sequence in which a rule that was taken out is missed, or the last one.
fn until_noticed(seed: u64, sequences: u64, rule: Sabotage) -> Attack {
    let mut last = Attack::default();
    for number in 0..sequences {
        last = play(sequence_seed(seed, number), Some(rule));
        if !last.breaches.is_empty() {
            println!("sequence {number} of seed {seed} notices");
            break;
        }
    }
    last
}

fn wanted(mut words: impl Iterator<Item = String>) -> Result<Wanted, String> {
    let mut wanted = Wanted { sequences: 10_000, seed: 1, sequence: None, without: None, json: false };
    while let Some(word) = words.next() {
        if word == "--json" {
            wanted.json = true;
            continue;
        }
        let value = words.next().unwrap_or_default();
        match (word.as_str(), number(&value), Sabotage::of_rule(&value)) {
            ("--sequences", Some(value), _) => wanted.sequences = value,
            ("--seed", Some(value), _) => wanted.seed = value,
            ("--sequence", Some(value), _) => wanted.sequence = Some(value),
            ("--without", _, Some(rule)) => wanted.without = Some(rule),
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
