//! Every path of a grid, found by asking its plugin: what is printed is what happens.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;

use greffon_core::model::care::{Fact, PracticeContext, Source, Value};
use greffon_core::model::triage::{AnswerKind, Assessment, Encounter, Question, Step};
use greffon_core::ports::plugins::Triage;
use greffon_core::time::Instant;
use serde_json::Value as Json;

/// Most calls of the plugin for one motive and age.
const MOST_CALLS: usize = 30_000;

/// What follows an answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tree {
    /// A question, and what follows each of its answers, as they are said.
    Asks(Box<Question>, Vec<(String, Tree)>),
    /// A conclusion.
    Ends(Box<Assessment>),
    /// The grid gives none: a person decides.
    Human(String),
}

impl Tree {
    /// The most questions on a path.
    pub(super) fn longest(&self) -> usize {
        match self {
            Self::Asks(_, branches) => 1 + branches.iter().map(|(_, tree)| tree.longest()).max().unwrap_or(0),
            Self::Ends(_) | Self::Human(_) => 0,
        }
    }

    /// The same without what makes no difference: answers that lead to the same are one, and
    /// a question whose answers all do is left out.
    pub(super) fn reduced(self) -> Self {
        let Self::Asks(question, branches) = self else { return self };
        let mut joined: Vec<(String, Self)> = Vec::new();
        for (answer, tree) in branches {
            let tree = tree.reduced();
            match joined.iter_mut().find(|(_, other)| other.same(&tree)) {
                Some((answers, _)) => *answers = format!("{answers} ou {answer}"),
                None => joined.push((answer, tree)),
            }
        }
        match joined.as_slice() {
            [(_, only)] => only.clone(),
            _ => Self::Asks(question, joined),
        }
    }

    /// Whether two trees lead to the same: levels, destinations and what is said.
    pub(super) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Asks(one, a), Self::Asks(two, b)) => {
                one.key == two.key && a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.0 == b.0 && a.1.same(&b.1))
            }
            (Self::Ends(one), Self::Ends(two)) => {
                one.level == two.level
                    && one.orientation == two.orientation
                    && one.say == two.say
                    && one.safety_net == two.safety_net
            }
            (one, two) => one == two,
        }
    }

    /// The paths, with their questions and answers.
    pub(super) fn paths(&self) -> Vec<(Vec<(&Question, &str)>, &Self)> {
        match self {
            Self::Asks(question, branches) => {
                let mut all = Vec::new();
                for (answer, tree) in branches {
                    for (mut steps, end) in tree.paths() {
                        steps.insert(0, (question.as_ref(), answer.as_str()));
                        all.push((steps, end));
                    }
                }
                all
            }
            end => vec![(Vec::new(), end)],
        }
    }
}

/// The numbers that a grid's settings compare answers and ages with.
#[derive(Debug, Default)]
pub(super) struct Thresholds {
    facts: BTreeMap<String, BTreeSet<u64>>,
    ages: BTreeSet<u32>,
}

impl Thresholds {
    /// Of settings: `{ fact = "…", at-least = 3 }`, `age-days = { below = 90 }`.
    pub(super) fn of(settings: &Json) -> Self {
        let mut found = Self::default();
        found.look(settings);
        found
    }

    fn look(&mut self, settings: &Json) {
        match settings {
            Json::Array(items) => items.iter().for_each(|item| self.look(item)),
            Json::Object(fields) => {
                let ends = |of: &Json| {
                    ["at-least", "below"].into_iter().filter_map(|end| of[end].as_f64()).collect::<Vec<_>>()
                };
                if let Some(key) = fields.get("fact").and_then(Json::as_str) {
                    let positive = ends(settings).into_iter().filter(|end| *end >= 0.0).map(f64::to_bits);
                    self.facts.entry(key.to_owned()).or_default().extend(positive);
                }
                if let Some(range) = fields.get("age-days") {
                    self.ages.extend(ends(range).into_iter().map(|end| end.ceil().clamp(0.0, 60_000.0) as u32));
                }
                fields.values().for_each(|field| self.look(field));
            }
            _ => {}
        }
    }

    /// The first days of the ages that may make a difference, from birth.
    pub(super) fn ages(&self, of_protocols: impl Iterator<Item = u32>) -> Vec<u32> {
        let mut all = self.ages.clone();
        all.extend(of_protocols);
        all.insert(0);
        all.into_iter().collect()
    }

    /// The facts that conditions look at.
    pub(super) fn facts(&self) -> impl Iterator<Item = &str> {
        self.facts.keys().map(String::as_str)
    }

