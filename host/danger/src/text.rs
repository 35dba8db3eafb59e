//! What was said or written as tokens: lower-case ASCII words, numbers and the few
//! signs that mean something, each with its place in the text.
//!
//! What hides a word from a reader of bytes hides nothing here: accents and case,
//! signs without width, letters of other alphabets that look like ours, letters
//! that are stretched ("saaaigne").

use std::ops::Range;

use rustc_hash::FxHashMap;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};
use unicode_security::confusable_detection::skeleton;

use crate::telephones;
use crate::token::Token;

/// The words of a text.
pub(crate) struct Words {
    /// All of them in one place: a text may have tens of thousands.
    letters: String,
    places: Vec<Place>,
}

/// Where a word stands: among the letters, behind the word before it, and in the text. Small
/// numbers: what a long text costs is mostly room.
struct Place {
    word_end: u32,
    start: u32,
    end: u32,
    part: u32,
}

impl Words {
    /// Cuts a text into words.
    pub(crate) fn of(text: &str) -> Self {
        let mut cutter = Cutter {
            words: Self { letters: String::with_capacity(text.len()), places: Vec::with_capacity(text.len() / 5) },
            begun: 0,
            start: 0,
            part: 0,
            looks: Looks::default(),
        };
        let mut signs = text.char_indices().peekable();
        while let Some((at, sign)) = signs.next() {
            let next = signs.peek().map(|(_, next)| *next);
            cutter.take(at, sign, next);
        }
        cutter.end_word(text.len());
        cutter.words
    }

    /// They as tokens, each telephone number as one.
    pub(crate) fn tokens(&self) -> Vec<Token<'_>> {
        let mut begun = 0;
        let token = |place: &Place| {
            let word_end = place.word_end as usize;
            let word = &self.letters[begun..word_end];
            begun = word_end;
            Token { word, start: place.start, end: place.end, part: place.part }
        };
        let mut tokens = self.places.iter().map(token).collect();
        telephones::fold(&mut tokens);
        tokens
    }
}

fn small(at: usize) -> u32 {
    u32::try_from(at).expect("a text is shorter")
}

struct Cutter {
    words: Words,
    /// Where the word that is being read begins among the letters.
    begun: usize,
    /// Where it begins in the text.
    start: usize,
    part: u32,
    looks: Looks,
}

impl Cutter {
    fn take(&mut self, at: usize, sign: char, next: Option<char>) {
        match sign {
            'a'..='z' => self.letter(at, sign),
            'A'..='Z' => self.letter(at, sign.to_ascii_lowercase()),
            '0'..='9' => self.letter(at, sign),
            // A decimal sign between digits.
            '.' | ',' if self.is_number() && next.is_some_and(|next| next.is_ascii_digit()) && !self.has_decimals() => {
                self.words.letters.push('.');
            }
            '.' | '!' | '?' | ';' | '\n' | '…' => {
                self.end_word(at);
                self.part += 1;
            }
            '/' | '%' | '°' | '<' | '>' | '+' | '=' => {
                self.end_word(at);
                self.words.letters.push(sign);
                self.push(at..at + sign.len_utf8());
            }
            _ if sign.is_ascii() => self.end_word(at),
            _ if is_without_width(sign) => {}
            _ if is_apostrophe(sign) => self.end_word(at),
            _ => self.foreign(at, sign),
        }
    }

    /// The word that is being read.
    fn word(&self) -> &str {
        &self.words.letters[self.begun..]
    }

    fn letter(&mut self, at: usize, sign: char) {
        // "3mois" is two words, "spo2" and "g2p1" are one.
        if !sign.is_ascii_digit() && self.is_number() {
            self.end_word(at);
        }
        if self.begun == self.words.letters.len() {
            self.start = at;
        }
        self.words.letters.push(sign);
    }

    /// A sign outside ASCII: what it is without its accent, or what it looks like.
    fn foreign(&mut self, at: usize, sign: char) {
        let plain = match sign {
            'à' | 'â' | 'ä' | 'À' | 'Â' => "a",
            'ç' | 'Ç' => "c",
            'é' | 'è' | 'ê' | 'ë' | 'É' | 'È' | 'Ê' => "e",
            'î' | 'ï' | 'Î' => "i",
            'ô' | 'ö' | 'Ô' => "o",
            'ù' | 'û' | 'ü' | 'Û' => "u",
            'œ' | 'Œ' => "oe",
            'æ' | 'Æ' => "ae",
            _ => return self.unusual(at, sign),
        };
        for letter in plain.chars() {
            self.letter(at, letter);
        }
    }

