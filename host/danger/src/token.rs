//! What a text is cut into.

use std::ops::Range;

/// One word, number or sign.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token<'t> {
    /// Lower-case ASCII, or letters of an alphabet that none of ours looks like.
    pub word: &'t str,
    /// Its bytes in the text.
    pub span: Range<usize>,
    /// Which part of the text it is in: parts end with a full stop, a line, and at "mais".
    pub part: usize,
    /// Its value, for a number.
    pub number: Option<f64>,
}
