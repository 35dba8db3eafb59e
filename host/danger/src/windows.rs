//! The windows of an utterance: what a caller says in several sentences, or without ever
//! drawing breath, is judged sentence by sentence too. One sentence of danger among three
//! about a certificate sounds like a certificate.

use std::ops::Range;

use crate::token::Token;

/// A sentence of more tokens than this and half as many is cut into windows of this size.
const SIZE: usize = 16;

/// Each window begins so many tokens after the one before.
const STEP: usize = 8;

/// A shorter sentence says nothing by itself: "et voilà".
const SHORTEST: usize = 3;

/// A part of an utterance that is judged by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub tokens: Range<usize>,
    /// It begins and ends with a sentence.
    pub is_sentence: bool,
}

/// The windows of some tokens. None for a short sentence that stands alone.
pub(crate) fn windows(tokens: &[Token]) -> Vec<Window> {
    let mut windows = Vec::new();
    let mut start = 0;
    while start < tokens.len() {
        let part = tokens[start].part;
        let length = tokens[start..].iter().take_while(|token| token.part == part).count();
        if length < tokens.len() && length >= SHORTEST {
            windows.push(Window { tokens: start..start + length, is_sentence: true });
        }
        if length > SIZE + SIZE / 2 {
            let cuts = (length - SIZE).div_ceil(STEP);
            windows.extend(
                (0..=cuts).map(|at| at * STEP).map(|first| Window {
                    tokens: start + first..start + (first + SIZE).min(length),
                    is_sentence: false,
                }),
            );
        }
        start += length;
    }
    windows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Words;

    fn of(text: &str) -> Vec<(Range<usize>, bool)> {
        windows(&Words::of(text).tokens()).into_iter().map(|window| (window.tokens, window.is_sentence)).collect()
    }

    #[test]
    fn what_is_short_and_said_alone_has_none() {
        assert_eq!(of("il saigne beaucoup depuis ce matin"), []);
        assert_eq!(of(""), []);
    }

    #[test]
    fn each_sentence_is_one_but_the_shortest() {
        assert_eq!(of("bonjour madame. il a très mal. et voilà, merci bien"), [(2..6, true), (6..10, true)]);
    }

    #[test]
    fn a_sentence_without_end_is_cut_and_nothing_of_it_left_out() {
        for words in [SIZE + SIZE / 2 + 1, 40, 48, 100] {
            let windows = of(&"mot ".repeat(words));
            assert!(windows.iter().all(|(tokens, is_sentence)| !is_sentence && tokens.len() <= SIZE));
            assert_eq!(windows.last().map(|(tokens, _)| tokens.end), Some(words));
            assert!(windows.windows(2).all(|two| two[1].0.start < two[0].0.end));
        }
    }
}
