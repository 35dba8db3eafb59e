//! French endings. Vowels that are none where they stand are marked by a capital: the "u"
//! of "qu", the "i" of "voyage".

use super::{end_with, ending, is_vowel, region};

/// Cuts a French word to its stem.
pub(crate) fn stem(word: &mut Vec<u8>) {
    mark(word);
    let regions = Regions::of(word);
    if standard(word, &regions) || verb_in_i(word, &regions) || verb(word, &regions) {
        if word.last() == Some(&b'Y') {
            end_with(word, word.len() - 1, "i");
        }
    } else {
        residual(word, &regions);
    }
    if ending(word, DOUBLED).is_some() {
        word.pop();
    }
    for letter in word {
        if matches!(letter, b'I' | b'U' | b'Y') {
            *letter = letter.to_ascii_lowercase();
        }
    }
}

fn mark(word: &mut [u8]) {
    let vowel_at = |word: &[u8], at: usize| word.get(at).is_some_and(|letter| is_vowel(*letter));
    for at in 0..word.len() {
        let next = word.get(at + 1).copied();
        match (word[at], next) {
            (one, Some(b'u' | b'i')) if is_vowel(one) && vowel_at(word, at + 2) => {
                word[at + 1] = word[at + 1].to_ascii_uppercase();
            }
            (one, Some(b'y')) if is_vowel(one) => word[at + 1] = b'Y',
            (b'q', Some(b'u')) => word[at + 1] = b'U',
            _ => {}
        }
        if word[at] == b'y' && vowel_at(word, at + 1) {
            word[at] = b'Y';
        }
    }
}

/// From where on endings may be cut.
struct Regions {
    verb: usize,
    first: usize,
    second: usize,
}

impl Regions {
    fn of(word: &[u8]) -> Self {
        let first = region(word, 0);
        let verb = match word {
            [one, two, _, ..] if is_vowel(*one) && is_vowel(*two) => 3,
            [b'p', b'a', b'r', ..] | [b'c', b'o', b'l', ..] | [b't', b'a', b'p', ..] => 3,
            _ => word.iter().skip(1).position(|letter| is_vowel(*letter)).map_or(word.len(), |at| at + 2),
        };
        Self { verb, first, second: region(word, first) }
    }
}

