//! What holds of every text, however hostile, and what one may cost. Shared by the fuzz
//! target and by the seeded search (`examples/search_slow.rs`).

use std::hint::black_box;
use std::time::{Duration, Instant};

use greffon_danger::{LONGEST, SIGNS, hear, is_foreign};

/// What no text may cost, in microseconds, unless this variable says another; 0 is no bound.
const BUDGET: u64 = 5000;
const BUDGET_VARIABLE: &str = "GREFFON_FUZZ_BUDGET_US";

/// A slow run may be the machine's doing: the best of so many is the text's.
const RUNS: usize = 5;

/// Nothing before the text, then the small words that tell a language: what follows is read
/// by its rules.
const BEGINNINGS: [&str; 3] = ["", "je ne le la et que ", "the is my and of with "];

pub fn budget() -> Option<Duration> {
    let said = std::env::var(BUDGET_VARIABLE).map(|said| said.parse().expect("microseconds"));
    Some(Duration::from_micros(said.unwrap_or(BUDGET))).filter(|budget| !budget.is_zero())
}

/// How the turns of a text differ that is repeated until it is of the longest kind.
const WAYS: [fn(&str, u32, &mut String); 6] = [
    |word, _, text| text.push_str(word),
    |word, turn, text| text.extend(word.chars().chain(letters(turn))),
    |word, turn, text| text.extend(letters(turn).chain(word.chars())),
    |word, turn, text| {
        let (before, behind) = word.split_at(word.floor_char_boundary(word.len() / 2));
        text.extend(before.chars().chain(letters(turn).take(1)).chain(behind.chars().skip(1)));
    },
    |word, turn, text| text.extend(word.chars().map(|sign| if sign.is_ascii_digit() { digit(turn) } else { sign })),
    |word, turn, text| {
        if turn % 3 > 0 {
            text.extend(word.chars().rev());
        }
    },
];

/// The text that some bytes stand for. The first says how the others are grown to 64 KiB,
/// which no fuzzer finds byte by byte, or that they stand for themselves.
pub fn grown(bytes: &[u8]) -> String {
    let Some((way, seed)) = bytes.split_first() else { return String::new() };
    let mut text = String::from_utf8_lossy(seed).into_owned();
    if let Some(vary) = WAYS.get(usize::from(*way) % (WAYS.len() + 1)) {
        let seed = format!("{text} ");
        for turn in 1..65_536 {
            for word in seed.split_inclusive(' ') {
                let bare = word.trim_end_matches(' ');
                vary(bare, turn, &mut text);
                text.push_str(&word[bare.len()..]);
            }
            if text.len() >= LONGEST {
                break;
            }
        }
    }
    text.truncate(text.floor_char_boundary(LONGEST));
    text
}

/// The same three in no two of 17,576 turns.
fn letters(turn: u32) -> impl Iterator<Item = char> {
    [1, 26, 676].into_iter().map(move |place| char::from(b'a' + u8::try_from(turn / place % 26).unwrap_or(0)))
}

fn digit(turn: u32) -> char {
    char::from_digit(turn * 7 % 10, 10).unwrap_or('0')
}

/// The text by itself, and in each of the languages that are listened to.
pub fn in_each_language(text: &str) -> impl Iterator<Item = String> {
    BEGINNINGS.into_iter().map(move |beginning| {
        let mut whole = format!("{beginning}{text}");
        whole.truncate(whole.floor_char_boundary(LONGEST));
        whole
    })
}

/// Hears a text and checks what holds of every one: the same is heard twice, each sign once
/// and in their order, and where something stands.
pub fn check(text: &str) {
    let heard = hear(text);
    assert_eq!(heard, hear(text), "the second time something else is heard");
    let places: Vec<_> = heard.iter().map(|one| SIGNS.iter().position(|sign| *sign == one.sign)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted_by(|one, next| one < next), "{heard:?}");
    for one in &heard {
        assert!(text.get(one.span.clone()).is_some_and(|span| !span.is_empty()), "{one:?}");
    }
    assert_eq!(is_foreign(text), is_foreign(text));
}

/// What hearing a text costs: the best of some runs, or the first that is good enough.
pub fn cost(text: &str, enough: Duration) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..RUNS {
        let began = Instant::now();
        black_box(hear(black_box(text)));
        best = best.min(began.elapsed());
        if best <= enough {
            break;
        }
    }
    best
}
