//! Red flags: the questions that come before everything else, asked by the host
//! itself and not by a plugin, so that no configuration can switch them off (S5).
//!
//! How an answer counts (S1, S3, S7):
//!
//! * only an explicit `no` of a person clears a flag;
//! * `yes` is positive; so are `unknown`, `refused` and anything that cannot be
//!   read as an answer, at the same level;
//! * `unknown` and `refused` stand as positive until the operator confirms that
//!   the question was understood ([`understood_key`], `yes`). Then the level
//!   stays, but a clinician decides instead of the emergency orientation
//!   ([`Assessed::human_decision`]);
//! * a flag that was positive once stays positive: a later `no` is a
//!   contradiction to clear up, never an all-clear;
//! * a missing answer is unanswered, never `no`;
//! * the group answer [`keys::RED_FLAGS_ALL`] `no` answers every flag that has no
//!   answer of its own and that no words brought up; any other value stands for "at
//!   least one" and is positive at the highest level of the list;
//! * what is said and written ([`Hearing`]) only brings questions up: first in the
//!   list, and again when it comes after the answer. It never answers one, and what it
//!   brought up is answered by itself, never with the group.

use std::borrow::Cow;

use greffon_words::{questions, reasons};

use super::care::{Fact, Level, Source, Value, keys};
use super::heard::Hearing;
use super::plain::plain;
use super::practice::RedFlag;
use super::triage::{AnswerKind, Question, Reason};

mod circumstances;
mod core_set;

pub use circumstances::{Circumstances, Modifier, modifiers};
pub use core_set::{Audience, CoreFlag, core_set};

/// The core set with a practice's additions. An addition under a core id can
/// add words and raise the level; it replaces neither.
#[must_use]
pub fn with_additions(additions: &[RedFlag]) -> Vec<Cow<'_, RedFlag>> {
    let mut flags: Vec<Cow<'_, RedFlag>> = core_set().iter().map(|core| Cow::Borrowed(&core.flag)).collect();
    for addition in additions {
        match flags.iter_mut().find(|flag| flag.id == addition.id) {
            Some(flag) => {
                let flag = flag.to_mut();
                flag.level = flag.level.raised_to(addition.level);
                flag.words.extend(addition.words.iter().cloned());
            }
            None => flags.push(Cow::Borrowed(addition)),
        }
    }
    flags
}

/// The fact key of a flag's answer.
#[must_use]
pub fn answer_key(id: &str) -> String {
    format!("{}{id}", keys::RED_FLAG_PREFIX)
}

/// The fact key under which the operator confirms that a flag's question was
/// understood, although the answer is `unknown` or `refused` (S3).
#[must_use]
pub fn understood_key(id: &str) -> String {
    format!("{}{id}.understood", keys::RED_FLAG_PREFIX)
}

/// How a flag is told of: the core set's by its sign, a practice's own by its question.
#[must_use]
pub fn label(flag: &RedFlag) -> String {
    let core = core_set().iter().find(|core| core.flag.id == flag.id);
    core.map_or_else(|| flag.spoken.clone(), |core| core.label.to_string())
}

/// The question of a flag, as the operator sees it, to the patient or about them;
/// `heard` are the words that bring it up.
#[must_use]
pub fn question(flag: &RedFlag, to_patient: bool, heard: Option<&str>) -> Question {
    let core = core_set().iter().find(|core| to_patient && core.flag.id == flag.id);
    Question {
        key: answer_key(&flag.id),
        spoken: core.map_or_else(|| flag.spoken.clone(), |core| core.to_patient.to_string()),
        why: heard.map_or_else(questions::red_flag_why, questions::red_flag_heard).to_string(),
        kind: AnswerKind::YesNoUnknown,
        choices: Vec::new(),
        red_flag: true,
        required: true,
    }
}

/// Why a flag counts as positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// Somebody said yes.
    Said,
    /// `unknown`, `refused` or unreadable, not confirmed as understood.
    Unclear,
    /// `unknown` or `refused`, and the operator confirms that the question was
    /// understood.
    Undecided,
    /// The group question was answered with anything but no.
    Group,
}

