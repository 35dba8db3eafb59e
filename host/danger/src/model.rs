//! The second net: what no rule names, but what sounds like the utterances in danger
//! that the model was trained with. It only ever brings a question up.

use std::ops::Range;

use crate::features::{BLOCKS, BUCKETS, Feature, features, once};
use crate::numbers::Marked;
use crate::signs::{ANY, CLASSES, SIGNS};
use crate::token::Token;
use crate::train::{Row, row};
use crate::windows::{Window, windows};

/// What the build trained: rarities, weights for danger at all by themselves, weights of
/// each class, then bias and scale of each.
static TRAINED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/model.bin"));

const PLACES: usize = BUCKETS * BLOCKS;
const WEIGHTS: usize = 2 * PLACES;
const NUMBERS: usize = WEIGHTS + PLACES * CLASSES;

/// An utterance is judged in pieces of so many tokens, each beginning in the middle of
/// the one before.
const PIECE: usize = 48;

/// More pieces than this are heard by the rules alone: it bounds what a text costs.
const MOST_PIECES: usize = 32;

/// From this score on an utterance counts as one in danger; by cross-validation on the
/// training sentences (see the README).
const DANGER: f32 = -0.02;

/// A sign is asked about when it scores no less than this under the first.
const BESIDE_THE_FIRST: f32 = 0.9;

/// Most signs that one piece brings up.
const MOST_SIGNS: usize = 5;

/// Under this score what a rule hears is taken for something else, unless the rule is
/// one of the sure ones: "tombé dans les pommes", said of the standard.
const HARMLESS: f32 = -0.3;

/// Under this one nobody is woken for what even a sure rule hears: "mon groupe s'appelle
/// Arrêt Cardiaque". The question is asked all the same.
const WAKES_NOBODY: f32 = -0.6;

/// From this one on what any rule hears is as good as what a sure one hears.
const SURELY: f32 = 0.5;

/// What a sentence counts less than it sounds, without those around it.
const SENTENCE: f32 = 0.2;

/// What a window counts less that is cut out of a sentence.
const CUT: f32 = 0.4;

/// How much of what the whole piece is below nothing is taken off as well, and of how much
/// at most: the more harmless the whole, the likelier it explains the part.
const AROUND: f32 = 0.3;
const FARTHEST: f32 = 1.5;

/// How many signs a window brings up whose piece has brought up its own.
const MORE_SIGNS: usize = 1;

/// What the model makes of a text.
pub(crate) struct Judgement {
    pub hunches: Vec<Hunch>,
    /// How much each piece sounds like danger.
    pieces: Vec<(Range<usize>, f32)>,
    /// The same of their windows.
    windows: Vec<(Range<usize>, f32)>,
}

impl Judgement {
    /// Whether every piece and every window with all of these tokens sounds harmless.
    pub(crate) fn is_harmless(&self, tokens: &Range<usize>) -> bool {
        self.sounds_below(HARMLESS, tokens)
    }

    /// Whether it sounds so harmless that nobody is woken for it.
    pub(crate) fn wakes_nobody(&self, tokens: &Range<usize>) -> bool {
        self.sounds_below(WAKES_NOBODY, tokens)
    }

    /// Whether one of the pieces or windows with all of these tokens sounds like danger
    /// beyond doubt.
    pub(crate) fn agrees(&self, tokens: &Range<usize>) -> bool {
        self.is_of(tokens)
            && with(&self.pieces, tokens).chain(with(&self.windows, tokens)).any(|danger| danger >= SURELY)
    }

    /// Whether every piece with these tokens sounds less like danger than this, and every
    /// window of it harmless.
    fn sounds_below(&self, bound: f32, tokens: &Range<usize>) -> bool {
        let mut pieces = with(&self.pieces, tokens).peekable();
        self.is_of(tokens)
            && pieces.peek().is_some()
            && pieces.all(|danger| danger < bound)
            && with(&self.windows, tokens).all(|danger| danger < HARMLESS)
    }

    /// Whether these tokens stand where it was judged: a long text's end is not.
    fn is_of(&self, tokens: &Range<usize>) -> bool {
        self.pieces.last().is_some_and(|(last, _)| tokens.end <= last.end)
    }
}

/// How much those with all of these tokens sound like danger.
fn with(sounds: &[(Range<usize>, f32)], tokens: &Range<usize>) -> impl Iterator<Item = f32> {
    let (start, end) = (tokens.start, tokens.end);
    sounds.iter().filter(move |(around, _)| around.start <= start && end <= around.end).map(|(_, danger)| *danger)
}

