//! Rules: concepts near each other, unless something else is said beside them. They are
//! data, a file for each sign in `rules/<language>/`, beside the concepts that they
//! share.

use std::collections::BTreeMap;
use std::ops::Range;

use rustc_hash::FxHashSet;
use serde::Deserialize;

use crate::lexicon::{ConceptId, Lexicon, Said};
use crate::negation::{Negation, Written};
use crate::numbers::{Mark, Marked};
use crate::stem::Stem;
use crate::token::Token;

/// A file of rules, as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    rule: Vec<WrittenRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRule {
    /// Stable within its sign.
    name: String,
    /// All of these near each other: names of concepts, marks of figures (`#fever`), or
    /// phrases in brackets.
    near: Vec<String>,
    /// At most so many tokens from the first of them to each other.
    #[serde(default = "usual_window")]
    window: usize,
    /// Not when one of these stands about there.
    #[serde(default)]
    unless: Vec<String>,
    /// Words of negation before it are part of it: "n'arrive plus à".
    #[serde(default)]
    firm: bool,
    /// What it hears is nearly never harmless.
    #[serde(default)]
    sure: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConceptFile {
    concepts: BTreeMap<String, String>,
    /// What says that it is long ago, elsewhere or only supposed.
    apart: String,
    /// What says that it is now all the same.
    now: String,
    negation: Written,
}

fn usual_window() -> usize {
    8
}

struct Rule {
    sign: usize,
    name: String,
    near: Vec<ConceptId>,
    unless: Vec<ConceptId>,
    window: usize,
    firm: bool,
    sure: bool,
}

/// What a rule heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hit<'r> {
    pub sign: usize,
    pub rule: &'r str,
    pub tokens: Range<usize>,
    pub sure: bool,
    /// Somebody says that it is not so.
    pub denied: bool,
}

/// The rules of a language.
pub(crate) struct Rules {
    lexicon: Lexicon,
    concepts: usize,
    /// Where the marks of figures begin among the concepts.
    marks: usize,
    /// Concepts that a figure says too, and its mark.
    figures: Vec<(ConceptId, usize)>,
    rules: Vec<Rule>,
    apart: ConceptId,
    now: ConceptId,
    negation: Negation,
}

/// How far from a rule's words what excludes it may stand, beyond its window.
const ABOUT: usize = 3;

/// How far before a rule's words it may be said that they are of another time.
const APART: usize = 12;

impl Rules {
    /// Reads rules. `files` are the signs' names and their files.
    ///
    /// # Errors
    /// A line that names the file, the rule and what is wrong with it.
    pub(crate) fn read(
        concepts: &str,
        files: &[(&str, &str)],
        signs: &[&str],
        stem: Stem,
        common: FxHashSet<&'static str>,
    ) -> Result<Self, String> {
        let shared: ConceptFile = toml::from_str(concepts).map_err(|error| format!("concepts: {error}"))?;
        let mut names: BTreeMap<String, ConceptId> = BTreeMap::new();
        let mut phrases: Vec<String> = Vec::new();
        let mark_of = |name: &str| Mark::ALL.iter().position(|mark| mark.name() == name);
        for (name, written) in shared.concepts {
            names.insert(name, phrases.len());
            phrases.push(written);
        }
        let apart = phrases.len();
        phrases.push(shared.apart);
        let now = phrases.len();
        phrases.push(shared.now);
        let mut rules = Vec::new();
        for (sign_name, text) in files {
            let sign =
                signs.iter().position(|sign| sign == sign_name).ok_or_else(|| format!("{sign_name}: no such sign"))?;
            let file: RuleFile = toml::from_str(text).map_err(|error| format!("{sign_name}: {error}"))?;
            for written in file.rule {
                let mut concept = |name: &String| -> Result<Concept, String> {
                    if let Some(mark) = mark_of(name) {
                        return Ok(Concept::Mark(mark));
                    }
                    if let Some(inline) = name.strip_prefix('(').and_then(|name| name.strip_suffix(')')) {
                        phrases.push(inline.to_owned());
                        return Ok(Concept::Words(phrases.len() - 1));
                    }
                    names.get(name).copied().map(Concept::Words).ok_or_else(|| {
                        format!("{sign_name}, rule {}: no concept \"{name}\"; phrases stand in brackets", written.name)
                    })
                };
                let near = written.near.iter().map(&mut concept).collect::<Result<Vec<_>, _>>()?;
                let unless = written.unless.iter().map(&mut concept).collect::<Result<Vec<_>, _>>()?;
                rules.push((sign, written.name.clone(), near, unless, written.window, written.firm, written.sure));
            }
        }
        let marks = phrases.len();
        let mut figures = Vec::new();
        for (concept, phrases) in phrases.iter().enumerate() {
            for name in phrases.split(',').map(str::trim).filter(|phrase| phrase.starts_with('#')) {
                figures.push((concept, mark_of(name).ok_or_else(|| format!("no mark of figures \"{name}\""))?));
            }
        }
        let place = |concept: &Concept| match concept {
            Concept::Words(at) => *at,
            Concept::Mark(at) => marks + at,
        };
        let rules = rules
            .into_iter()
            .map(|(sign, name, near, unless, window, firm, sure)| Rule {
                sign,
                name,
                near: near.iter().map(place).collect(),
                unless: unless.iter().map(place).collect(),
                window,
                firm,
                sure,
            })
            .collect();
        Ok(Self {
            lexicon: Lexicon::new(phrases.iter().map(String::as_str), stem, common),
            concepts: marks + Mark::ALL.len(),
            marks,
            figures,
            rules,
            apart,
            now,
            negation: Negation::of(&shared.negation),
        })
    }

