//! How a language says that something is not so. In doubt it is so: a question is asked in
//! vain, and nobody is passed over.

use rustc_hash::FxHashSet;
use serde::Deserialize;

use crate::lexicon::Said;
use crate::token::Token;

/// A negation stands at most so many tokens before what it denies.
const FAR: usize = 6;

/// Words of negation, as they are written: parted by commas.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    denies: String,
    denies_with_of: String,
    of: String,
    between: String,
    denies_verb: String,
    before_verb: String,
    denies_behind: String,
}

/// Words of negation.
pub(crate) struct Negation {
    /// Before what they deny: "pas de fièvre".
    denies: FxHashSet<String>,
    /// The same, if one of `of` follows: "plus de fièvre".
    denies_with_of: FxHashSet<String>,
    of: FxHashSet<String>,
    /// May stand between them and what they deny.
    between: FxHashSet<String>,
    /// Behind a verb that one of `before_verb` stands before: "ne saigne pas".
    denies_verb: FxHashSet<String>,
    before_verb: FxHashSet<String>,
    /// Right behind: "fièvre : non".
    denies_behind: FxHashSet<String>,
}

impl Negation {
    pub(crate) fn of(written: &Written) -> Self {
        let words = |list: &str| list.split(',').map(|word| word.trim().to_owned()).collect();
        Self {
            denies: words(&written.denies),
            denies_with_of: words(&written.denies_with_of),
            of: words(&written.of),
            between: words(&written.between),
            denies_verb: words(&written.denies_verb),
            before_verb: words(&written.before_verb),
            denies_behind: words(&written.denies_behind),
        }
    }

    /// Whether somebody says that what stands there is not so.
    pub(crate) fn denies(&self, tokens: &[Token], span: Said) -> bool {
        let part = tokens[span.first()].part;
        let near = &tokens[span.first().saturating_sub(FAR)..span.first()];
        let other_part = near.iter().rposition(|token| token.part != part);
        let before = &near[other_part.map_or(0, |at| at + 1)..];
        // "mal au ventre et pas à la poitrine".
        let inside = &tokens[(span.first() + 1).min(span.last())..span.last()];
        self.reaches_end_of(before) || self.reaches_end_of(inside) || self.is_behind(tokens, span, before)
    }

    /// Whether a word of negation stands in these tokens, and behind it only what may stand
    /// between it and what it denies.
    fn reaches_end_of(&self, tokens: &[Token]) -> bool {
        let mut behind = "";
        for token in tokens.iter().rev() {
            let word = token.word;
            if self.denies.contains(word) || (self.denies_with_of.contains(word) && self.of.contains(behind)) {
                return true;
            }
            if !self.between.contains(word) {
                return false;
            }
            behind = word;
        }
        false
    }

    fn is_behind(&self, tokens: &[Token], span: Said, before: &[Token]) -> bool {
        let Some(next) = tokens.get(span.last() + 1).filter(|next| next.part == tokens[span.last()].part) else {
            return false;
        };
        let after_ne = || before.iter().rev().take(2).any(|token| self.before_verb.contains(token.word));
        self.denies_behind.contains(next.word) || (self.denies_verb.contains(next.word) && after_ne())
    }
}
