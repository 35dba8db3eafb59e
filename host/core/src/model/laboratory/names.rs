//! Finds the names of analytes in a text.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::analyte::{Analyte, Use};
use super::table::ANALYTES;
use super::token::Token;
use super::vocabulary::NOT_AFTER;

/// A name of an analyte.
pub(super) struct Name {
    pub(super) analyte: &'static Analyte,
    pub(super) usage: Use,
    /// The first token behind it.
    pub(super) next: usize,
}

type ByFirstWord = HashMap<&'static str, Vec<(Vec<&'static str>, &'static Analyte, Use)>>;

/// Longer names before shorter ones: "calcium ionisé" is not calcium.
static NAMES: LazyLock<ByFirstWord> = LazyLock::new(|| {
    let mut names = ByFirstWord::new();
    for analyte in &ANALYTES {
        for (name, usage) in analyte.names {
            let mut words = name.split(' ');
            let Some(first) = words.next() else { continue };
            names.entry(first).or_default().push((words.collect(), analyte, *usage));
        }
    }
    for same in names.values_mut() {
        same.sort_by_key(|(words, ..)| std::cmp::Reverse(words.len()));
    }
    names
});

/// The name that begins at a token.
pub(super) fn named(tokens: &[Token], at: usize) -> Option<Name> {
    let first = tokens.get(at)?.word();
    NAMES.get(first)?.iter().find_map(|(words, analyte, usage)| {
        let mut next = at + 1;
        for word in words {
            if tokens.get(next).is_some_and(|token| token.is('-') || token.is('\'') || token.is('’')) {
                next += 1;
            }
            if tokens.get(next)?.word() != *word {
                return None;
            }
            next += 1;
        }
        Some(Name { analyte, usage: *usage, next })
    })
}

/// Whether what stands before a name makes it another thing's.
pub(super) fn is_of_something_else(tokens: &[Token], at: usize) -> bool {
    let before = tokens[..at].iter().rev().take(4);
    let mut words = before.skip_while(|token| {
        matches!(token.word(), "de" | "d" | "la" | "l" | "le" | "du") || token.is('\'') || token.is('’')
    });
    words.next().is_some_and(|token| NOT_AFTER.contains(&token.word()))
}
