//! What a misspelt word was meant to be: one of the rules' words, one letter away or
//! sounding the same. From six letters on, and never for what is a word of its own.

use rustc_hash::{FxHashMap, FxHashSet};

/// Shorter words are too near to each other: "sans" is no "sang".
const SHORTEST: usize = 6;

/// Fewer sounds than this are too near to each other.
const FEWEST_SOUNDS: usize = 4;

/// The words of a lexicon by what their misspellings have in common.
pub(crate) struct Spelling {
    common: FxHashSet<&'static str>,
    known: FxHashSet<String>,
    /// Words by themselves and with a letter left out: by their fingerprints, of which no
    /// two of a lexicon's are alike but by an accident of 64 bits.
    near: FxHashMap<u64, Vec<u32>>,
    /// A bit for each of these fingerprints: nearly all others are told by it, and the
    /// table, for which there is no room near the processor, is seldom asked.
    bits: Vec<u64>,
    sounds: FxHashMap<String, Vec<u32>>,
}

impl Spelling {
    pub(crate) fn new(common: FxHashSet<&'static str>) -> Self {
        Self {
            common,
            known: FxHashSet::default(),
            near: FxHashMap::default(),
            bits: vec![0; BITS / 64],
            sounds: FxHashMap::default(),
        }
    }

    pub(crate) fn add(&mut self, word: &str, id: u32) {
        if word.len() < SHORTEST || !word.is_ascii() || !self.known.insert(word.to_owned()) {
            return;
        }
        for form in forms(word) {
            let (place, bit) = bit(form);
            self.bits[place] |= bit;
            self.near.entry(form).or_default().push(id);
        }
        let sound = sound(word);
        if sound.len() >= FEWEST_SOUNDS {
            self.sounds.entry(sound).or_default().push(id);
        }
    }

    /// The words that a token was meant to be.
    pub(crate) fn meant(&self, word: &str) -> Vec<u32> {
        if word.len() < SHORTEST || !word.bytes().all(|byte| byte.is_ascii_lowercase()) || self.common.contains(word) {
            return Vec::new();
        }
        let mut meant: Vec<u32> = Vec::new();
        for form in forms(word) {
            let (place, bit) = bit(form);
            if self.bits[place] & bit != 0 {
                meant.extend(self.near.get(&form).into_iter().flatten());
            }
        }
        meant.extend(self.sounds.get(&sound(word)).into_iter().flatten());
        meant.sort_unstable();
        meant.dedup();
        meant
    }
}

/// Fingerprints of the word, and of the word with each letter left out in turn. Two words
/// that share one are a letter apart: one more, one less, another one, or two that changed
/// places.
fn forms(word: &str) -> impl Iterator<Item = u64> {
    let print = word.bytes().fold(0_u64, |print, letter| print.wrapping_mul(BASE).wrapping_add(u64::from(letter)));
    // What stands before the letter that is left out, what behind, and how far this moves that.
    let (mut before, mut behind, mut far) = (print, 0_u64, 1_u64);
    // The first letter is seldom wrong, and tells many words apart.
    word.bytes()
        .skip(1)
        .rev()
        .map(move |letter| {
            before = before.wrapping_sub(u64::from(letter)).wrapping_mul(BACK);
            let form = before.wrapping_mul(far).wrapping_add(behind);
            behind = behind.wrapping_add(u64::from(letter).wrapping_mul(far));
            far = far.wrapping_mul(BASE);
            form
        })
        .chain([print])
}

/// A fingerprint is the number that its letters write in this base.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

/// Takes a letter back: times the base it is 1.
const BACK: u64 = 0xf1de_83e1_9937_733d;
const _: () = assert!(BASE.wrapping_mul(BACK) == 1);

/// Many times the fingerprints of a lexicon, in 64 KiB.
const BITS: usize = 1 << 19;