    fn unusual(&mut self, at: usize, sign: char) {
        let Some(look) = self.looks.of(sign) else { return self.end_word(at) };
        for place in look {
            self.letter(at, self.looks.letters[place]);
        }
    }

    fn is_number(&self) -> bool {
        self.words.letters.as_bytes().get(self.begun).is_some_and(u8::is_ascii_digit)
    }

    fn has_decimals(&self) -> bool {
        self.word().contains('.')
    }

    fn end_word(&mut self, at: usize) {
        if self.word().is_empty() {
            return;
        }
        if !self.is_number()
            && let Some(short) = without_stretches(self.word())
        {
            self.words.letters.truncate(self.begun);
            self.words.letters.push_str(&short);
        }
        if let Some(parts) = without_apostrophe(self.word()) {
            self.words.letters.truncate(self.begun);
            for part in parts {
                self.words.letters.push_str(part);
                self.push(self.start..at);
            }
            return;
        }
        self.push(self.start..at);
    }

    /// The word that was read is whole.
    fn push(&mut self, span: Range<usize>) {
        if matches!(self.word(), "mais" | "sauf" | "but") {
            self.part += 1;
        }
        self.begun = self.words.letters.len();
        self.words.places.push(Place {
            word_end: small(self.begun),
            start: small(span.start),
            end: small(span.end),
            part: self.part,
        });
    }
}

/// What unusual signs look like, each looked up once in a text.
#[derive(Default)]
struct Looks {
    letters: Vec<char>,
    known: FxHashMap<char, Option<Range<usize>>>,
}

impl Looks {
    /// Where the letters of this sign stand. An accent has none; what is no letter is not
    /// known at all.
    fn of(&mut self, sign: char) -> Option<Range<usize>> {
        if let Some(known) = self.known.get(&sign) {
            return known.clone();
        }
        let first = self.letters.len();
        let mut found = false;
        decompose_compatible(sign, |part| {
            for part in part.to_lowercase() {
                decompose_compatible(part, |part| found |= self.take(part));
            }
        });
        let look = found.then_some(first..self.letters.len());
        self.known.insert(sign, look.clone());
        look
    }

    /// Whether a part of a sign is a letter, which is taken, or an accent.
    fn take(&mut self, part: char) -> bool {
        if part.is_ascii_alphanumeric() {
            self.letters.push(part);
        } else if is_combining_mark(part) {
            return true;
        } else if part.is_alphanumeric() {
            let first = self.letters.len();
            self.letters.extend(skeleton(part.encode_utf8(&mut [0; 4])).map(|looks| looks.to_ascii_lowercase()));
            let looks = &self.letters[first..];
            if looks.is_empty() || !looks.iter().all(char::is_ascii_alphanumeric) {
                self.letters.truncate(first);
                self.letters.push(part);
            }
        } else {
            return false;
        }
        true
    }
}

/// The two words of an English contraction that was typed without its apostrophe, none of
/// them a French word: "cant" is heard as "can't" is.
fn without_apostrophe(word: &str) -> Option<[&'static str; 2]> {
    Some(match word {
        "cant" => ["can", "t"],
        "wont" => ["won", "t"],
        "isnt" => ["isn", "t"],
        "doesnt" => ["doesn", "t"],
        "didnt" => ["didn", "t"],
        "hasnt" => ["hasn", "t"],
        "havent" => ["haven", "t"],
        "couldnt" => ["couldn", "t"],
        "wouldnt" => ["wouldn", "t"],
        "wasnt" => ["wasn", "t"],
        "im" => ["i", "m"],
        "ive" => ["i", "ve"],
        "hes" => ["he", "s"],
        "shes" => ["she", "s"],
        "theyre" => ["they", "re"],
        "theres" => ["there", "s"],
        "thats" => ["that", "s"],
        "whats" => ["what", "s"],
        "youre" => ["you", "re"],
        "weve" => ["we", "ve"],
        _ => return None,
    })
}

