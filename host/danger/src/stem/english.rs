//! English endings. A "y" that is no vowel is marked by a capital.

use super::{end_with, ending, is_vowel, region};

/// Cuts an English word to its stem.
pub(crate) fn stem(word: &mut Vec<u8>) {
    if word.len() < 3 {
        return;
    }
    if let Some((_, stem)) = EXCEPTIONS.iter().find(|(exception, _)| exception.as_bytes() == word) {
        return end_with(word, 0, stem);
    }
    mark(word);
    let regions = Regions::of(word);
    cut_plural(word);
    if !INVARIANT.iter().any(|invariant| invariant.as_bytes() == word) {
        cut_past(word, &regions);
        if let [_, .., before, b'y' | b'Y'] = word[..]
            && !is_vowel(before)
        {
            end_with(word, word.len() - 1, "i");
        }
        cut_second(word, &regions);
        cut_third(word, &regions);
        cut_fourth(word, &regions);
        cut_last(word, &regions);
    }
    for letter in word {
        if *letter == b'Y' {
            *letter = b'y';
        }
    }
}

/// Words that no rule below holds for, and their stems.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("skis", "ski"),
    ("skies", "sky"),
    ("dying", "die"),
    ("lying", "lie"),
    ("tying", "tie"),
    ("idly", "idl"),
    ("gently", "gentl"),
    ("ugly", "ugli"),
    ("early", "earli"),
    ("only", "onli"),
    ("singly", "singl"),
    ("sky", "sky"),
    ("news", "news"),
    ("howe", "howe"),
    ("atlas", "atlas"),
    ("cosmos", "cosmos"),
    ("bias", "bias"),
    ("andes", "andes"),
];

/// What is cut no further once it is no plural.
const INVARIANT: &[&str] = &["inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed"];

fn mark(word: &mut [u8]) {
    if word[0] == b'y' {
        word[0] = b'Y';
    }
    for at in 1..word.len() {
        if word[at] == b'y' && is_vowel(word[at - 1]) {
            word[at] = b'Y';
        }
    }
}

/// From where on endings may be cut.
struct Regions {
    first: usize,
    second: usize,
}

impl Regions {
    fn of(word: &[u8]) -> Self {
        let beginning = ["gener", "commun", "arsen"].iter().find(|beginning| word.starts_with(beginning.as_bytes()));
        let first = beginning.map_or_else(|| region(word, 0), |beginning| beginning.len());
        Self { first, second: region(word, first) }
    }
}

/// Whether it ends with a short syllable.
fn is_short(word: &[u8]) -> bool {
    match word {
        [.., one, two, three] if !is_vowel(*one) && is_vowel(*two) => {
            !is_vowel(*three) && !matches!(three, b'w' | b'x' | b'Y')
        }
        [one, two] => is_vowel(*one) && !is_vowel(*two),
        _ => false,
    }
}

fn has_vowel(letters: &[u8]) -> bool {
    letters.iter().any(|letter| is_vowel(*letter))
}

fn cut_plural(word: &mut Vec<u8>) {
    let length = word.len();
    match word[..] {
        [.., b's', b's', b'e', b's'] => word.truncate(length - 2),
        [.., b'i', b'e', b'd' | b's'] => word.truncate(if length > 4 { length - 2 } else { length - 1 }),
        [.., b'u' | b's', b's'] => {}
        [.., b's'] if has_vowel(&word[..length - 2]) => word.truncate(length - 1),
        _ => {}
    }
}

#[derive(Clone, Copy)]
enum Past {
    Eed,
    Ed,
}

const PAST: &[(&str, Past)] = &[
    ("eedly", Past::Eed),
    ("ingly", Past::Ed),
    ("edly", Past::Ed),
    ("eed", Past::Eed),
    ("ing", Past::Ed),
    ("ed", Past::Ed),
];

fn cut_past(word: &mut Vec<u8>, regions: &Regions) {
    match ending(word, PAST) {
        Some((start, Past::Eed)) if regions.first <= start => end_with(word, start, "ee"),
        Some((start, Past::Ed)) if has_vowel(&word[..start]) => {
            word.truncate(start);
            match word[..] {
                [.., b'a', b't'] | [.., b'b', b'l'] | [.., b'i', b'z'] => word.push(b'e'),
                [.., one, two] if one == two && b"bdfgmnprt".contains(&two) => word.truncate(start - 1),
                _ if start == regions.first && is_short(word) => word.push(b'e'),
                _ => {}
            }
        }
        _ => {}
    }
}

/// Endings, and what stands in their place.
const SECOND: &[(&str, &str)] = &[
    ("ization", "ize"),
    ("ational", "ate"),
    ("fulness", "ful"),
    ("ousness", "ous"),
    ("iveness", "ive"),
    ("tional", "tion"),
    ("lessli", "less"),
    ("biliti", "ble"),
    ("entli", "ent"),
    ("ation", "ate"),
    ("alism", "al"),
    ("aliti", "al"),
    ("ousli", "ous"),
    ("iviti", "ive"),
    ("fulli", "ful"),
    ("enci", "ence"),
    ("anci", "ance"),
    ("abli", "able"),
    ("izer", "ize"),
    ("ator", "ate"),
    ("alli", "al"),
    ("bli", "ble"),
    ("ogi", "og"),
    ("li", ""),
];

fn cut_second(word: &mut Vec<u8>, regions: &Regions) {
    let Some((start, letters)) = ending(word, SECOND).filter(|(start, _)| regions.first <= *start) else { return };
    let before = start.checked_sub(1).map_or(b' ', |at| word[at]);
    let holds = match letters {
        "og" => before == b'l',
        "" => b"cdeghkmnrt".contains(&before),
        _ => true,
    };
    if holds {
        end_with(word, start, letters);
    }
}

const THIRD: &[(&str, &str)] = &[
    ("ational", "ate"),
    ("tional", "tion"),
    ("alize", "al"),
    ("icate", "ic"),
    ("iciti", "ic"),
    ("ative", ""),
    ("ical", "ic"),
    ("ness", ""),
    ("ful", ""),
];

fn cut_third(word: &mut Vec<u8>, regions: &Regions) {
    let Some((start, letters)) = ending(word, THIRD).filter(|(start, _)| regions.first <= *start) else { return };
    if !word.ends_with(b"ative") || regions.second <= start {
        end_with(word, start, letters);
    }
}

const FOURTH: &[(&str, ())] = &[
    ("ement", ()),
    ("ance", ()),
    ("ence", ()),
    ("able", ()),
    ("ible", ()),
    ("ment", ()),
    ("ant", ()),
    ("ent", ()),
    ("ism", ()),
    ("ate", ()),
    ("iti", ()),
    ("ous", ()),
    ("ive", ()),
    ("ize", ()),
    ("ion", ()),
    ("al", ()),
    ("er", ()),
    ("ic", ()),
];

fn cut_fourth(word: &mut Vec<u8>, regions: &Regions) {
    let Some((start, ())) = ending(word, FOURTH).filter(|(start, ())| regions.second <= *start) else { return };
    let after_s_or_t = matches!(word[..start], [.., b's' | b't']);
    if !word.ends_with(b"ion") || after_s_or_t {
        word.truncate(start);
    }
}

fn cut_last(word: &mut Vec<u8>, regions: &Regions) {
    let Some(start) = word.len().checked_sub(1) else { return };
    let in_second = regions.second <= start;
    let is_cut = match word[..] {
        [.., b'e'] => in_second || (regions.first <= start && !is_short(&word[..start])),
        [.., b'l', b'l'] => in_second,
        _ => false,
    };
    if is_cut {
        word.truncate(start);
    }
}