/// A sign that the model hears.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Hunch {
    pub sign: usize,
    /// The tokens that weighed most for it.
    pub tokens: Range<usize>,
}

/// Judges an utterance.
pub(crate) fn judge(tokens: &[Token], marks: &[Marked]) -> Judgement {
    let mut judgement = Judgement { hunches: Vec::new(), pieces: Vec::new(), windows: Vec::new() };
    // One word tells it nothing that it has learnt.
    if tokens.iter().filter(|token| !token.is_number()).count() < 2 {
        return judgement;
    }
    for piece in pieces(tokens.len()) {
        judge_piece(tokens, marks, &piece, &mut judgement);
    }
    judgement
}

fn pieces(length: usize) -> impl Iterator<Item = Range<usize>> {
    let last = length.saturating_sub(PIECE).div_ceil(PIECE / 2);
    (0..=last)
        .take(MOST_PIECES)
        .map(move |at| at * PIECE / 2..(at * PIECE / 2 + PIECE).min(length))
        .filter(|piece| !piece.is_empty())
}

/// How much a piece sounds like danger, and each window of it by itself. The signs that
/// they bring up, and that nothing before did, join the hunches.
fn judge_piece(tokens: &[Token], marks: &[Marked], piece: &Range<usize>, judgement: &mut Judgement) {
    let inside: Vec<Marked> = marks
        .iter()
        .filter(|marked| piece.contains(&marked.first) && piece.contains(&marked.last))
        .map(|marked| Marked { first: marked.first - piece.start, last: marked.last - piece.start, ..*marked })
        .collect();
    let tokens = &tokens[piece.clone()];
    let features = features(tokens, &inside);
    let whole = 0..tokens.len();
    // What ends before the middle was judged with the piece before.
    let windows: Vec<Window> =
        windows(tokens).into_iter().filter(|window| piece.start == 0 || window.tokens.end > PIECE / 2).collect();
    let mut dangers = dangers(&features, [&whole].into_iter().chain(windows.iter().map(|window| &window.tokens)));
    let danger = dangers.next().unwrap_or_default();
    judgement.pieces.push((piece.clone(), danger));
    if danger >= DANGER {
        Scored::new(once(&features, &whole)).bring_up(MOST_SIGNS, piece, &mut judgement.hunches);
    }
    let most = if danger >= DANGER { MORE_SIGNS } else { MOST_SIGNS };
    for (window, sounds) in windows.iter().zip(dangers) {
        let sounds = sounds - out_of_context(window, danger);
        let tokens = piece.start + window.tokens.start..piece.start + window.tokens.end;
        judgement.windows.push((tokens, sounds));
        if sounds >= DANGER {
            Scored::new(once(&features, &window.tokens)).bring_up(most, piece, &mut judgement.hunches);
        }
    }
}

/// How much less a window counts than it sounds: what stands around it may make it
/// harmless, the more so the more harmless that is.
fn out_of_context(window: &Window, around: f32) -> f32 {
    let cut = if window.is_sentence { SENTENCE } else { CUT };
    cut + AROUND * (-around).clamp(0.0, FARTHEST)
}

/// How much some parts of a piece sound like danger, fewer than there are bits: what
/// [`Scored`] finds, for that class alone, and of all parts at a time.
fn dangers<'w>(features: &[Feature], parts: impl Iterator<Item = &'w Range<usize>>) -> impl Iterator<Item = f32> {
    // A bit for each part that a token is in.
    let mut of_token = [0_u64; PIECE];
    let mut sums = Vec::new();
    for (at, part) in parts.enumerate() {
        of_token[part.clone()].iter_mut().for_each(|parts| *parts |= 1 << at);
        sums.push(Sum::default());
    }
    for feature in features {
        let value = f32::from(TRAINED[feature.place as usize]);
        let danger = value * f32::from(TRAINED[PLACES + feature.place as usize].cast_signed());
        let mut parts = of_token[feature.token as usize];
        while parts != 0 {
            let sum = &mut sums[parts.trailing_zeros() as usize];
            parts &= parts - 1;
            if sum.last != Some(feature.place) {
                sum.last = Some(feature.place);
                sum.squares[feature.block()] += value * value;
                sum.dangers[feature.block()] += danger;
            }
        }
    }
    sums.into_iter().map(|sum| sum.amounts_to())
}

