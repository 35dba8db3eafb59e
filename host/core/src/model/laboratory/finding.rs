//! Findings that are no numbers and that nobody waits with: a blood culture that grows,
//! malaria, meningococci.

use std::ops::Range;

use greffon_words::{Text, laboratory as words};

use super::token::{Token, tokens};

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Germs in blood.
    BloodCulture,
    /// Malaria parasites.
    Malaria,
    /// Meningococci.
    Meningococcus,
    /// Germs or cells in cerebrospinal fluid.
    SpinalFluid,
    /// A toxin.
    Toxin,
    /// Legionella, listeria, tuberculosis.
    Germ,
    /// Blasts or schistocytes.
    BloodFilm,
}

impl Finding {
    /// Its name in rules: `blood-culture`.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::BloodCulture => "blood-culture",
            Self::Malaria => "malaria",
            Self::Meningococcus => "meningococcus",
            Self::SpinalFluid => "spinal-fluid",
            Self::Toxin => "toxin",
            Self::Germ => "germ",
            Self::BloodFilm => "blood-film",
        }
    }

    /// What it is, for people.
    pub(super) fn label(self) -> Text {
        match self {
            Self::BloodCulture => words::blood_culture(),
            Self::Malaria => words::malaria(),
            Self::Meningococcus => words::meningococcus(),
            Self::SpinalFluid => words::spinal_fluid(),
            Self::Toxin => words::toxin(),
            Self::Germ => words::germ(),
            Self::BloodFilm => words::blood_film(),
        }
    }

    /// The beginning of a word that speaks of it, and whether that says already that it
    /// is there.
    fn spoken_of(word: &str) -> Option<(Self, bool)> {
        let begins = |beginnings: &[&str]| beginnings.iter().any(|one| word.starts_with(one));
        Some(match word {
            _ if begins(&["hemoculture"]) => (Self::BloodCulture, false),
            _ if begins(&["falciparum", "plasmodium", "trophozoite"]) => (Self::Malaria, true),
            _ if begins(&["palud", "malaria", "frottis"]) => (Self::Malaria, false),
            _ if begins(&["meningocoque", "meningococc", "meningitidis"]) => (Self::Meningococcus, true),
            "lcr" | "csf" | "cephalorachidien" => (Self::SpinalFluid, false),
            _ if begins(&["toxine", "toxin"]) => (Self::Toxin, false),
            _ if begins(&["listeria", "legionel", "tubercul", "baar"]) || word == "bk" => (Self::Germ, false),
            "blaste" | "blastes" | "schizocyte" | "schizocytes" | "blasts" => (Self::BloodFilm, true),
            _ => return None,
        })
    }
}

/// Words before and behind a finding that are looked at.
const AROUND: usize = 6;

/// The findings of a text, each once. What is denied is none.
#[must_use]
pub fn findings(text: &str) -> Vec<Finding> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Some((finding, is_there)) = Finding::spoken_of(token.word()) else { continue };
        let around = at.saturating_sub(AROUND)..(at + 1 + AROUND).min(tokens.len());
        let has = |words: fn(&str) -> bool, range: Range<usize>| tokens[range].iter().map(Token::word).any(words);
        let denied = has(is_denial, at.saturating_sub(AROUND)..at) || has(is_negative, around.clone());
        if !denied && (is_there || has(is_positive, around)) && !found.contains(&finding) {
            found.push(finding);
        }
    }
    found
}

fn is_positive(word: &str) -> bool {
    let beginnings = ["positi", "pousse", "presence", "detecte", "trouble", "purulent", "germe", "bacille", "cocci"];
    beginnings.iter().any(|one| word.starts_with(one)) || matches!(word, "gram" | "levures" | "parasites" | "grown")
}

fn is_negative(word: &str) -> bool {
    word.starts_with("negati") || word.starts_with("steril")
}

fn is_denial(word: &str) -> bool {
    matches!(word, "pas" | "aucun" | "aucune" | "absence" | "sans" | "vaccin" | "vaccination" | "no" | "without")
}