/// What is done to a standard ending.
#[derive(Clone, Copy)]
enum Standard {
    Deleted,
    /// And "ic" before it.
    Ation,
    /// These letters instead.
    Second(&'static str),
    Ement,
    If,
    Eaux,
    Aux,
    Euse,
    Issement,
    /// The adjective's letters instead, which a verb may end with.
    Adverb(&'static str),
    Ment,
}

const STANDARD: &[(&str, Standard)] = &[
    ("issements", Standard::Issement),
    ("issement", Standard::Issement),
    ("atrices", Standard::Ation),
    ("atrice", Standard::Ation),
    ("ateurs", Standard::Ation),
    ("ations", Standard::Ation),
    ("logies", Standard::Second("log")),
    ("usions", Standard::Second("u")),
    ("utions", Standard::Second("u")),
    ("ements", Standard::Ement),
    ("amment", Standard::Adverb("ant")),
    ("emment", Standard::Adverb("ent")),
    ("iqUes", Standard::Deleted),
    ("ances", Standard::Deleted),
    ("ables", Standard::Deleted),
    ("ismes", Standard::Deleted),
    ("istes", Standard::Deleted),
    ("ateur", Standard::Ation),
    ("ation", Standard::Ation),
    ("logie", Standard::Second("log")),
    ("usion", Standard::Second("u")),
    ("ution", Standard::Second("u")),
    ("ences", Standard::Second("ent")),
    ("euses", Standard::Euse),
    ("ement", Standard::Ement),
    ("ments", Standard::Ment),
    ("iqUe", Standard::Deleted),
    ("ance", Standard::Deleted),
    ("able", Standard::Deleted),
    ("isme", Standard::Deleted),
    ("iste", Standard::Deleted),
    ("ence", Standard::Second("ent")),
    ("ives", Standard::If),
    ("euse", Standard::Euse),
    ("ment", Standard::Ment),
    ("eaux", Standard::Eaux),
    ("ive", Standard::If),
    ("ifs", Standard::If),
    ("eux", Standard::Deleted),
    ("aux", Standard::Aux),
    ("if", Standard::If),
];

/// Whether the word had a standard ending and nothing else is to be cut. Some are taken off
/// so that a verb's may be.
fn standard(word: &mut Vec<u8>, regions: &Regions) -> bool {
    let Some((start, standard)) = ending(word, STANDARD) else { return false };
    let (in_verb, in_first, in_second) = (regions.verb <= start, regions.first <= start, regions.second <= start);
    match standard {
        Standard::Deleted if in_second => word.truncate(start),
        Standard::Ation if in_second => {
            word.truncate(start);
            cut_ic(word, regions);
        }
        Standard::Second(letters) if in_second => end_with(word, start, letters),
        Standard::Ement if in_verb => {
            word.truncate(start);
            cut_before_ement(word, regions);
        }
        Standard::If if in_second => {
            word.truncate(start);
            if cut(word, "at", regions.second) {
                cut_ic(word, regions);
            }
        }
        Standard::Eaux => end_with(word, start, "eau"),
        Standard::Aux if in_first => end_with(word, start, "al"),
        Standard::Euse if in_second => word.truncate(start),
        Standard::Euse if in_first => end_with(word, start, "eux"),
        Standard::Issement if in_first && start > 0 && !is_vowel(word[start - 1]) => word.truncate(start),
        Standard::Adverb(letters) if in_verb => {
            end_with(word, start, letters);
            return false;
        }
        Standard::Ment if start > regions.verb && is_vowel(word[start - 1]) => {
            word.truncate(start);
            return false;
        }
        _ => return false,
    }
    true
}

/// Cuts an ending that begins in this region.
fn cut(word: &mut Vec<u8>, letters: &str, region: usize) -> bool {
    let Some((start, ())) = ending(word, &[(letters, ())]).filter(|(start, ())| region <= *start) else { return false };
    word.truncate(start);
    true
}

fn cut_ic(word: &mut Vec<u8>, regions: &Regions) {
    if !cut(word, "ic", regions.second) && word.ends_with(b"ic") {
        end_with(word, word.len() - 2, "iqU");
    }
}

fn cut_before_ement(word: &mut Vec<u8>, regions: &Regions) {
    if cut(word, "iv", regions.second) {
        cut(word, "at", regions.second);
    } else if !cut(word, "abl", regions.second)
        && !cut(word, "iqU", regions.second)
        && !cut(word, "eus", regions.second)
        && cut(word, "eus", regions.first)
    {
        word.extend_from_slice(b"eux");
    }
}

/// Of verbs like "finir", behind a consonant.
const IN_I: &[(&str, ())] = &[
    ("issantes", ()),
    ("issaIent", ()),
    ("issante", ()),
    ("issants", ()),
    ("issions", ()),
    ("iraIent", ()),
    ("issais", ()),
    ("issait", ()),
    ("issant", ()),
    ("issons", ()),
    ("issent", ()),
    ("issiez", ()),
    ("irions", ()),
    ("isses", ()),
    ("irais", ()),
    ("irait", ()),
    ("irons", ()),
    ("irent", ()),
    ("iront", ()),
    ("iriez", ()),
    ("issez", ()),
    ("isse", ()),
    ("irai", ()),
    ("iras", ()),
    ("irez", ()),
    ("ira", ()),
    ("ies", ()),
    ("ie", ()),
    ("ir", ()),
    ("is", ()),
    ("it", ()),
    ("i", ()),
];

fn verb_in_i(word: &mut Vec<u8>, regions: &Regions) -> bool {
    let Some((start, ())) = word.get(regions.verb..).and_then(|end| ending(end, IN_I)) else { return false };
    let consonant = start > 0 && !is_vowel(word[regions.verb + start - 1]);
    if consonant {
        word.truncate(regions.verb + start);
    }
    consonant
}

#[derive(Clone, Copy)]
enum Verb {
    Ions,
    Er,
    /// And an "e" before it: "mangeait".
    A,
}

const VERB: &[(&str, Verb)] = &[
    ("eraIent", Verb::Er),
    ("assions", Verb::A),
    ("erions", Verb::Er),
    ("assent", Verb::A),
    ("assiez", Verb::A),
    ("erais", Verb::Er),
    ("erait", Verb::Er),
    ("erons", Verb::Er),
    ("eront", Verb::Er),
    ("eriez", Verb::Er),
    ("asses", Verb::A),
    ("antes", Verb::A),
    ("aIent", Verb::A),
    ("erai", Verb::Er),
    ("eras", Verb::Er),
    ("erez", Verb::Er),
    ("asse", Verb::A),
    ("ante", Verb::A),
    ("ants", Verb::A),
    ("ions", Verb::Ions),
    ("era", Verb::Er),
    ("iez", Verb::Er),
    ("ais", Verb::A),
    ("ait", Verb::A),
    ("ant", Verb::A),
    ("er", Verb::Er),
    ("ez", Verb::Er),
    ("ai", Verb::A),
    ("as", Verb::A),
    ("a", Verb::A),
];

fn verb(word: &mut Vec<u8>, regions: &Regions) -> bool {
    let Some((start, verb)) = word.get(regions.verb..).and_then(|end| ending(end, VERB)) else { return false };
    let start = regions.verb + start;
    if matches!(verb, Verb::Ions) && start < regions.second {
        return false;
    }
    word.truncate(start);
    if matches!(verb, Verb::A) {
        cut(word, "e", regions.verb);
    }
    true
}

const RESIDUAL: &[(&str, &str)] = &[("ion", ""), ("Ier", "i"), ("ier", "i"), ("e", "")];

/// What is left of an ending when no other was found.
fn residual(word: &mut Vec<u8>, regions: &Regions) {
    if let [.., before, b's'] = word[..]
        && !matches!(before, b'a' | b'i' | b'o' | b'u' | b's')
    {
        word.pop();
    }
    let Some((start, letters)) = word.get(regions.verb..).and_then(|end| ending(end, RESIDUAL)) else { return };
    let start = regions.verb + start;
    let is_ion = word.ends_with(b"ion");
    let after_s_or_t = start > regions.verb && matches!(word[start - 1], b's' | b't');
    if !is_ion || (regions.second <= start && after_s_or_t) {
        end_with(word, start, letters);
    }
}

const DOUBLED: &[(&str, ())] = &[("eill", ()), ("enn", ()), ("onn", ()), ("ett", ()), ("ell", ())];