    /// The answers to a number that make a difference, as they are said.
    fn numbers(&self, key: &str) -> Vec<(String, Value)> {
        let ends: Vec<f64> = self.facts.get(key).into_iter().flatten().map(|bits| f64::from_bits(*bits)).collect();
        let Some((first, _)) = ends.split_first() else {
            return vec![("un nombre".to_owned(), Value::Number(1))];
        };
        let mut answers = Vec::new();
        if *first > 0.0 {
            answers.push((format!("moins de {}", french(*first)), Value::Decimal(first - first.min(0.05))));
        }
        for (index, least) in ends.iter().enumerate() {
            let said = match ends.get(index + 1) {
                Some(below) => format!("de {} à moins de {}", french(*least), french(*below)),
                None => format!("{} ou plus", french(*least)),
            };
            answers.push((said, Value::Decimal(*least)));
        }
        answers
    }
}

/// A number as it is written in French.
fn french(number: f64) -> String {
    number.to_string().replace('.', ",")
}

/// Asks a grid every question, with every answer that makes a difference.
pub(super) struct Walk<'a> {
    pub(super) triage: &'a dyn Triage,
    pub(super) thresholds: &'a Thresholds,
    pub(super) context: PracticeContext,
    pub(super) motive: Option<String>,
    calls: usize,
}

impl<'a> Walk<'a> {
    /// Of the cases of a motive.
    pub(super) fn new(
        triage: &'a dyn Triage,
        thresholds: &'a Thresholds,
        context: PracticeContext,
        motive: Option<String>,
    ) -> Self {
        Self { triage, thresholds, context, motive, calls: 0 }
    }

    /// Everything that may happen at an age. `None`: there is too much of it.
    pub(super) async fn all(&mut self, age_days: Option<u32>) -> Option<Tree> {
        self.calls = 0;
        self.grow(Vec::new(), age_days).await
    }

    fn grow(
        &mut self,
        facts: Vec<Fact>,
        age_days: Option<u32>,
    ) -> Pin<Box<dyn Future<Output = Option<Tree>> + Send + '_>> {
        Box::pin(async move {
            self.calls += 1;
            if self.calls > MOST_CALLS {
                return None;
            }
            let encounter = Encounter {
                motive: self.motive.clone(),
                context: self.context.clone(),
                facts: facts.clone(),
                patient_age_days: age_days,
                previous: None,
            };
            let asked = match self.triage.next(&encounter).await {
                Ok(Ok(Step::Ask(questions))) => questions,
                Ok(Ok(Step::Conclude(assessment))) => return Some(Tree::Ends(Box::new(assessment))),
                Ok(Err(error)) => return Some(Tree::Human(error.code)),
                Err(failure) => return Some(Tree::Human(failure.code().to_owned())),
            };
            let open = asked.into_iter().find(|one| facts.iter().all(|fact| fact.key != one.key));
            let Some(question) = open else { return Some(Tree::Human("no-progress".to_owned())) };
            let mut branches = Vec::new();
            for (said, value) in self.answers(&question) {
                let fact = Fact {
                    key: question.key.clone(),
                    value,
                    source: Source::Caller,
                    at: Instant(0),
                    by: "explain".to_owned(),
                };
                let more = facts.iter().cloned().chain([fact]).collect();
                branches.push((said, self.grow(more, age_days).await?));
            }
            Some(Tree::Asks(Box::new(question), branches))
        })
    }

    fn answers(&self, question: &Question) -> Vec<(String, Value)> {
        let plain = |said: &str, value: Value| (said.to_owned(), value);
        let mut answers = match question.kind {
            AnswerKind::YesNoUnknown => vec![plain("oui", Value::Yes), plain("non", Value::No)],
            AnswerKind::Single => {
                let choice = |one: &greffon_core::model::triage::Choice| {
                    (format!("« {} »", one.label), Value::Choice(one.id.clone()))
                };
                question.choices.iter().map(choice).collect()
            }
            AnswerKind::Multiple => {
                let choice = |one: &greffon_core::model::triage::Choice| {
                    (format!("« {} »", one.label), Value::Choices(vec![one.id.clone()]))
                };
                let none = plain("rien de cela", Value::Choices(Vec::new()));
                question.choices.iter().map(choice).chain([none]).collect()
            }
            AnswerKind::Number => self.thresholds.numbers(&question.key),
            AnswerKind::Text => vec![plain("quelques mots", Value::Text("quelques mots".to_owned()))],
            AnswerKind::Date => vec![plain("une date", Value::Date("2026-01-01".to_owned()))],
            AnswerKind::Phone => vec![plain("un numéro", Value::Phone("+33199000001".to_owned()))],
        };
        answers.push(plain("ne sait pas", Value::Unknown));
        answers
    }
}