/// A flag that counts as positive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Positive {
    /// Its id, or `all` for the group.
    pub id: String,
    /// How it is told of; empty for the group.
    pub label: String,
    /// At least this level.
    pub level: Level,
    /// Why.
    pub ground: Ground,
    /// Whether somebody also said no: to be cleared up (S7).
    pub contradicted: bool,
}

/// A flag that words bring up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The last fact whose words do. The order of the facts says what came first: their
    /// instants are of processes whose clocks may be hours apart.
    pub fact: usize,
    /// Whether it was heard by a rule that is nearly never wrong, or is one of the
    /// practice's own words.
    pub sure: bool,
}

/// What the answers so far amount to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assessed {
    /// Positive flags, in the order of the list; the group last.
    pub positive: Vec<Positive>,
    /// Flags that words bring up and that have no answer since.
    pub brought_up: Vec<(RedFlag, Mention)>,
    /// The other flags without an answer.
    pub unasked: Vec<RedFlag>,
    /// Whether the group question has an answer, whatever it is.
    pub group_answered: bool,
}

impl Assessed {
    /// The highest level of a positive flag.
    #[must_use]
    pub fn level(&self) -> Option<Level> {
        self.positive.iter().map(|one| one.level).reduce(Level::raised_to)
    }

    /// Whether every flag has an answer.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.brought_up.is_empty() && self.unasked.is_empty()
    }

    /// All flags without an answer, those that words bring up first.
    pub fn unanswered(&self) -> impl Iterator<Item = &RedFlag> {
        self.brought_up.iter().map(|(flag, _)| flag).chain(&self.unasked)
    }

    /// The highest level of what words bring up, and of what they bring up surely.
    #[must_use]
    pub fn heard_level(&self) -> (Option<Level>, Option<Level>) {
        let highest = |sure_only: bool| {
            let counts = self.brought_up.iter().filter(|(_, mention)| mention.sure || !sure_only);
            counts.map(|(flag, _)| flag.level).reduce(Level::raised_to)
        };
        (highest(false), highest(true))
    }

    /// Whether a clinician decides as well: every positive flag was understood and is
    /// still not known (S3).
    #[must_use]
    pub fn human_decision(&self) -> bool {
        !self.positive.is_empty() && self.positive.iter().all(|one| one.ground == Ground::Undecided)
    }

    /// Whether two answers to one question disagree (S7).
    #[must_use]
    pub fn is_contradictory(&self) -> bool {
        self.positive.iter().any(|one| one.contradicted)
    }

    /// The reasons of the level (S15): rule ids and fact keys, and a French line
    /// each.
    #[must_use]
    pub fn reasons(&self) -> Vec<Reason> {
        let reason = |one: &Positive| Reason {
            rule: answer_key(&one.id),
            facts: vec![answer_key(&one.id)],
            text: match one.ground {
                Ground::Said => reasons::red_flag_said(&one.label),
                Ground::Unclear => reasons::red_flag_unclear(&one.label),
                Ground::Undecided => reasons::red_flag_undecided(&one.label),
                Ground::Group => reasons::red_flag_group(),
            }
            .to_string(),
        };
        self.positive.iter().map(reason).collect()
    }
}