    /// What the rules hear in a text, the denied ones too. One hit a rule and place.
    pub(crate) fn hear(&self, tokens: &[Token], marks: &[Marked]) -> Vec<Hit<'_>> {
        let mut said = self.lexicon.find(tokens, self.concepts);
        for marked in marks {
            let place = Said::new(marked.first, marked.last);
            said[self.marks + marked.mark as usize].push(place);
            for (concept, _) in self.figures.iter().filter(|(_, mark)| *mark == marked.mark as usize) {
                said[*concept].push(place);
            }
        }
        for (concept, _) in &self.figures {
            said[*concept].sort_unstable();
        }
        let mut hits = Vec::new();
        for rule in &self.rules {
            self.hear_rule(rule, tokens, &said, &mut hits);
        }
        hits
    }

    fn hear_rule<'r>(&self, rule: &'r Rule, tokens: &[Token], said: &[Vec<Said>], hits: &mut Vec<Hit<'r>>) {
        let Some(anchor) = rule.near.iter().copied().min_by_key(|concept| said[*concept].len()) else { return };
        let mut heard_until = 0;
        for place in &said[anchor] {
            let mut span = *place;
            let together = rule.near.iter().filter(|concept| **concept != anchor).all(|concept| {
                let Some(nearest) = nearest(&said[*concept], *place, rule.window) else { return false };
                span = Said::new(span.first().min(nearest.first()), span.last().max(nearest.last()));
                true
            });
            if !together || span.first() < heard_until {
                continue;
            }
            let about = Said::new(span.first().saturating_sub(ABOUT), span.last() + ABOUT);
            if rule.unless.iter().any(|concept| overlaps(&said[*concept], about)) {
                continue;
            }
            if !rule.firm && self.is_apart(said, tokens, span) {
                continue;
            }
            heard_until = span.last() + 1;
            let denied = !rule.firm && self.negation.denies(tokens, span);
            hits.push(Hit {
                sign: rule.sign,
                rule: &rule.name,
                tokens: span.first()..span.last() + 1,
                sure: rule.sure,
                denied,
            });
        }
    }

    /// Whether the words about there say that it was long ago, elsewhere, or is only
    /// supposed, and none says that it is now.
    fn is_apart(&self, said: &[Vec<Said>], tokens: &[Token], span: Said) -> bool {
        let part = tokens[span.first()].part;
        let about = |concept: ConceptId| {
            let places = &said[concept];
            let from = places.partition_point(|one| one.first() + APART < span.first());
            places[from..]
                .iter()
                .take_while(|one| one.first() <= span.last() + APART)
                .any(|one| tokens[one.first()].part == part)
        };
        about(self.apart) && !about(self.now)
    }
}

enum Concept {
    Words(ConceptId),
    Mark(usize),
}

/// The place nearest to this one, at most `window` tokens away.
fn nearest(places: &[Said], to: Said, window: usize) -> Option<Said> {
    let distance = |one: &Said| {
        if one.last() < to.first() { to.first() - one.last() } else { one.first().saturating_sub(to.last()) }
    };
    let from = places.partition_point(|one| one.first() + window + 8 < to.first());
    places[from..]
        .iter()
        .take_while(|one| one.first() <= to.last() + window)
        .take(16)
        .filter(|one| distance(one) <= window)
        .min_by_key(|one| distance(one))
        .copied()
}

fn overlaps(places: &[Said], about: Said) -> bool {
    let from = places.partition_point(|one| one.last() < about.first());
    places.get(from).is_some_and(|one| one.first() <= about.last())
}