/// Where the bit of a fingerprint stands: by its upper half, into which all letters go.
fn bit(form: u64) -> (usize, u64) {
    let at = (form >> u32::BITS) as usize % BITS;
    (at / 64, 1 << (at % 64))
}

/// How a French word sounds, roughly: what is written differently and said alike comes
/// to the same.
fn sound(word: &str) -> String {
    let letters = word.as_bytes();
    // What is said twice in a row is heard once.
    let mut sound = String::with_capacity(letters.len());
    let mut say = |sign: char| {
        if !sound.ends_with(sign) {
            sound.push(sign);
        }
    };
    let mut at = 0;
    let next = |at: usize, by: usize| letters.get(at + by).copied().unwrap_or(b' ');
    let is_vowel = |letter: u8| matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | b'y');
    while at < letters.len() {
        let (one, two) = (letters[at], next(at, 1));
        let nasal = |by: usize| {
            matches!(next(at, by), b'n' | b'm')
                && !is_vowel(next(at, by + 1))
                && !matches!(next(at, by + 1), b'n' | b'm')
        };
        let (said, length) = match (one, two) {
            (b'e', b'a') if next(at, 2) == b'u' => ("o", 3),
            (b'a', b'u') => ("o", 2),
            (b'a' | b'e', b'i') if nasal(2) => ("I", 3),
            (b'i' | b'y', b'n' | b'm') if nasal(1) => ("I", 2),
            (b'a' | b'e', b'n' | b'm') if nasal(1) => ("A", 2),
            (b'o', b'n' | b'm') if nasal(1) => ("O", 2),
            (b'a' | b'e', b'i' | b'y') => ("e", 2),
            (b'o', b'i') => ("wa", 2),
            (b'o', b'u') => ("u", 2),
            (b'p', b'h') => ("f", 2),
            (b'q', b'u') | (b'c', b'k') | (b'c', b'q') => ("k", 2),
            (b'c', b'h') | (b's', b'c') if one == b'c' => ("S", 2),
            (b'g', b'n') => ("N", 2),
            (b'g', b'u') if is_vowel(next(at, 2)) => ("g", 2),
            (b'c', b'e' | b'i' | b'y') => ("s", 1),
            (b'g', b'e' | b'i' | b'y') => ("j", 1),
            (b'c' | b'k' | b'q', _) => ("k", 1),
            (b'h', _) => ("", 1),
            (b'y', _) => ("i", 1),
            (b'z', _) => ("s", 1),
            (b'x', _) => ("ks", 1),
            _ => ("", 0),
        };
        if length > 0 {
            said.chars().for_each(&mut say);
            at += length;
        } else {
            say(char::from(one));
            at += 1;
        }
    }
    // What ends a word is mostly not said.
    while sound.len() > FEWEST_SOUNDS && sound.ends_with(['e', 's', 't', 'd', 'p', 'r']) {
        sound.pop();
    }
    sound
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelling() -> Spelling {
        let mut spelling = Spelling::new(FxHashSet::from_iter(["toussait", "respecter"]));
        for (id, word) in (0..).zip(["poitrine", "hemorragie", "respirer", "poussait", "convulsions", "sang"]) {
            spelling.add(word, id);
        }
        spelling
    }

    #[test]
    fn a_letter_and_a_sound_away_are_meant() {
        let spelling = spelling();
        for (word, id) in [
            ("poitrinne", 0),
            ("poitrin", 0),
            ("potirine", 0),
            ("emoragie", 1),
            ("hemmorragie", 1),
            ("raspirer", 2),
            ("konvulsions", 4),
        ] {
            assert!(spelling.meant(word).contains(&id), "{word}");
        }
    }

    #[test]
    fn words_of_their_own_and_short_ones_are_themselves() {
        let spelling = spelling();
        for word in ["toussait", "respecter", "sans", "sangle", "armoire"] {
            assert!(spelling.meant(word).is_empty(), "{word}");
        }
    }
}