/// Weighs all answers to the core set and a practice's additions. Adding facts
/// never lowers [`Assessed::level`] and never removes a positive flag.
#[must_use]
pub fn assess(additions: &[RedFlag], facts: &[Fact], hearing: &Hearing) -> Assessed {
    let flags = with_additions(additions);
    let group = Answers::under(keys::RED_FLAGS_ALL, facts);
    let written = |fact: &Fact| matches!(fact.value, Value::Text(_));
    let texts: Vec<(usize, String)> = facts
        .iter()
        .enumerate()
        .filter(|(_, fact)| written(fact))
        .filter_map(|(number, fact)| Some((number, plain(fact.value.as_text()?))))
        .collect();
    let group_answered = group.last_no.is_some() || group.first_other.is_some();
    let mut assessed = Assessed { group_answered, ..Assessed::default() };
    for flag in flags {
        let own = Answers::under(&answer_key(&flag.id), facts);
        if let Some(ground) = own.positive(&understood_key(&flag.id), facts) {
            let contradicted = own.last_no.is_some();
            let (id, label) = (flag.id.clone(), label(&flag));
            assessed.positive.push(Positive { id, label, level: flag.level, ground, contradicted });
            continue;
        }
        let cleared = own.last_no;
        match mention(&flag, &texts, hearing) {
            Some(mention) if cleared.is_none_or(|cleared| mention.fact > cleared) => {
                assessed.brought_up.push((flag.into_owned(), mention));
            }
            Some(_) => {}
            None if cleared.is_some() || group.last_no.is_some() => {}
            None => assessed.unasked.push(flag.into_owned()),
        }
    }
    if group.first_other.is_some() {
        let level = additions.iter().map(|flag| flag.level).fold(Level::Vital, Level::raised_to);
        let contradicted = group.last_no.is_some();
        let (id, label) = ("all".to_owned(), String::new());
        assessed.positive.push(Positive { id, label, level, ground: Ground::Group, contradicted });
    }
    assessed
}

/// Whether words bring a flag up: what was heard, or the words that the practice
/// listed for it.
fn mention(flag: &RedFlag, texts: &[(usize, String)], hearing: &Hearing) -> Option<Mention> {
    let heard = hearing.heard.iter().filter(|heard| heard.sign == flag.id);
    let heard = heard.map(|heard| Mention { fact: heard.fact, sure: heard.sure });
    let listed = texts.iter().filter(|(_, text)| mentions(text, &flag.words));
    let listed = listed.map(|(fact, _)| Mention { fact: *fact, sure: true });
    heard.chain(listed).reduce(|one, other| Mention { fact: one.fact.max(other.fact), sure: one.sure || other.sure })
}

/// The answers under one key.
#[derive(Default)]
struct Answers<'a> {
    said_yes: bool,
    /// The first answer that is neither yes nor a person's no.
    first_other: Option<&'a Fact>,
    /// The number of the last no of a person.
    last_no: Option<usize>,
}

impl<'a> Answers<'a> {
    fn under(key: &str, facts: &'a [Fact]) -> Self {
        let mut answers = Self::default();
        for (number, fact) in facts.iter().enumerate().filter(|(_, fact)| fact.key == key) {
            match fact.value {
                Value::Yes if key == keys::RED_FLAGS_ALL => {
                    answers.first_other.get_or_insert(fact);
                }
                Value::Yes => answers.said_yes = true,
                Value::No if is_said_by_a_person(fact.source) => answers.last_no = Some(number),
                // A machine's no clears nothing, and raises nothing either.
                Value::No => {}
                _ => {
                    answers.first_other.get_or_insert(fact);
                }
            }
        }
        answers
    }

    fn positive(&self, understood: &str, facts: &[Fact]) -> Option<Ground> {
        if self.said_yes {
            return Some(Ground::Said);
        }
        self.first_other?;
        let confirmed = facts.iter().any(|fact| {
            fact.key == understood
                && fact.value == Value::Yes
                && matches!(fact.source, Source::Operator | Source::Clinician)
        });
        Some(if confirmed { Ground::Undecided } else { Ground::Unclear })
    }
}

fn is_said_by_a_person(source: Source) -> bool {
    matches!(source, Source::Caller | Source::Patient | Source::Operator | Source::Clinician)
}

/// Whether normalised text contains one of a practice's words, each from the start of a
/// word on: `saign` is in "il saigne", `crise` is not in "surcrise".
fn mentions(normalised: &str, words: &[String]) -> bool {
    words.iter().any(|word| {
        let word = plain(word);
        let word = word.trim();
        !word.is_empty() && normalised.match_indices(word).any(|(at, _)| normalised[..at].ends_with(' '))
    })
}

#[cfg(test)]
mod tests;
