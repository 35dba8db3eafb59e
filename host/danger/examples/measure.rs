//! Measures what is heard of a corpus: `cargo run --example measure -- FOLDER [--misses]`.
//! With `GREFFON_DANGER_FOLD=K` the build left every fifth sentence out of training, and
//! only these are measured.

use std::collections::BTreeMap;
use std::{env, fs};

use greffon_danger::{MODEL, hear};

fn main() {
    let folder = env::args().nth(1).expect("a folder of sentences");
    let shows_misses = env::args().any(|argument| argument == "--misses");
    let fold: Option<usize> = env::var("GREFFON_DANGER_FOLD").ok().and_then(|fold| fold.parse().ok());
    let mut files: Vec<_> =
        fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let mut number = 0;
    let mut counts: BTreeMap<String, [u32; 6]> = BTreeMap::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|kind| kind == "tsv")) {
        for line in fs::read_to_string(file).expect("text").lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            let [kind, wanted, _, _, text] = fields[..] else { panic!("{line}") };
            number += 1;
            if fold.is_some_and(|fold| (number - 1) % 5 != fold) {
                continue;
            }
            let heard = hear(text);
            let found = wanted == "-" || heard.iter().any(|one| wanted.split(',').any(|sign| sign == one.sign));
            let sure = heard.iter().any(|one| one.sure);
            let by_rule = heard
                .iter()
                .any(|one| one.rule != MODEL && (wanted == "-" || wanted.split(',').any(|sign| sign == one.sign)));
            let questions = u32::try_from(heard.len()).expect("few");
            let main = wanted.split(',').next().unwrap_or("-");
            for key in [format!("{kind} {}", if wanted == "-" { "-" } else { "all" }), format!("  {kind} {main}")] {
                let count = counts.entry(key).or_default();
                count[0] += 1;
                count[1] += u32::from(found);
                count[2] += u32::from(!heard.is_empty());
                count[3] += u32::from(by_rule);
                count[4] += u32::from(sure);
                count[5] += questions;
            }
            let wrong = if wanted == "-" { !heard.is_empty() } else { !found };
            if shows_misses && wrong {
                let all: Vec<String> = heard
                    .iter()
                    .map(|one| {
                        format!(
                            "{}:{}[{}]{}",
                            one.sign,
                            one.rule,
                            &text[one.span.clone()],
                            if one.sure { "!" } else { "" }
                        )
                    })
                    .collect();
                println!("{kind}\t{wanted}\t{text}\n\t\t{}", all.join("  "));
            }
        }
    }
    println!("{:32} {:>6} {:>7} {:>7} {:>7} {:>7} {:>9}", "", "all", "found", "any", "rules", "sure", "questions");
    for (key, [all, found, any, rules, sure, questions]) in counts {
        let share = |part: u32| 100.0 * f64::from(part) / f64::from(all);
        println!(
            "{key:32} {all:>6} {:>6.1}% {:>6.1}% {:>6.1}% {:>6.1}% {:>9.2}",
            share(found),
            share(any),
            share(rules),
            share(sure),
            f64::from(questions) / f64::from(all)
        );
    }
}
