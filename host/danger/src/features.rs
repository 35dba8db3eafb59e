//! What the model sees of an utterance: its words, pairs of neighbours, what its
//! figures amount to, and the pieces of its words, so that a misspelt word is still
//! mostly itself. Read by the build, which trains, and by whoever listens.

use std::ops::Range;

use crate::numbers::Marked;
use crate::token::Token;

/// Features share so many places; two that share one count as one.
pub(crate) const BUCKETS: usize = 1 << u16::BITS;

/// Words and their pieces are weighed apart: a long word has many pieces.
pub(crate) const BLOCKS: usize = 2;

/// One feature, where it came from, and what it weighs beside others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Feature {
    pub block: u8,
    pub bucket: u16,
    /// The token that it is of, or the first of two.
    pub token: u32,
}

impl Feature {
    /// Two features with the same one count as one.
    pub(crate) fn key(&self) -> (u8, u16) {
        (self.block, self.bucket)
    }

    pub(crate) fn is_of(&self, tokens: &Range<usize>) -> bool {
        usize::try_from(self.token).is_ok_and(|token| tokens.contains(&token))
    }
}

/// The features of some tokens, each as often as it is there, in the order of blocks,
/// buckets and tokens. `marks` are those of these tokens.
pub(crate) fn features(tokens: &[Token], marks: &[Marked]) -> Vec<Feature> {
    let mut found = Vec::with_capacity(tokens.len() * 16);
    let mut before: Option<&str> = None;
    for (at, token) in (0u32..).zip(tokens) {
        let word = token.word.as_str();
        found.push(Feature { block: 0, bucket: bucket(&[b"w", word.as_bytes()]), token: at });
        if let Some(before) = before {
            let pair = bucket(&[b"p", before.as_bytes(), b" ", word.as_bytes()]);
            found.push(Feature { block: 0, bucket: pair, token: at });
        }
        before = Some(word);
        pieces(word, |piece| found.push(Feature { block: 1, bucket: bucket(&[b"c", piece]), token: at }));
    }
    for marked in marks {
        let token = u32::try_from(marked.first).unwrap_or(u32::MAX);
        found.push(Feature { block: 0, bucket: bucket(&[b"m", marked.mark.name().as_bytes()]), token });
    }
    found.sort_unstable_by_key(|feature| {
        u64::from(feature.block) << 48 | u64::from(feature.bucket) << 32 | u64::from(feature.token)
    });
    found
}

/// Those of some of the tokens, each once.
pub(crate) fn once(features: &[Feature], tokens: &Range<usize>) -> Vec<Feature> {
    let mut found: Vec<Feature> = features.iter().filter(|feature| feature.is_of(tokens)).copied().collect();
    found.dedup_by_key(|feature| feature.key());
    found
}

/// Three to five letters in a row, the space before and after the word among them.
fn pieces(word: &str, mut each: impl FnMut(&[u8])) {
    let mut padded = [b' '; LONGEST_WORD + 2];
    let length = word.len().min(LONGEST_WORD);
    padded[1..=length].copy_from_slice(&word.as_bytes()[..length]);
    let padded = &padded[..length + 2];
    for size in 3..=5 {
        padded.windows(size).for_each(&mut each);
    }
}

/// Of a longer word only so much is cut into pieces.
const LONGEST_WORD: usize = 30;

/// FNV-1a, folded: the same on every machine and in every release.
fn bucket(parts: &[&[u8]]) -> u16 {
    let mut hash: u32 = 0x811c_9dc5;
    for byte in parts.iter().copied().flatten() {
        hash = (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    }
    let folded = (hash >> 16) ^ (hash & 0xffff);
    u16::try_from(folded).unwrap_or(u16::MAX)
}
