//! The words of the rules: which of them each token of a text can be, and where the
//! concepts made of them stand.

use rust_stemmers::{Algorithm, Stemmer};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::spelling::Spelling;
use crate::token::Token;

/// A word of a phrase: `mot` by its stem, `mot=` as it stands, `mot*` by its beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct WordId(u32);

impl WordId {
    /// Words are numbered from 0 on.
    fn place(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// A concept, by its place in the list of names that the lexicon was made with.
pub(crate) type ConceptId = usize;

/// Tokens of a text, first and last, that say a concept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Said {
    pub first: usize,
    pub last: usize,
}

struct Phrase {
    words: Vec<WordId>,
    concept: ConceptId,
}

/// The words of all concepts of a language.
pub(crate) struct Lexicon {
    stemmer: Stemmer,
    exact: FxHashMap<String, WordId>,
    stems: FxHashMap<String, WordId>,
    beginnings: FxHashMap<String, WordId>,
    /// How long the beginnings are that start with these two letters, the shortest first.
    lengths_of_beginnings: FxHashMap<[u8; 2], Vec<usize>>,
    /// Whatever a token's stem can be begins like this: others are not cut.
    heads: FxHashSet<[u8; 3]>,
    phrases: Vec<Phrase>,
    /// Phrases by their first word.
    starting: Vec<Vec<usize>>,
    spelling: Spelling,
    fillers: FxHashSet<&'static str>,
    words: u32,
}

/// A phrase may have such a word between two of its own.
const FILLERS: &[&str] = &[
    "tres",
    "trop",
    "vraiment",
    "carrement",
    "completement",
    "tout",
    "un",
    "une",
    "le",
    "la",
    "les",
    "de",
    "du",
    "des",
    "d",
    "l",
    "se",
    "s",
    "me",
    "m",
    "en",
    "y",
    "est",
    "a",
    "ses",
    "son",
    "sa",
    "mon",
    "ma",
    "euh",
    "ben",
    "bien",
    "the",
    "a",
    "his",
    "her",
    "my",
    "really",
    "very",
    "so",
];

/// More corrections than this are no text that a person wrote.
const MOST_CORRECTED: usize = 200;

impl Lexicon {
    /// `concepts` are lists of phrases, parted by commas. `common` are words that are
    /// never a misspelling of another.
    pub(crate) fn new<'a>(
        concepts: impl IntoIterator<Item = &'a str>,
        algorithm: Algorithm,
        common: FxHashSet<&'static str>,
    ) -> Self {
        let mut lexicon = Self {
            stemmer: Stemmer::create(algorithm),
            exact: FxHashMap::default(),
            stems: FxHashMap::default(),
            beginnings: FxHashMap::default(),
            lengths_of_beginnings: FxHashMap::default(),
            heads: FxHashSet::default(),
            phrases: Vec::new(),
            starting: Vec::new(),
            spelling: Spelling::new(common),
            fillers: FILLERS.iter().copied().collect(),
            words: 0,
        };
        for (concept, phrases) in concepts.into_iter().enumerate() {
            for phrase in
                phrases.split(',').map(str::trim).filter(|phrase| !phrase.is_empty() && !phrase.starts_with('#'))
            {
                let words: Vec<WordId> = phrase.split_whitespace().map(|word| lexicon.word(word)).collect();
                let first = words[0].place();
                if lexicon.starting.len() <= first {
                    lexicon.starting.resize_with(first + 1, Vec::new);
                }
                lexicon.starting[first].push(lexicon.phrases.len());
                lexicon.phrases.push(Phrase { words, concept });
            }
        }
        lexicon
    }

