//! Reads results out of a text: analyte, number, unit. What is not understood whole, or
//! is no value that somebody can have, is not read.

use std::ops::Range;

use super::analyte::{Analyte, Use};
use super::names::{Name, is_of_something_else, named};
use super::token::{Kind, Token, tokens};
use super::unit::unit;
use super::vocabulary::{ALARMING, BETWEEN, COUNTED, FILLERS, HOURS, NOT_BEFORE};

/// Longer texts are read so far, in bytes; they are cut before, where they are taken in.
const LONGEST: usize = 64 * 1024;
/// More results than this are no message at a telephone: none of the others is read.
const MOST_RESULTS: usize = 50;
/// Words and signs between a name and its number.
const MOST_BETWEEN: usize = 10;
/// Nobody has fewer cells in a cubic millimetre than this; two "plaquettes" are of tablets.
const FEWEST_COUNTED: f64 = 100.0;

/// Who says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// A laboratory or another professional: abbreviations need no unit.
    Colleague,
    /// Anybody else.
    Anybody,
}

/// How much was said, in the analyte's own unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// This.
    Exactly(f64),
    /// Not more than this.
    AtMost(f64),
    /// Not less than this.
    AtLeast(f64),
}

/// A result that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// Of what.
    pub analyte: &'static Analyte,
    /// The number as it was said.
    pub said: f64,
    /// How much. Without a unit, one for each unit in which somebody can have so much.
    pub amounts: Vec<Amount>,
    /// Whether the unit was said, or the analyte has none.
    pub whole: bool,
    /// The bytes of the text in which it stands.
    pub span: Range<usize>,
}

impl Measured {
    /// Whether another one says the same.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.analyte == other.analyte && self.amounts == other.amounts
    }
}

/// What was read of a text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// The results, in their order.
    pub results: Vec<Measured>,
    /// Whether the text says nothing else: no name without a value, no number without a
    /// name, no word that could change what the values mean.
    pub nothing_else: bool,
}

/// Reads a text, in time that grows with its length and no faster.
#[must_use]
pub fn read(text: &str, voice: Voice) -> Reading {
    let text = &text[..text.floor_char_boundary(LONGEST)];
    let tokens = tokens(text);
    let mut reader =
        Reader { tokens: &tokens, voice, read: vec![false; tokens.len()], results: Vec::new(), other: false };
    let mut at = 0;
    while at < tokens.len() {
        at = reader.step(at);
    }
    let nothing_else = !reader.other && !reader.results.is_empty() && reader.only_fillers();
    let mut results = reader.results;
    if voice == Voice::Anybody && !speaks_of_blood_gas(&tokens, &results) {
        // Soap has a pH as well.
        results.retain(|one| one.analyte.id != "ph");
    }
    Reading { results, nothing_else }
}

/// The bytes of a text in which results stand that were read whole.
#[must_use]
pub fn spans(text: &str) -> Vec<Range<usize>> {
    read(text, Voice::Colleague).results.into_iter().filter(|one| one.whole).map(|one| one.span).collect()
}

struct Reader<'t> {
    tokens: &'t [Token],
    voice: Voice,
    /// Which tokens stand in a result.
    read: Vec<bool>,
    results: Vec<Measured>,
    /// Whether a name was said without a value that could be read.
    other: bool,
}

