//! Which language a text is in: French and English are listened to. Of another one
//! nothing can be heard, and somebody must read it.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::token::Token;

/// Words that are of one of the two languages only, and that nobody speaks it without. The
/// "t" of "can't" is none: French notes write the temperature so.
const ENGLISH: [&str; 29] = [
    "the", "is", "my", "have", "has", "and", "i", "she", "he", "with", "for", "of", "to", "in", "it", "was", "can",
    "your", "his", "her", "they", "not", "been", "that", "this", "from", "are", "at", "since",
];
const FRENCH: [&str; 30] = [
    "le", "la", "les", "et", "est", "je", "j", "il", "elle", "un", "une", "des", "du", "de", "mon", "ma", "pour",
    "dans", "que", "qui", "ne", "pas", "ai", "ca", "c", "au", "on", "depuis", "avec", "sa",
];

/// Words that tell English notes and short lines, which have few of the small ones.
const ENGLISH_HINTS: &[&str] = &[
    "yo",
    "hx",
    "pmh",
    "cannot",
    "yr",
    "yrs",
    "year",
    "years",
    "old",
    "wk",
    "wks",
    "week",
    "weeks",
    "mth",
    "mths",
    "months",
    "days",
    "hrs",
    "hours",
    "mins",
    "baby",
    "child",
    "kid",
    "mum",
    "mom",
    "dad",
    "wife",
    "husband",
    "boy",
    "girl",
    "daughter",
    "brother",
    "sister",
    "chest",
    "head",
    "arm",
    "leg",
    "eye",
    "neck",
    "skin",
    "blood",
    "bp",
    "sats",
    "sob",
    "pain",
    "painful",
    "bleeding",
    "breath",
    "breathing",
    "fever",
    "pregnant",
    "swelling",
    "swollen",
    "unconscious",
    "seizure",
    "stroke",
    "weakness",
    "fall",
    "fell",
    "today",
    "yesterday",
    "tomorrow",
    "tonight",
    "morning",
    "after",
    "before",
    "need",
    "needs",
    "please",
    "pls",
    "thanks",
    "thx",
    "what",
    "when",
    "where",
    "how",
    "do",
    "did",
    "does",
    "be",
    "would",
    "could",
    "will",
    "just",
    "an",
    "by",
    "so",
    "out",
    "up",
    "down",
    "still",
    "now",
    "you",
    "we",
    "him",
    "them",
    "there",
    "left",
    "right",
    "hello",
    "call",
    "back",
    "doctor",
    "appt",
    "appointment",
    "cant",
    "wont",
    "dont",
    "isnt",
    "doesnt",
    "im",
    "ive",
    "hes",
    "shes",
    "theres",
    "don",
    "doesn",
    "isn",
    "won",
    "ve",
    "ll",
    "re",
    "no",
    "unable",
    "known",
    "new",
    "onset",
    "sudden",
    "suddenly",
    "like",
    "feel",
    "feels",
    "feeling",
    "bad",
    "all",
    "off",
    "over",
    "w",
    "took",
    "got",
    "get",
];

/// The same of French.
const FRENCH_HINTS: &[&str] = &[
    "en", "sur", "mais", "vous", "nous", "me", "se", "s", "ce", "cette", "son", "ses", "mes", "aux", "par", "plus",
    "bonjour", "docteur", "rdv", "ans", "mois", "jours", "semaines", "heures", "mal", "fait", "tres", "suis", "a", "l",
    "d", "qu", "n", "sans", "dt", "ta", "mr", "mme", "bebe", "fille", "fils", "mari", "femme", "mere", "pere",
    "douleur", "fievre", "sang", "merci", "svp", "madame", "pr", "jour", "hier", "demain", "matin", "soir", "chez",
    "ou", "y",
];

/// The lists that a word stands on: English and French, then what hints at either.
type Lists = [bool; 4];

/// All of these words. Whoever listens asks for each of the first tokens, and for one list
/// after the other that would take longer than everything else.
static LISTED: LazyLock<HashMap<&'static str, Lists>> = LazyLock::new(|| {
    let mut listed: HashMap<&'static str, Lists> = HashMap::new();
    for (list, words) in [&ENGLISH[..], &FRENCH, ENGLISH_HINTS, FRENCH_HINTS].into_iter().enumerate() {
        words.iter().for_each(|word| listed.entry(word).or_default()[list] = true);
    }
    listed
});

/// Whether a text is rather English than French; French where nothing tells.
pub(crate) fn is_english(tokens: &[Token]) -> bool {
    let [english, french, english_hints, french_hints] = counts(tokens);
    if english + french >= PLENTY && english != french {
        return english > french;
    }
    english + english_hints > french + french_hints
}

/// So many of the small words tell by themselves.
const PLENTY: usize = 3;

/// What is decided by the first tokens.
const FIRST: usize = 200;

/// How many of the first tokens stand on each list.
fn counts(tokens: &[Token]) -> [usize; 4] {
    let mut counts = [0; 4];
    for lists in tokens.iter().take(FIRST).filter_map(|token| LISTED.get(token.word)) {
        counts.iter_mut().zip(lists).for_each(|(count, is_on)| *count += usize::from(*is_on));
    }
    counts
}

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
pub(crate) fn is_foreign(text: &str, tokens: &[Token]) -> bool {
    let [english, french, ..] = counts(tokens);
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
            tokens.iter().take(FIRST).map(|token| token.word).filter(|word| words.contains(word)).collect();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Words;

    #[test]
    fn notes_are_of_a_language_too() {
        for text in ["my chest hurts", "79 yo F, sudden weakness L arm", "fell off bike, arm painful", "I can't sleep"]
        {
            assert!(is_english(&Words::of(text).tokens()), "{text}");
        }
        for text in
            ["NN J18, T 38,4, avis pédiatre", "réaction sévère, lèvres gonflées", "rdv", "DT irradiant MSG, sueurs"]
        {
            assert!(!is_english(&Words::of(text).tokens()), "{text}");
        }
    }
}
