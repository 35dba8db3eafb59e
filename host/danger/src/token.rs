//! What a text is cut into.

use std::ops::Range;

/// One word, number or sign. A text may have tens of thousands: its places are small numbers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token<'t> {
    /// Lower-case ASCII, or letters of an alphabet that none of ours looks like.
    pub word: &'t str,
    /// Where its bytes begin in the text, and end.
    pub start: u32,
    pub end: u32,
    /// Which part of the text it is in: parts end with a full stop, a line, and at "mais".
    pub part: u32,
}

impl Token<'_> {
    pub(crate) fn span(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    pub(crate) fn is_number(&self) -> bool {
        self.word.as_bytes().first().is_some_and(u8::is_ascii_digit)
    }

    /// Its value, for a number.
    pub(crate) fn number(&self) -> Option<f64> {
        self.is_number().then(|| self.word.parse().ok()).flatten()
    }
}
