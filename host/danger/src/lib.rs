//! Hears signs of danger in what people say and write: callers' words, forms, mails,
//! notes of nurses.
//!
//! Two nets. **Rules** ([`Heard::rule`] names one) are concepts near each other, read
//! from `rules/`; they know figures, negations and what is long past. A small **model**,
//! trained by the build from the sentences of `corpus/training`, hears what no rule
//! names. Both are deterministic: the same text is heard alike on every machine of one
//! release. What is heard is a question to be asked, never an answer.

use std::ops::Range;
use std::sync::LazyLock;

use rustc_hash::FxHashSet;

mod features;
mod figures;
mod language;
mod lexicon;
mod model;
mod negation;
mod numbers;
mod rules;
mod signs;
mod spelling;
mod stem;
mod telephones;
mod text;
mod token;
#[expect(dead_code, reason = "the build trains with it")]
mod train;
mod windows;

pub use signs::SIGNS;

use numbers::Mark;
use rules::Rules;
use signs::with_signs;
use stem::Stem;
use text::Words;

/// The name under which the model is named among rules.
pub const MODEL: &str = "model";

/// Longer texts are heard so far, in bytes. Whoever takes them in cuts them before.
pub const LONGEST: usize = 64 * 1024;

/// A sign of danger that a text brings up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// One of [`SIGNS`].
    pub sign: &'static str,
    /// The rule that heard it, or [`MODEL`].
    pub rule: String,
    /// The bytes of the text in which it was heard.
    pub span: Range<usize>,
    /// What this rule hears is nearly never harmless: somebody is woken for it.
    pub sure: bool,
}

/// Hears a text, at most [`LONGEST`] bytes of it. Each sign once, by the surest rule
/// that heard it, in the order of [`SIGNS`].
#[must_use]
pub fn hear(text: &str) -> Vec<Heard> {
    let text = &text[..text.floor_char_boundary(LONGEST)];
    let words = Words::of(text);
    let tokens = words.tokens();
    if tokens.is_empty() {
        return Vec::new();
    }
    let marks = numbers::marks(&tokens);
    let rules = if language::is_english(&tokens) { &*ENGLISH } else { &*FRENCH };
    let span = |range: &Range<usize>| tokens[range.start].span().start..tokens[range.end - 1].span().end;
    let mut heard: Vec<Option<Heard>> = vec![None; SIGNS.len()];
    let mut denied: Vec<(usize, Range<usize>)> = Vec::new();
    let judgement = model::judge(&tokens, &marks);
    for hit in rules.hear(&tokens, &marks) {
        if hit.denied {
            denied.push((hit.sign, hit.tokens));
            continue;
        }
        let former = &mut heard[hit.sign];
        if former.as_ref().is_some_and(|former| former.sure) || (!hit.sure && judgement.is_harmless(&hit.tokens)) {
            continue;
        }
        let sure = if hit.sure { !judgement.wakes_nobody(&hit.tokens) } else { judgement.agrees(&hit.tokens) };
        if sure || former.is_none() {
            let rule = hit.rule.to_owned();
            *former = Some(Heard { sign: SIGNS[hit.sign], span: span(&hit.tokens), sure, rule });
        }
    }
    let no_infant = marks.iter().any(|one| one.mark == Mark::Older) && marks.iter().all(|one| one.mark != Mark::Infant);
    for hunch in judgement.hunches {
        let sign = SIGNS[hunch.sign];
        // What only looks like it, of somebody whose age is told.
        if no_infant && matches!(sign, "infant-fever" | "newborn-danger") {
            continue;
        }
        // A negation clears its own sign where it stands, whatever that reminds the model
        // of; what is said elsewhere is another matter.
        let is_denied = denied.iter().any(|(sign, tokens)| {
            *sign == hunch.sign && tokens.start < hunch.tokens.end && hunch.tokens.start < tokens.end
        });
        if !is_denied && heard[hunch.sign].is_none() {
            let rule = MODEL.to_owned();
            heard[hunch.sign] = Some(Heard { sign, span: span(&hunch.tokens), sure: false, rule });
        }
    }
    heard.into_iter().flatten().collect()
}

/// Whether a text is in a language of which nothing is heard: neither French nor English,
/// as far as its letters and its smallest words tell.
#[must_use]
pub fn is_foreign(text: &str) -> bool {
    let text = &text[..text.floor_char_boundary(LONGEST)];
    language::is_foreign(text, &Words::of(text).tokens())
}

/// Words of the everyday sentences: none is a misspelling of another.
static COMMON: LazyLock<FxHashSet<&'static str>> =
    LazyLock::new(|| include_str!(concat!(env!("OUT_DIR"), "/common.txt")).lines().collect());

macro_rules! french_rules {
    ($($sign:literal,)*) => { [$(($sign, include_str!(concat!("../rules/fr/", $sign, ".toml")))),*] };
}
macro_rules! english_rules {
    ($($sign:literal,)*) => { [$(($sign, include_str!(concat!("../rules/en/", $sign, ".toml")))),*] };
}

static FRENCH: LazyLock<Rules> =
    LazyLock::new(|| read(include_str!("../rules/fr/concepts.toml"), &with_signs!(french_rules), stem::french));

static ENGLISH: LazyLock<Rules> =
    LazyLock::new(|| read(include_str!("../rules/en/concepts.toml"), &with_signs!(english_rules), stem::english));

fn read(concepts: &str, files: &[(&str, &str)], stem: Stem) -> Rules {
    // They are part of this crate, and its tests read them.
    Rules::read(concepts, files, &SIGNS, stem, COMMON.clone()).unwrap_or_else(|error| panic!("rules: {error}"))
}
