//! A word without its endings, so that "saigne", "saignait" and "saignement" are one: the
//! stemmers of Snowball (snowballstem.org, as of 2006) for words of ASCII, cut in place. A
//! text may have ten thousand different words, and each is cut.

mod english;
mod french;

pub(crate) use english::stem as english;
pub(crate) use french::stem as french;

/// Cuts a word of ASCII letters and digits to its stem.
pub(crate) type Stem = fn(&mut Vec<u8>);

/// No word loses more letters than this: the most that each step takes, taken together.
pub(crate) const LONGEST_ENDINGS: usize = 32;

fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

/// Where the first of these endings that a word has begins, and what is listed with it. The
/// longer ones are listed first.
fn ending<T: Copy>(word: &[u8], endings: &[(&str, T)]) -> Option<(usize, T)> {
    let last = word.last()?;
    let is_its = |ending: &str| ending.as_bytes().last() == Some(last) && word.ends_with(ending.as_bytes());
    endings.iter().find(|(ending, _)| is_its(ending)).map(|(ending, listed)| (word.len() - ending.len(), *listed))
}

/// Behind the first consonant that stands behind a vowel, from here on; the end if there
/// is none.
fn region(word: &[u8], from: usize) -> usize {
    let letters = word.iter().enumerate().skip(from);
    let mut behind_vowel = letters.skip_while(|(_, letter)| !is_vowel(**letter)).skip_while(|(_, one)| is_vowel(**one));
    behind_vowel.next().map_or(word.len(), |(at, _)| at + 1)
}

/// Puts other letters in the place of a word's end.
fn end_with(word: &mut Vec<u8>, start: usize, letters: &str) {
    word.truncate(start);
    word.extend_from_slice(letters.as_bytes());
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use rust_stemmers::{Algorithm, Stemmer};

    use super::*;
    use crate::text::Words;

    /// Endings of both languages, and of none.
    const ENDINGS: &str = "a able ables ai aient ais ait al alement alism aliti alize alli amment ance ances anci ant \
        ante antes ants as asse assent asses assiez assions at ate ateur ateurs ation ational ations ative ator \
        atrice atrices aux bb biliti bl bli dd e eaux ed edly eed eedly eill ell ement ements emment ence ences enci \
        enn ent entli er era erai eraient erais erait eras erez eriez erions erons eront ett euse eusement euses eux \
        ez ff ful fulli fulness gg guer i ic icate ication iciti ical ie ied ier ies iez if ifs ing ingly ion ions \
        iquement ique iques ir ira irai iraient irais irait iras irent irez iriez irions irons iront is ism isme \
        ismes issaient issais issait issant issante issantes issants isse issement issements issent isses issez \
        issiez issions issons iste istes it iti ive ivement iveness ives ivity iviti iz ization ize izer l lessli li \
        ll logie logies ly ment ments mm ness nn ogi onn ous ousli ousness pp quement rr s ss sses t tional tt u us \
        usion usions ution utions x y ying";

    /// What the words of all corpora and rules, with these endings and without, are cut to.
    #[test]
    fn words_are_cut_as_by_the_stemmers_of_snowball() {
        let words = words();
        assert!(words.len() > 10_000, "{}", words.len());
        for (algorithm, stem) in [(Algorithm::French, french as Stem), (Algorithm::English, english)] {
            let reference = Stemmer::create(algorithm);
            let mut cut = Vec::new();
            let mut alike = |word: &str| {
                cut.clear();
                cut.extend_from_slice(word.as_bytes());
                stem(&mut cut);
                assert_eq!(String::from_utf8_lossy(&cut), reference.stem(word), "{algorithm:?}: {word}");
                assert!(word.len() <= cut.len() + LONGEST_ENDINGS);
            };
            for word in &words {
                alike(word);
                for ending in ENDINGS.split(' ').skip(word.len() % 7).step_by(7) {
                    alike(&format!("{word}{ending}"));
                    alike(&format!("{}{ending}", &word[..word.len().div_ceil(2)]));
                }
            }
            // Whatever vowels and marked consonants come to.
            for number in 0..8_u32.pow(6) {
                let letter = |place: u32| char::from(b"aeuiyqst"[(number >> (3 * place)) as usize % 8]);
                alike(&(0..6).map(letter).collect::<String>());
            }
        }
    }

    fn words() -> Vec<String> {
        let mut words = Vec::new();
        for folder in ["corpus/training", "corpus/short", "rules/fr", "rules/en"] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let text = std::fs::read_to_string(entry.expect("an entry").path()).expect("text");
                words.extend(Words::of(&text).tokens().iter().map(|token| token.word.to_owned()));
            }
        }
        words.retain(|word| word.is_ascii());
        words.extend(EXCEPTIONS.split(' ').map(str::to_owned));
        words.sort_unstable();
        words.dedup();
        words
    }

    const EXCEPTIONS: &str = "andes arsenal atlas bias canning col communion cosmos dying earring early exceed \
        generous gently herring howe idly inning lying news only outing par proceed singly skies skis sky succeed tap \
        tying ugly";
}
