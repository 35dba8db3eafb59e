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

/// One feature, and where it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Feature {
    /// Where its numbers stand: its block, and its bucket there. Two features with the same
    /// place count as one.
    pub place: u32,
    /// The token that it is of, or the second of two.
    pub token: u32,
}

impl Feature {
    fn new(block: u32, bucket: u16, token: u32) -> Self {
        Self { place: block << u16::BITS | u32::from(bucket), token }
    }

    /// One of [`BLOCKS`].
    pub(crate) fn block(&self) -> usize {
        (self.place >> u16::BITS) as usize
    }

    pub(crate) fn is_of(&self, tokens: &Range<usize>) -> bool {
        usize::try_from(self.token).is_ok_and(|token| tokens.contains(&token))
    }
}

/// The features of some tokens, each as often as it is there, in the order of places and
/// tokens. `marks` are those of these tokens, in their order.
pub(crate) fn features(tokens: &[Token], marks: &[Marked]) -> Vec<Feature> {
    let mut found = Vec::with_capacity(tokens.len() * 16);
    let mut before: Option<&str> = None;
    let mut marks = marks.iter().peekable();
    for (at, token) in (0u32..).zip(tokens) {
        let word = token.word;
        found.push(Feature::new(0, bucket(&[b"w", word.as_bytes()]), at));
        if let Some(before) = before {
            let pair = bucket(&[b"p", before.as_bytes(), b" ", word.as_bytes()]);
            found.push(Feature::new(0, pair, at));
        }
        before = Some(word);
        pieces(word, |bucket| found.push(Feature::new(1, bucket, at)));
        while let Some(marked) = marks.next_if(|marked| marked.first <= at as usize) {
            found.push(Feature::new(0, bucket(&[b"m", marked.mark.name().as_bytes()]), at));
        }
    }
    in_order_of_places(found)
}

/// Places are numbers of two digits in this base.
const BASE: usize = 1 << 9;
const _: () = assert!(BUCKETS * BLOCKS <= BASE * BASE);

/// In the order of places; those of one place stay as they are. Digit by digit: a piece of
/// long words has thousands, and to compare them would take longer than everything else.
fn in_order_of_places(mut features: Vec<Feature>) -> Vec<Feature> {
    let mut sorted = features.clone();
    for divisor in [1, BASE] {
        let digit = |feature: &Feature| feature.place as usize / divisor % BASE;
        // Where the next one with this digit goes.
        let mut next = [0; BASE];
        features.iter().for_each(|feature| next[digit(feature)] += 1);
        let mut sum = 0;
        for count in &mut next {
            sum += std::mem::replace(count, sum);
        }
        for feature in &features {
            let next = &mut next[digit(feature)];
            sorted[*next] = *feature;
            *next += 1;
        }
        std::mem::swap(&mut features, &mut sorted);
    }
    features
}

/// Those of some of the tokens, each once.
pub(crate) fn once(features: &[Feature], tokens: &Range<usize>) -> Vec<Feature> {
    let mut found: Vec<Feature> = Vec::with_capacity(features.len());
    found.extend(features.iter().filter(|feature| feature.is_of(tokens)));
    found.dedup_by_key(|feature| feature.place);
    found
}

/// The buckets of three to five letters in a row, the space before and after the word among
/// them.
fn pieces(word: &str, mut each: impl FnMut(u16)) {
    let mut padded = [b' '; LONGEST_WORD + 2];
    let length = word.len().min(LONGEST_WORD);
    padded[1..=length].copy_from_slice(&word.as_bytes()[..length]);
    for start in 0..length {
        let mut hash = hashed(NOTHING, b"c");
        for (at, letter) in padded[start..length + 2].iter().take(5).enumerate() {
            hash = hashed(hash, &[*letter]);
            if at >= 2 {
                each(folded(hash));
            }
        }
    }
}

/// Of a longer word only so much is cut into pieces.
const LONGEST_WORD: usize = 30;

/// FNV-1a, folded: the same on every machine and in every release.
fn bucket(parts: &[&[u8]]) -> u16 {
    folded(parts.iter().copied().fold(NOTHING, hashed))
}

const NOTHING: u32 = 0x811c_9dc5;

fn hashed(hash: u32, letters: &[u8]) -> u32 {
    letters.iter().fold(hash, |hash, letter| (hash ^ u32::from(*letter)).wrapping_mul(0x0100_0193))
}

fn folded(hash: u32) -> u16 {
    let folded = (hash >> 16) ^ (hash & 0xffff);
    u16::try_from(folded).unwrap_or(u16::MAX)
}
