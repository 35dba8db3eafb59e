//! The words of the rules: which of them each token of a text can be, and where the
//! concepts made of them stand.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::spelling::Spelling;
use crate::stem::{LONGEST_ENDINGS, Stem};
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
    first: u32,
    last: u32,
}

impl Said {
    pub(crate) fn new(first: usize, last: usize) -> Self {
        let small = |at| u32::try_from(at).unwrap_or(u32::MAX);
        Self { first: small(first), last: small(last) }
    }

    pub(crate) fn first(self) -> usize {
        self.first as usize
    }

    pub(crate) fn last(self) -> usize {
        self.last as usize
    }
}

struct Phrase {
    words: Vec<WordId>,
    concept: ConceptId,
}

/// A phrase, and its second word: most phrases that begin with a word go on otherwise.
struct Opening {
    second: Option<WordId>,
    phrase: usize,
}

/// The words of all concepts of a language.
pub(crate) struct Lexicon {
    stem: Stem,
    exact: FxHashMap<String, WordId>,
    stems: FxHashMap<Vec<u8>, WordId>,
    longest_stem: usize,
    beginnings: FxHashMap<String, WordId>,
    /// How long the beginnings are that start with these two letters, the shortest first.
    lengths_of_beginnings: FxHashMap<[u8; 2], Vec<usize>>,
    /// Whatever a token's stem can be begins like this: others are not cut.
    heads: FxHashSet<[u8; 3]>,
    phrases: Vec<Phrase>,
    /// Phrases by their first word.
    starting: Vec<Vec<Opening>>,
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
        stem: Stem,
        common: FxHashSet<&'static str>,
    ) -> Self {
        let mut lexicon = Self {
            stem,
            exact: FxHashMap::default(),
            stems: FxHashMap::default(),
            longest_stem: 0,
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
                let second = words.get(1).copied();
                lexicon.starting[first].push(Opening { second, phrase: lexicon.phrases.len() });
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
            let mut stem = written.as_bytes().to_vec();
            (self.stem)(&mut stem);
            self.longest_stem = self.longest_stem.max(stem.len());
            if let Some(head) = stem.first_chunk() {
                self.heads.insert(*head);
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
        let words = self.read(tokens);
        let mut found = vec![Vec::new(); concepts];
        for first in 0..tokens.len() {
            let (next, behind) = (words.at(first + 1), words.at(first + 2));
            let may_go_on = |second: &WordId| {
                let is = |meant: Option<&Meant>| meant.is_some_and(|meant| meant.ids().contains(second));
                is(next) || (next.is_some_and(|next| next.is_filler) && is(behind))
            };
            for start in words.at(first).into_iter().flat_map(Meant::ids) {
                let openings = self.starting.get(start.place()).into_iter().flatten();
                for opening in openings.filter(|opening| opening.second.as_ref().is_none_or(may_go_on)) {
                    let phrase = &self.phrases[opening.phrase];
                    if let Some(last) = ends(phrase, &words, first) {
                        let said = Said::new(first, last);
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

    /// What the tokens can be.
    fn read<'t>(&self, tokens: &[Token<'t>]) -> Read {
        let mut corrected = 0;
        let mut cut = Vec::new();
        let mut known: FxHashMap<&'t str, u32> = FxHashMap::default();
        known.reserve(tokens.len() / 2);
        let mut read = Read { words: Vec::new(), of_tokens: Vec::with_capacity(tokens.len()) };
        for token in tokens {
            let place = *known.entry(token.word).or_insert_with(|| {
                read.words.push(self.meant(token.word, &mut corrected, &mut cut));
                u32::try_from(read.words.len() - 1).unwrap_or(u32::MAX)
            });
            read.of_tokens.push(place);
        }
        read
    }

    /// What a token can be. `cut` is a place to cut it in.
    fn meant(&self, word: &str, corrected: &mut usize, cut: &mut Vec<u8>) -> Meant {
        let mut meant = Meant { is_filler: self.fillers.contains(word), ..Meant::default() };
        meant.add(self.exact.get(word).copied());
        if !word.is_ascii() {
            return meant;
        }
        let lengths = word.as_bytes().first_chunk().and_then(|two| self.lengths_of_beginnings.get(two));
        for beginning in lengths.into_iter().flatten().map_while(|length| word.get(..*length)) {
            meant.add(self.beginnings.get(beginning).copied());
        }
        if self.may_be_a_stem_with_endings(word) {
            cut.clear();
            cut.extend_from_slice(word.as_bytes());
            (self.stem)(cut);
            meant.add(self.stems.get(cut.as_slice()).copied());
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

    fn may_be_a_stem_with_endings(&self, word: &str) -> bool {
        word.len() <= self.longest_stem + LONGEST_ENDINGS
            && word.as_bytes().first_chunk().is_some_and(|head| self.heads.contains(head))
    }
}

/// What the words of a text can be, each of them once.
struct Read {
    words: Vec<Meant>,
    /// The place of each token's word.
    of_tokens: Vec<u32>,
}

impl Read {
    fn at(&self, token: usize) -> Option<&Meant> {
        self.words.get(usize::try_from(*self.of_tokens.get(token)?).ok()?)
    }
}

/// The words of the lexicon that a token can be: a few.
#[derive(Default)]
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

/// The last token of a phrase that begins at this one.
fn ends(phrase: &Phrase, words: &Read, first: usize) -> Option<usize> {
    let mut last = first;
    for wanted in &phrase.words[1..] {
        let next = words.at(last + 1)?;
        if next.ids().contains(wanted) {
            last += 1;
        } else if next.is_filler && words.at(last + 2)?.ids().contains(wanted) {
            last += 2;
        } else {
            return None;
        }
    }
    Some(last)
}
