//! What listening costs: each sentence of the corpora, and texts of the longest kind.
//! `cargo bench -p greffon-danger`; prints, and never fails on a time.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use greffon_danger::{LONGEST, hear};

fn main() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut texts = Vec::new();
    for folder in ["measured", "training"] {
        for entry in fs::read_dir(corpus.join(folder)).expect("a folder") {
            let lines = fs::read_to_string(entry.expect("an entry").path()).expect("text");
            texts.extend(lines.lines().filter_map(|line| line.split('\t').nth(4)).map(str::to_owned));
        }
    }
    black_box(hear("the first one reads the rules: il ne respire plus"));
    let mut took: Vec<Duration> = texts.iter().map(|text| time(text)).collect();
    took.sort_unstable();
    let at = |share: usize| took[(took.len() - 1) * share / 1000].as_secs_f64() * 1e6;
    println!("{} sentences: p50 {:.1} µs, p99 {:.1} µs, p99.9 {:.1} µs", took.len(), at(500), at(990), at(999));

    let all = texts.join(" ");
    let words: Vec<&str> = all.split(' ').collect();
    let nonsense: String = (0_u32..)
        .map(|number| format!("sa{}gnemant ", number.wrapping_mul(2_654_435_761) % 99_991))
        .take(9_000)
        .collect();
    let longest = [
        ("sentences of the corpora", all.clone()),
        ("one letter and spaces", "a ".repeat(LONGEST / 2)),
        ("organs and pains", "douleur poitrine bras saigne ".repeat(LONGEST / 28)),
        ("misspelt words", nonsense),
        ("figures", "39,5 de fièvre 0,40 dextro ".repeat(LONGEST / 27)),
        ("accents of their own", "e\u{301}\u{200b}".repeat(LONGEST / 6)),
        ("look-alikes", "сaigne ".repeat(LONGEST / 8)),
        ("signs of many letters", "ﷺ ".repeat(LONGEST / 4)),
        ("syllables of Korean", "한국".repeat(LONGEST / 6)),
        ("words that begin alike", unlike("saign")),
        ("long ones", unlike("respirat")),
        ("figures and signs", "1+".repeat(LONGEST / 2)),
        ("one word that is marked", format!("sai{}", "qu".repeat(LONGEST / 2))),
        ("ages", "3yo ".repeat(LONGEST / 4)),
        ("where many phrases begin", "mal a ".repeat(LONGEST / 6)),
        ("English figures", format!("this is my {}", "39 fever 8 out of 10 pain ".repeat(LONGEST / 26))),
        ("long words of danger", unlike(LONG_WORDS)),
        ("words backwards", words.iter().rev().take(12_000).copied().collect::<Vec<_>>().join(" ")),
    ];
    for (name, text) in &longest {
        let text = &text[..text.floor_char_boundary(LONGEST)];
        let most = (0..5).map(|_| time(text)).min().unwrap_or_default();
        println!("{name:26} {:6} bytes: {:.2} ms", text.len(), most.as_secs_f64() * 1e3);
    }
}

/// What the seeded search found dearest: each piece of it sounds like danger, and of long
/// words there is most to see.
const LONG_WORDS: &str = "arrivpfondfievrestgrandad abgaminbing osomarZomissedgars unbWhat its \
    dstcacidesoriensprojectile eeetrenfle ivpopneeadanothermenaces vpcraoosomnicacranietrivdural \
    rxibnappointgenttachymenace carpaintball diesosoareodntarappeler knedeficit nteppointgenesosoaimtball \
    carpaicroquer rivkpsr";

/// Words that begin like these, and of which none is there twice.
fn unlike(beginnings: &str) -> String {
    let letter = |at: u32, place: u32| char::from(b'a' + u8::try_from(at / 26_u32.pow(place) % 26).unwrap_or(0));
    let words = |at| beginnings.split(' ').map(move |beginning| (beginning, at));
    let written = |(beginning, at)| format!("{beginning}{}{}{} ", letter(at, 0), letter(at, 1), letter(at, 2));
    (0..9_000).flat_map(words).map(written).collect()
}

fn time(text: &str) -> Duration {
    let began = Instant::now();
    black_box(hear(black_box(text)));
    began.elapsed()
}