    fn word(&mut self, written: &str) -> WordId {
        let next = WordId(self.words);
        let id = if let Some(beginning) = written.strip_suffix('*') {
            if let Some(two) = beginning.as_bytes().first_chunk() {
                let lengths = self.lengths_of_beginnings.entry(*two).or_default();
                lengths.push(beginning.len());
                lengths.sort_unstable();
                lengths.dedup();
            }
            *self.beginnings.entry(beginning.to_owned()).or_insert(next)
        } else if let Some(exact) = written.strip_suffix('=') {
            *self.exact.entry(exact.to_owned()).or_insert(next)
        } else {
            let stem = self.stemmer.stem(written).into_owned();
            if let Some(head) = head(&stem) {
                self.heads.insert(head);
            }
            // What is too short to have a stem stands for itself.
            self.exact.entry(written.to_owned()).or_insert(next);
            let id = *self.stems.entry(stem).or_insert(next);
            self.exact.insert(written.to_owned(), id);
            id
        };
        if id == next {
            self.words += 1;
        }
        self.spelling.add(written.trim_end_matches(['*', '=']), id.0);
        id
    }

    /// Where each concept is said; `concepts` is their number.
    pub(crate) fn find(&self, tokens: &[Token], concepts: usize) -> Vec<Vec<Said>> {
        let mut corrected = 0;
        let mut known: FxHashMap<&str, Meant> = FxHashMap::default();
        known.reserve(tokens.len() / 2);
        let words: Vec<Meant> = tokens
            .iter()
            .map(|token| *known.entry(token.word).or_insert_with(|| self.meant(token.word, &mut corrected)))
            .collect();
        let mut found = vec![Vec::new(); concepts];
        for first in 0..tokens.len() {
            for start in words[first].ids() {
                for phrase in self.starting.get(start.place()).into_iter().flatten() {
                    let phrase = &self.phrases[*phrase];
                    if let Some(last) = ends(phrase, &words, first) {
                        let said = Said { first, last };
                        let places: &mut Vec<Said> = &mut found[phrase.concept];
                        if places.last() != Some(&said) {
                            places.push(said);
                        }
                    }
                }
            }
        }
        found
    }

    /// What a token can be.
    fn meant(&self, word: &str, corrected: &mut usize) -> Meant {
        let mut meant = Meant { is_filler: self.fillers.contains(word), ..Meant::default() };
        meant.add(self.exact.get(word).copied());
        if !word.is_ascii() {
            return meant;
        }
        let lengths = word.as_bytes().first_chunk().and_then(|two| self.lengths_of_beginnings.get(two));
        for beginning in lengths.into_iter().flatten().map_while(|length| word.get(..*length)) {
            meant.add(self.beginnings.get(beginning).copied());
        }
        if head(word).is_some_and(|head| self.heads.contains(&head)) {
            meant.add(self.stems.get(self.stemmer.stem(word).as_ref()).copied());
        }
        if meant.count == 0 && *corrected < MOST_CORRECTED {
            let words = self.spelling.meant(word);
            *corrected += usize::from(!words.is_empty());
            for id in words {
                meant.add(Some(WordId(id)));
            }
        }
        meant
    }
}

/// The words of the lexicon that a token can be: a few.
#[derive(Clone, Copy, Debug, Default)]
struct Meant {
    words: [WordId; 6],
    count: usize,
    is_filler: bool,
}

impl Meant {
    fn add(&mut self, word: Option<WordId>) {
        if let Some(word) = word
            && self.count < self.words.len()
            && !self.ids().contains(&word)
        {
            self.words[self.count] = word;
            self.count += 1;
        }
    }

    fn ids(&self) -> &[WordId] {
        &self.words[..self.count]
    }
}

fn head(word: &str) -> Option<[u8; 3]> {
    word.as_bytes().first_chunk().copied()
}

/// The last token of a phrase that begins at this one.
fn ends(phrase: &Phrase, words: &[Meant], first: usize) -> Option<usize> {
    let mut last = first;
    for wanted in &phrase.words[1..] {
        let next = words.get(last + 1)?;
        if next.ids().contains(wanted) {
            last += 1;
        } else if next.is_filler && words.get(last + 2)?.ids().contains(wanted) {
            last += 2;
        } else {
            return None;
        }
    }
    Some(last)
}
