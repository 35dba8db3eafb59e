//! A text as words, numbers and signs, as far as results are concerned.

use std::ops::Range;

/// What a piece of text is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// Letters, then letters and digits, in lower case and without accents: `pco2`.
    Word(String),
    /// A decimal number, with a comma or a point; digits may stand in groups of three.
    Number {
        /// How much; infinite when nobody writes so many digits.
        value: f64,
        /// Whether it has decimals.
        decimals: bool,
    },
    /// Any other sign.
    Sign(char),
}

/// A piece of text and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Range<usize>,
}

impl Token {
    /// The word; empty when it is none.
    pub(super) fn word(&self) -> &str {
        match &self.kind {
            Kind::Word(word) => word,
            _ => "",
        }
    }

    pub(super) fn is(&self, sign: char) -> bool {
        self.kind == Kind::Sign(sign)
    }

    pub(super) fn number(&self) -> Option<(f64, bool)> {
        match self.kind {
            Kind::Number { value, decimals } => Some((value, decimals)),
            _ => None,
        }
    }
}

/// More digits than this are a telephone, an identifier, anything but a result.
const MOST_DIGITS: usize = 12;

/// Cuts a text into tokens, in one pass.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let signs: Vec<(usize, char)> = text.char_indices().collect();
    let end = |at: usize| signs.get(at).map_or(text.len(), |(start, _)| *start);
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&(start, sign)) = signs.get(at) {
        let kind = if sign.is_ascii_digit() {
            let (kind, next) = number(&signs, at);
            at = next;
            kind
        } else if sign.is_alphabetic() {
            let (word, next) = word(&signs, at);
            at = next;
            Kind::Word(word)
        } else {
            at += 1;
            match superscript(sign) {
                // 10⁹, written as 10^9.
                Some(digit) => {
                    tokens.push(Token { kind: Kind::Sign('^'), span: start..start });
                    Kind::Number { value: f64::from(digit), decimals: false }
                }
                None if sign.is_whitespace() || is_mark(sign) || is_invisible(sign) => continue,
                None => Kind::Sign(sign),
            }
        };
        tokens.push(Token { kind, span: start..end(at) });
    }
    tokens
}

fn word(signs: &[(usize, char)], start: usize) -> (String, usize) {
    let mut word = String::new();
    let mut at = start;
    while let Some(&(_, sign)) = signs.get(at) {
        match (plain(sign), superscript(sign)) {
            (Some(plain), _) => word.push_str(plain),
            (None, Some(digit)) => word.push(char::from(b'0' + digit)),
            // Accents typed as signs of their own (NFD).
            (None, None) if is_mark(sign) || is_invisible(sign) => {}
            (None, None) if sign.is_alphanumeric() => word.extend(sign.to_lowercase()),
            (None, None) => break,
        }
        at += 1;
    }
    (word, at)
}

/// A letter that is written in more ways than one. "ç" stays: "ça" is not "Ca".
fn plain(sign: char) -> Option<&'static str> {
    Some(match sign {
        'à' | 'á' | 'â' | 'ä' | 'À' | 'Á' | 'Â' | 'Ä' => "a",
        'è' | 'é' | 'ê' | 'ë' | 'È' | 'É' | 'Ê' | 'Ë' => "e",
        'ì' | 'í' | 'î' | 'ï' | 'Ì' | 'Í' | 'Î' | 'Ï' => "i",
        'ò' | 'ó' | 'ô' | 'ö' | 'Ò' | 'Ó' | 'Ô' | 'Ö' => "o",
        'ù' | 'ú' | 'û' | 'ü' | 'Ù' | 'Ú' | 'Û' | 'Ü' => "u",
        'œ' | 'Œ' => "oe",
        // The micro sign, and the Greek letter.
        '\u{b5}' | '\u{3bc}' => "u",
        'β' => "beta",
        _ => return None,
    })
}

fn superscript(sign: char) -> Option<u8> {
    Some(match sign {
        '⁰' | '₀' => 0,
        '¹' => 1,
        '²' | '₂' => 2,
        '³' | '₃' => 3,
        '⁶' => 6,
        '⁹' => 9,
        _ => return None,
    })
}

fn is_mark(sign: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&sign)
}

fn is_invisible(sign: char) -> bool {
    matches!(sign, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

fn number(signs: &[(usize, char)], start: usize) -> (Kind, usize) {
    let digit = |at: usize| signs.get(at).map(|(_, sign)| *sign).filter(char::is_ascii_digit);
    let mut digits = String::new();
    let mut at = start;
    let take = |at: &mut usize, digits: &mut String| {
        while let Some(one) = digit(*at) {
            digits.push(one);
            *at += 1;
        }
    };
    take(&mut at, &mut digits);
    if digits.len() <= 3 {
        // 15 000: groups of exactly three, with one space before each.
        while is_space(signs.get(at)) && (1..=3).all(|next| digit(at + next).is_some()) && digit(at + 4).is_none() {
            at += 1;
            take(&mut at, &mut digits);
        }
    }
    let mut decimals = false;
    if matches!(signs.get(at), Some((_, ',' | '.'))) && digit(at + 1).is_some() {
        decimals = true;
        digits.push('.');
        at += 1;
        take(&mut at, &mut digits);
    }
    let value = if digits.len() > MOST_DIGITS { f64::INFINITY } else { digits.parse().unwrap_or(f64::INFINITY) };
    (Kind::Number { value, decimals }, at)
}

fn is_space(sign: Option<&(usize, char)>) -> bool {
    matches!(sign, Some((_, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}')))
}