const _: () = assert!(PIECE < 64, "each window of a piece, and the piece, has a bit: none begins where another does");

/// What is counted together of a part.
#[derive(Default)]
struct Sum {
    /// The place that was counted last: its feature may be there several times.
    last: Option<u32>,
    squares: [f32; BLOCKS],
    dangers: [f32; BLOCKS],
}

impl Sum {
    fn amounts_to(&self) -> f32 {
        let lengths = self.squares.map(|square| square.sqrt().max(f32::MIN_POSITIVE));
        let sum: f32 = self.dangers.iter().zip(lengths).map(|(danger, length)| danger / length).sum();
        sum * number(CLASSES + ANY) + number(ANY)
    }
}

/// Features, and what they amount to.
struct Scored {
    features: Vec<Feature>,
    row: Row,
    sums: [f32; CLASSES],
}

impl Scored {
    fn new(features: Vec<Feature>) -> Self {
        let row = row(&features, &TRAINED[..PLACES]);
        let mut sums = [0.0_f32; CLASSES];
        for (place, value) in &row {
            for (sum, weight) in sums.iter_mut().zip(weights(*place)) {
                *sum += value * f32::from(weight.cast_signed());
            }
        }
        Self { features, row, sums }
    }

    fn score(&self, class: usize) -> f32 {
        self.sums[class] * number(CLASSES + class) + number(class)
    }

    /// The signs that it sounds most like join the hunches, so many at most. `piece` is
    /// what its features are of.
    fn bring_up(&self, most: usize, piece: &Range<usize>, hunches: &mut Vec<Hunch>) {
        let mut ranked: Vec<(usize, f32)> = (0..SIGNS.len()).map(|sign| (sign, self.score(sign))).collect();
        ranked.sort_by(|one, other| other.1.total_cmp(&one.1));
        let least = ranked[0].1 - BESIDE_THE_FIRST;
        for (sign, score) in ranked.into_iter().take(most) {
            if score >= least && hunches.iter().all(|one| one.sign != sign) {
                let given = given(sign, &self.features, &self.row, piece.len());
                hunches.push(Hunch { sign, tokens: strongest(&given, piece.start) });
            }
        }
    }
}

/// What each token of a piece gave to a sign.
fn given(sign: usize, features: &[Feature], row: &[(u32, f32)], length: usize) -> Vec<f32> {
    let mut given = vec![0.0_f32; length];
    for (feature, (place, value)) in features.iter().zip(row) {
        if let Some(given) = usize::try_from(feature.token).ok().and_then(|token| given.get_mut(token)) {
            *given += value * f32::from(weights(*place)[sign].cast_signed());
        }
    }
    given
}

/// The token that gave most, and those beside it that gave nearly as much.
fn strongest(given: &[f32], start: usize) -> Range<usize> {
    let strongest = (0..given.len()).max_by(|one, other| given[*one].total_cmp(&given[*other])).unwrap_or(0);
    let around = |at: &usize| given[*at] > given[strongest] / 3.0;
    let first = (0..strongest).rev().take_while(around).last().unwrap_or(strongest);
    let last = (strongest + 1..given.len()).take_while(around).last().unwrap_or(strongest);
    start + first..start + last + 1
}

/// As many as there are classes: the loops over them are unrolled.
fn weights(place: u32) -> &'static [u8; CLASSES] {
    static NONE: [u8; CLASSES] = [0; CLASSES];
    TRAINED[WEIGHTS + place as usize * CLASSES..].first_chunk().unwrap_or(&NONE)
}

fn number(at: usize) -> f32 {
    TRAINED[NUMBERS + at * 4..].first_chunk().copied().map_or(0.0, f32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_heard_from_its_first_word_to_its_last() {
        for length in [1, PIECE, PIECE + 1, 3 * PIECE + 5] {
            let pieces: Vec<_> = pieces(length).collect();
            assert_eq!((pieces[0].start, pieces[pieces.len() - 1].end), (0, length));
            assert!(pieces.windows(2).all(|two| two[1].start < two[0].end));
        }
        assert_eq!(pieces(0).count(), 0);
        assert_eq!(pieces(1_000_000).count(), MOST_PIECES);
    }

    #[test]
    fn the_numbers_of_the_build_are_all_there() {
        assert_eq!(TRAINED.len(), NUMBERS + 2 * CLASSES * 4);
        assert!((0..2 * CLASSES).all(|at| number(at).is_finite()));
    }
}
