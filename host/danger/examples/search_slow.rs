//! A seeded search for texts of 64 KiB that cost more than they may, with the fuzz target's
//! oracle and without a fuzzer:
//! `cargo run --release -p greffon-danger --example search_slow -- --seconds 60 --seed 1`.

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{env, fs};

#[path = "../fuzz/oracle.rs"]
mod oracle;

/// So many of the dearest are kept and changed further.
const KEPT: usize = 24;

/// A seed of more bytes is not repeated often enough to be dear.
const LONGEST_SEED: usize = 600;

/// A loaded machine makes the dearest ones dearer: before one is told, it is measured again
/// until so many times in a row bring nothing better.
const AGAIN: usize = 5;

/// What the words of rules and corpora have not.
const HOSTILE: &str = "39,5 40 0,40 1+ 10/10 / % ° < > = + SpO2 86 TA 9/5 mmol g 3yo 6 sem 34+2 vingt quatre cent et un \
    hundred and a half out of 10 06 12 34 56 78 +33 6 39 98 0 9. 1,1,1, . ! ? ; \n , ' ’ … mais but ne pas plus \
    jamais sans no not never \u{200b} \u{301} e\u{301} é œ ﷺ ㍿ 한국 ж с ا 孩 😀 𝐚 ａ ﬁ ½ ② ß İ ſ aaa ququ yayaya x a \
    issement iquement ational fulness s e im cant";

fn main() -> ExitCode {
    let argument = |name: &str| env::args().skip_while(|one| one != name).nth(1).and_then(|value| value.parse().ok());
    let until = Instant::now() + Duration::from_secs(argument("--seconds").unwrap_or(60));
    let mut chance = Chance(argument("--seed").unwrap_or(1).max(1));
    let words = words();
    let mut kept: Vec<(Duration, Vec<u8>, String)> = Vec::new();
    let mut heard = 0_u64;
    while Instant::now() < until {
        let parent = if chance.below(4) == 0 { None } else { kept.get(chance.below(KEPT)) };
        let mut seed = parent.map_or_else(|| vec![chance.byte()], |(_, seed, _)| seed.clone());
        for _ in 0..=chance.below(4) {
            mutate(&mut seed, &words, &mut chance);
        }
        let enough = if kept.len() < KEPT { Duration::ZERO } else { kept[KEPT - 1].0 };
        for text in oracle::in_each_language(&oracle::grown(&seed)) {
            heard += 1;
            oracle::check(&text);
            let cost = oracle::cost(&text, enough);
            if cost > enough {
                kept.retain(|(_, other, _)| *other != seed);
                kept.push((cost, seed.clone(), text));
                kept.sort_by_key(|(cost, ..)| std::cmp::Reverse(*cost));
                kept.truncate(KEPT);
            }
        }
    }
    for (cost, _, text) in &mut kept {
        let mut in_vain = 0;
        while in_vain < AGAIN {
            let again = oracle::cost(text, Duration::ZERO);
            in_vain = if again < *cost { 0 } else { in_vain + 1 };
            *cost = again.min(*cost);
        }
    }
    kept.sort_by_key(|(cost, ..)| std::cmp::Reverse(*cost));
    println!("{heard} texts heard; the dearest:");
    for (cost, seed, text) in kept.iter().take(5) {
        let start = String::from_utf8_lossy(&seed[1..]);
        println!("{:6.2} ms, {} bytes, way {}: {start:.100?}", cost.as_secs_f64() * 1e3, text.len(), seed[0] % 7);
    }
    match (kept.first(), oracle::budget()) {
        (Some((dearest, _, text)), Some(budget)) if *dearest > budget => {
            let file = env::temp_dir().join("dearest.txt");
            fs::write(&file, text).expect("written");
            println!("more than {budget:?}: {}", file.display());
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}

/// The words of the rules, of sentences, and hostile ones.
fn words() -> Vec<String> {
    let mut words: Vec<String> = HOSTILE.split(' ').map(str::to_owned).collect();
    for folder in ["rules/fr", "rules/en", "corpus/short"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for entry in fs::read_dir(folder).expect("a folder") {
            let text = fs::read_to_string(entry.expect("an entry").path()).expect("text");
            words.extend(text.split(|sign: char| !sign.is_alphanumeric()).map(str::to_owned));
        }
    }
    words.sort_unstable();
    words.dedup();
    words
}

/// Changes a seed: another way to grow, a word more, a piece less, twice or elsewhere,
/// another byte.
fn mutate(seed: &mut Vec<u8>, words: &[String], chance: &mut Chance) {
    let at = 1 + chance.below(seed.len());
    let end = (at + 1 + chance.below(12)).min(seed.len());
    match chance.below(8) {
        0 => seed[0] = chance.byte(),
        1 if at < end => drop(seed.drain(at..end)),
        2 if at < end => seed.extend_from_within(at..end),
        3 if at < seed.len() => seed[at] = b'a' + chance.byte() % 26,
        4 => seed.insert(at, chance.byte()),
        _ => {
            let space = if chance.below(4) == 0 { "" } else { " " };
            let word = format!("{}{space}", words[chance.below(words.len())]);
            seed.splice(at..at, word.bytes());
        }
    }
    seed.truncate(LONGEST_SEED);
}

/// The same chances for the same seed (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or(0) % bound
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).unwrap_or(0)
    }
}