impl Reader<'_> {
    /// Reads what begins at a token; returns the next one to look at.
    fn step(&mut self, at: usize) -> usize {
        if self.results.len() == MOST_RESULTS {
            self.other = true;
            return self.tokens.len();
        }
        if let Some(name) = named(self.tokens, at) {
            if is_of_something_else(self.tokens, at) {
                self.other = true;
                return name.next;
            }
            return match self.follow(&name) {
                Some((found, next)) => self.keep(at, found, next),
                None => {
                    self.other = true;
                    name.next
                }
            };
        }
        if self.tokens[at].number().is_some()
            && let Some((found, next)) = self.before_its_name(at)
        {
            return self.keep(at, found, next);
        }
        at + 1
    }

    fn keep(&mut self, from: usize, found: Found, next: usize) -> usize {
        self.read[from..next].fill(true);
        let span = self.tokens[from].span.start..self.tokens[next - 1].span.end;
        let Found { analyte, said, amounts, whole } = found;
        self.results.push(Measured { analyte, said, amounts, whole, span });
        next
    }

    /// « potassium, contrôlé, à 7,1 mmol/L ».
    fn follow(&self, name: &Name) -> Option<(Found, usize)> {
        let mut at = name.next;
        let mut bound: fn(f64) -> Amount = Amount::Exactly;
        let mut linked = false;
        while at < name.next + MOST_BETWEEN {
            let token = self.tokens.get(at)?;
            match &token.kind {
                Kind::Number { .. } => return self.value(name, at, bound, linked),
                Kind::Sign('<' | '≤') => bound = Amount::AtMost,
                Kind::Sign('>' | '≥') => bound = Amount::AtLeast,
                Kind::Sign(':' | '=' | '→') => linked = true,
                Kind::Sign(',' | '-' | '–' | '(' | ')' | '+' | '\'' | '’' | '*') => {}
                Kind::Sign(_) => return None,
                Kind::Word(word) => {
                    if NOT_BEFORE.contains(&word.as_str()) {
                        return None;
                    }
                    if let Some(again) = named(self.tokens, at).filter(|again| again.analyte == name.analyte) {
                        at = again.next;
                        continue;
                    }
                    let next = self.tokens.get(at + 1).map_or("", Token::word);
                    match (word.as_str(), next) {
                        (
                            "superieur" | "superieure" | "superieurs" | "superieures" | "dessus" | "above" | "over",
                            _,
                        )
                        | ("plus", "de" | "que") => bound = Amount::AtLeast,
                        (
                            "inferieur" | "inferieure" | "inferieurs" | "inferieures" | "dessous" | "below" | "under",
                            _,
                        )
                        | ("moins", "de" | "que") => bound = Amount::AtMost,
                        ("a" | "est" | "sont" | "etait" | "etaient" | "at" | "is", _) => linked = true,
                        (word, _) if BETWEEN.contains(&word) => {}
                        _ => return None,
                    }
                }
            }
            at += 1;
        }
        None
    }

    /// The number at a token, with its unit.
    fn value(&self, name: &Name, at: usize, bound: fn(f64) -> Amount, linked: bool) -> Option<(Found, usize)> {
        let analyte = name.analyte;
        let (value, decimals) = self.tokens[at].number()?;
        let said = value;
        let found = |amounts: Vec<Amount>, whole| Found { analyte, said, amounts, whole };
        match unit(self.tokens, at + 1) {
            Some((unit, next)) => {
                let value = value * analyte.factor(&unit)?;
                analyte.is_plausible(value).then(|| (found(vec![bound(value)], true), next))
            }
            None if analyte.has_no_unit() => {
                let plausible = analyte.is_plausible(value) && !self.counts_something(at + 1);
                plausible.then(|| (found(vec![bound(value)], true), at + 1))
            }
            None => {
                // A number that nothing ties to the name may be of anything.
                let beside = self.voice == Voice::Colleague && at == name.next;
                let tied = linked || decimals || beside;
                let allowed = match name.usage {
                    Use::Full => tied,
                    Use::Short => tied && self.voice == Voice::Colleague,
                    Use::Substance => false,
                };
                let amounts = if allowed && !self.counts_something(at + 1) {
                    any_unit(analyte, value, bound)
                } else {
                    Vec::new()
                };
                (!amounts.is_empty()).then(|| (found(amounts, false), at + 1))
            }
        }
    }

    /// « 7,1 mmol/L de potassium », « 15 000 plaquettes ».
    fn before_its_name(&self, at: usize) -> Option<(Found, usize)> {
        let (value, decimals) = self.tokens[at].number()?;
        let unit = unit(self.tokens, at + 1);
        let mut next = unit.as_ref().map_or(at + 1, |(_, next)| *next);
        let of = matches!(self.tokens.get(next).map(Token::word), Some("de" | "d" | "of"));
        if of {
            next += 1;
            while self.tokens.get(next).is_some_and(|token| token.is('\'') || token.is('’')) {
                next += 1;
            }
        }
        let name = named(self.tokens, next)?;
        let analyte = name.analyte;
        let found = |amounts: Vec<Amount>, whole| Some((Found { analyte, said: value, amounts, whole }, name.next));
        // « 7,1 K 4,2 »: the name may belong to what follows.
        if self.follow(&name).is_some() {
            return None;
        }
        match unit {
            Some((unit, _)) if of => {
                let value = value * analyte.factor(&unit)?;
                if analyte.is_plausible(value) { found(vec![Amount::Exactly(value)], true) } else { None }
            }
            Some(_) => None,
            None => {
                let counted = !of && value >= FEWEST_COUNTED && analyte.factor("/mm3").is_some();
                let allowed = name.usage == Use::Full && (counted || (of && decimals));
                let amounts = if allowed { any_unit(analyte, value, Amount::Exactly) } else { Vec::new() };
                if amounts.is_empty() { None } else { found(amounts, false) }
            }
        }
    }

    /// Whether the number before a token counts something else: milligrams, days, a ratio.
    fn counts_something(&self, at: usize) -> bool {
        let Some(token) = self.tokens.get(at) else { return false };
        let percent = token.word() == "pour" && self.tokens.get(at + 1).is_some_and(|next| next.word() == "cent");
        percent || token.is('%') || token.is('/') || token.is('-') || token.is('€') || COUNTED.contains(&token.word())
    }

    /// Whether all that is not a result means nothing.
    fn only_fillers(&self) -> bool {
        let alarming = |token: &Token| ALARMING.contains(&token.word());
        let means_nothing = |(at, token): (usize, &Token)| {
            let hour = |at: Option<usize>| {
                at.and_then(|at| self.tokens.get(at)).is_some_and(|one| HOURS.contains(&one.word()))
            };
            match &token.kind {
                Kind::Word(word) => BETWEEN.contains(&word.as_str()) || FILLERS.contains(&word.as_str()),
                Kind::Number { .. } => hour(Some(at + 1)) || hour(at.checked_sub(1)),
                Kind::Sign(sign) => ".,;:!?()'’\"«»-–…".contains(*sign),
            }
        };
        !self.tokens.iter().any(alarming)
            && self.tokens.iter().enumerate().filter(|(at, _)| !self.read[*at]).all(means_nothing)
    }
}

struct Found {
    analyte: &'static Analyte,
    said: f64,
    amounts: Vec<Amount>,
    whole: bool,
}

/// So much in every unit in which somebody can have it.
fn any_unit(analyte: &Analyte, value: f64, bound: fn(f64) -> Amount) -> Vec<Amount> {
    let in_each = analyte.units.iter().map(|(_, factor)| value * factor);
    in_each.filter(|value| analyte.is_plausible(*value)).map(bound).collect()
}

fn speaks_of_blood_gas(tokens: &[Token], results: &[Measured]) -> bool {
    let says = |token: &Token| matches!(token.word(), "gaz" | "gazometrie" | "arteriel" | "veineux" | "acidose");
    results.iter().any(|one| one.analyte.id != "ph") || tokens.iter().any(says)
}
