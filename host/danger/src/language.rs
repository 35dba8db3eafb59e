//! Whether a text is in a language that the rules listen to: French or English. Of
//! another one nothing can be heard, and somebody must read it.

use crate::token::Token;

/// Words that nobody speaks a language without, and that are no French or English.
const OTHERS: [&[&str]; 9] = [
    &[
        "el", "los", "las", "por", "para", "muy", "tengo", "estoy", "pero", "duele", "mucho", "mi", "hijo", "hija",
        "desde", "esta",
    ],
    &[
        "ich",
        "und",
        "nicht",
        "ist",
        "mein",
        "meine",
        "habe",
        "hat",
        "kann",
        "sehr",
        "mit",
        "wir",
        "seit",
        "schmerzen",
        "das",
        "ein",
    ],
    &[
        "che", "sono", "ho", "mio", "mia", "molto", "della", "per", "ha", "sto", "dolore", "bambino", "con", "questo",
        "gli",
    ],
    &["nao", "estou", "tenho", "meu", "minha", "muito", "uma", "com", "dor", "esta", "filho", "filha", "desde", "voce"],
    &["ik", "het", "een", "niet", "mijn", "heb", "heeft", "van", "zijn", "pijn", "erg", "maar"],
    &["ve", "bir", "cok", "benim", "var", "yok", "icin", "cocugum", "agriyor", "degil", "oglum", "kizim"],
    &["sunt", "foarte", "este", "meu", "copilul", "doare", "am", "nu", "pentru", "fiica", "fiul"],
    &["nie", "jest", "mam", "boli", "bardzo", "moje", "moj", "sie", "dziecko", "od", "mnie", "syn"],
    &["eshte", "nuk", "kam", "shume", "dhimbje", "im", "ime", "djali", "vajza", "jam"],
];

/// Fewer letters than this say nothing of their language.
const FEWEST_LETTERS: usize = 6;

/// Whether somebody who reads French and English cannot read this.
pub(crate) fn is_foreign(text: &str, tokens: &[Token], french: usize, english: usize) -> bool {
    let (mut letters, mut strange) = (0, 0);
    for sign in text.chars().filter(|sign| sign.is_alphabetic()) {
        letters += 1;
        strange += usize::from(!is_latin(sign));
    }
    if letters < FEWEST_LETTERS {
        return false;
    }
    let known = |words: &[&str]| {
        let mut found: Vec<&str> =
            tokens.iter().take(200).map(|token| token.word.as_str()).filter(|word| words.contains(word)).collect();
        found.sort_unstable();
        found.dedup();
        found.len()
    };
    let other = OTHERS.iter().map(|words| known(words)).max().unwrap_or(0);
    strange * 2 > letters || (other >= 2 && other > french && other > english)
}

/// Latin letters, full width and those of mathematics too: these are read as ours.
fn is_latin(sign: char) -> bool {
    matches!(sign, '\u{0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' | '\u{2100}'..='\u{214f}' | '\u{ff21}'..='\u{ff5a}' | '\u{1d400}'..='\u{1d7ff}')
}
