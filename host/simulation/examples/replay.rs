//! Records contacts, one story a line, and replays them in another process:
//!
//! ```text
//! cargo run -p greffon-simulation --example replay -- record --contacts 1000 --seed 1 > before.jsonl
//! cargo run -p greffon-simulation --example replay -- play before.jsonl
//! ```
//!
//! The second prints every difference and how many have become lower. It fails when there is
//! one.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::ExitCode;

use greffon_simulation::{Difference, Story, record, replay};

const USAGE: &str = "expected record [--contacts N] [--seed N], or play FILE";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["record", ref options @ ..] => wanted(options).and_then(|(contacts, seed)| write(contacts, seed)),
        ["play", file] => play(file),
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Contacts and seed.
fn wanted(options: &[&str]) -> Result<(usize, u64), String> {
    let (mut contacts, mut seed) = (1000, 1);
    for pair in options.chunks(2) {
        match (pair, pair.get(1).and_then(|value| value.parse::<u64>().ok())) {
            (["--contacts", _], Some(value)) => contacts = usize::try_from(value).map_err(|error| error.to_string())?,
            (["--seed", _], Some(value)) => seed = value,
            _ => return Err(format!("{USAGE}, found \"{}\"", pair.join(" "))),
        }
    }
    Ok((contacts, seed))
}

fn write(contacts: usize, seed: u64) -> Result<bool, String> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for story in record(seed, contacts) {
        let line = serde_json::to_string(&story).map_err(|error| error.to_string())?;
        writeln!(out, "{line}").map_err(|error| error.to_string())?;
    }
    out.flush().map(|()| true).map_err(|error| error.to_string())
}

/// Whether everything is seen again as it was recorded.
fn play(file: &str) -> Result<bool, String> {
    let opened = std::fs::File::open(file).map_err(|error| format!("cannot read {file}: {error}"))?;
    let (mut contacts, mut steps, mut differences) = (0, 0, Vec::new());
    for (number, line) in (1..).zip(BufReader::new(opened).lines()) {
        let line = line.map_err(|error| format!("cannot read {file}: {error}"))?;
        let story: Story = serde_json::from_str(&line).map_err(|error| format!("{file}:{number}: {error}"))?;
        contacts += story.contacts();
        steps += story.steps.len();
        differences.extend(replay(&story));
    }
    differences.iter().for_each(|difference| println!("{difference}"));
    let lower = differences.iter().filter(|one| Difference::is_lower(one)).count();
    println!("contacts {contacts}, steps {steps}, different {}, lower {lower}", differences.len());
    Ok(differences.is_empty())
}