/// The same word, if a letter stands three times in a row, as none does in French or English.
fn without_stretches(word: &str) -> Option<String> {
    let bytes = word.as_bytes();
    if !bytes.windows(3).any(|three| three[0] == three[1] && three[1] == three[2]) {
        return None;
    }
    let mut short = String::with_capacity(word.len());
    let mut signs = word.chars().peekable();
    while let Some(sign) = signs.next() {
        let mut run = 1;
        while signs.next_if_eq(&sign).is_some() {
            run += 1;
        }
        short.push(sign);
        if run == 2 {
            short.push(sign);
        }
    }
    Some(short)
}

fn is_without_width(sign: char) -> bool {
    matches!(
        sign,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}'
    ) || is_combining_mark(sign)
}

fn is_apostrophe(sign: char) -> bool {
    matches!(sign, '’' | '‘' | 'ʼ' | '′' | '´' | '`')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> String {
        Words::of(text).tokens().iter().map(|token| token.word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_hides_a_word_hides_nothing() {
        for text in [
            "il saigne",
            "IL SAIGNE",
            "il sa\u{200b}igne",
            "il sa\u{ad}igne",
            "il saaaaigne",
            "il s\u{0430}igne",
            "il ｓａｉｇｎｅ",
            "il 𝐬𝐚𝐢𝐠𝐧𝐞",
            "il sai\u{301}gne",
            "il\u{a0}saigne",
            "il-saigne",
            "il s\u{0430}ign\u{0435}",
        ] {
            assert_eq!(words(text), "il saigne", "{text}");
        }
        assert_eq!(words("l’œil, l'ŒIL d’Éloïse"), "l oeil l oeil d eloise");
    }

    #[test]
    fn a_missing_apostrophe_changes_nothing() {
        assert_eq!(words("I cant, shes worse, im alone"), words("I can't, she's worse, I'm alone"));
        assert_eq!(words("dont je parle"), "dont je parle");
        let text = "he cant";
        assert!(Words::of(text).tokens()[1..].iter().all(|token| &text[token.span()] == "cant"));
    }

    #[test]
    fn numbers_keep_their_decimals_and_lose_their_units() {
        assert_eq!(words("39,5°C 3mois SpO2 86% TA 22/11 0.40g"), "39.5 ° c 3 mois spo2 86 % ta 22 / 11 0.40 g");
        assert_eq!(Words::of("38.5").tokens()[0].number(), Some(38.5));
        assert_eq!(words("le 12.11.2026"), "le 12.11 2026");
    }

    #[test]
    fn spans_point_into_the_text() {
        let text = "Éh oui : il sa\u{200b}igne.";
        for token in Words::of(text).tokens() {
            assert!(text.get(token.span()).is_some(), "{token:?}");
        }
        assert_eq!(&text[Words::of(text).tokens()[3].span()], "sa\u{200b}igne");
    }

    #[test]
    fn parts_end_with_the_sentence_and_at_a_but() {
        let parts: Vec<u32> = Words::of("pas mal mais faible. oui").tokens().iter().map(|token| token.part).collect();
        assert_eq!(parts, [0, 0, 1, 1, 2]);
    }

    #[test]
    fn a_telephone_number_is_one_word_however_it_is_written() {
        for number in
            ["06 39 98 12 34", "0639981234", "06.39.98.12.34", "06-39-98-12-34", "+33 6 39 98 12 34", "+33639981234"]
        {
            assert_eq!(words(&format!("au {number} merci")), "au telephone merci", "{number}");
        }
        assert_eq!(words("le 12 06 39 98 12 34"), "le 12 telephone");
        assert_eq!(words("secu 1 58 03 75 116 001 23"), "secu telephone");
    }

    #[test]
    fn measures_stay_what_they_are() {
        for text in
            ["ta 22 / 11", "dextro 0.40", "39.5 de fievre", "sat 86 % fc 140", "glasgow 9", "0 40", "2 10 2 40 1 80"]
        {
            assert_eq!(words(text), text, "{text}");
        }
        assert_eq!(Words::of("au 06 39 98 12 34 svp").tokens()[1].span(), 3..17);
    }
}
