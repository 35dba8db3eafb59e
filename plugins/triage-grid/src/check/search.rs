//! Search over all answers that make a difference: every choice, every side of
//! every threshold.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use greffon_sdk::practice::Value;

use crate::condition::{Condition, Test, Truth};
use crate::known::Known;
use crate::settings::{Kind, Protocol};

/// More combinations than this are not searched.
const MAX_COMBINATIONS: usize = 50_000;

/// The answers of a combination, by key, and an age.
pub(super) type Answers<'a> = BTreeMap<&'a str, Value>;

/// All answers to some facts of a protocol.
pub(super) struct Search<'a> {
    protocol: &'a Protocol,
    /// Each fact with the answers that make a difference, `unknown` last.
    domains: Vec<(&'a str, Vec<Value>)>,
    ages: Vec<Option<u32>>,
}

impl<'a> Search<'a> {
    /// Over the facts of these conditions, and those that their questions wait
    /// for.
    pub fn over(protocol: &'a Protocol, conditions: impl Iterator<Item = &'a Condition>) -> Self {
        let mut keys: BTreeSet<&str> = BTreeSet::new();
        let mut next: Vec<&str> = conditions.flat_map(Condition::facts).collect();
        while let Some(key) = next.pop() {
            if keys.insert(key) {
                let question = protocol.questions.iter().find(|question| question.key == key);
                next.extend(question.iter().filter_map(|question| question.when.as_ref()).flat_map(Condition::facts));
            }
        }
        let domains = keys.into_iter().map(|key| (key, domain(protocol, key))).collect();
        Self { protocol, domains, ages: ages(protocol) }
    }

    /// Leaves `unknown` out.
    pub fn without_unknown(mut self) -> Self {
        for (_, values) in &mut self.domains {
            values.retain(|value| *value != Value::Unknown);
        }
        self
    }

    /// Looks at combinations with one answer given.
    pub fn with(mut self, key: &'a str, value: Value) -> Self {
        self.domains.retain(|(other, _)| *other != key);
        self.domains.push((key, vec![value]));
        self
    }

    /// Calls `act` with every combination in which all answered questions
    /// apply, until it breaks. None: there are too many.
    pub fn find<R>(&self, mut act: impl FnMut(&Known<'a>, &Answers<'a>) -> ControlFlow<R>) -> Option<ControlFlow<R>> {
        let count = self
            .domains
            .iter()
            .try_fold(self.ages.len(), |count, (_, values)| count.checked_mul(values.len()))
            .filter(|count| *count <= MAX_COMBINATIONS)?;
        for mut index in 0..count {
            let age = self.ages[index % self.ages.len()];
            index /= self.ages.len();
            let mut answers = Answers::new();
            for (key, values) in &self.domains {
                answers.insert(*key, values[index % values.len()].clone());
                index /= values.len();
            }
            let known = self.consistent(&mut answers, age);
            if let ControlFlow::Break(found) = act(&known, &answers) {
                return Some(ControlFlow::Break(found));
            }
        }
        Some(ControlFlow::Continue(()))
    }

    /// Whether a condition holds for at least one combination. None: too many
    /// to be searched.
    pub fn satisfies(&self, condition: &Condition) -> Option<bool> {
        let found = self.find(|known, _| match condition.holds(known) {
            Truth::True => ControlFlow::Break(()),
            Truth::False | Truth::Unknown => ControlFlow::Continue(()),
        });
        found.map(|found| found.is_break())
    }

    /// Takes out the answers to questions that do not apply, until all do.
    fn consistent(&self, answers: &mut Answers<'a>, age: Option<u32>) -> Known<'a> {
        loop {
            let known = Known::new(self.protocol, answers.clone(), age);
            let idle = self.protocol.questions.iter().find(|question| {
                answers.contains_key(question.key.as_str()) && known.applies(question.when.as_ref()) == Truth::False
            });
            match idle {
                Some(question) => answers.remove(question.key.as_str()),
                None => return known,
            };
        }
    }
}

/// The answers to a fact that make a difference.
fn domain(protocol: &Protocol, key: &str) -> Vec<Value> {
    // Rules and questions are looked at only when every red flag was denied.
    if protocol.red_flags.iter().any(|flag| flag.key == key) {
        return vec![Value::No];
    }
    let mut values = match protocol.questions.iter().find(|question| question.key == key) {
        None => mentioned(protocol, key),
        Some(question) => {
            let choices = question.choices.iter().map(|choice| choice.id.clone());
            match question.kind {
                Kind::YesNo => vec![Value::Yes, Value::No],
                Kind::Single => choices.map(Value::Choice).collect(),
                Kind::Multiple => {
                    choices.map(|choice| Value::Choices(vec![choice])).chain([Value::Choices(Vec::new())]).collect()
                }
                Kind::Number => numbers(thresholds(protocol, key)),
                Kind::Text => vec![Value::Text(String::new())],
                Kind::Date => vec![Value::Date(String::new())],
            }
        }
    };
    values.push(Value::Unknown);
    values
}

/// The answers that conditions speak of, for a fact that others answer.
fn mentioned(protocol: &Protocol, key: &str) -> Vec<Value> {
    let mut values = numbers(thresholds(protocol, key));
    for condition in conditions(protocol) {
        condition.visit(&mut |part| {
            let Condition::Fact(fact, test) = part else { return };
            if fact != key {
                return;
            }
            match test {
                Test::Is(words) => values.extend(words.iter().filter_map(|word| match word.as_str() {
                    "yes" => Some(Value::Yes),
                    "no" => Some(Value::No),
                    "unknown" | "refused" => None,
                    choice => Some(Value::Choice(choice.to_owned())),
                })),
                Test::Includes(words) => {
                    values.extend(words.iter().map(|word| Value::Choices(vec![word.clone()])));
                    values.push(Value::Choices(Vec::new()));
                }
                Test::Within(_) => {}
            }
        });
    }
    values.dedup();
    values
}

/// Each threshold, and a little less than it.
fn numbers(thresholds: BTreeSet<u64>) -> Vec<Value> {
    let mut points: Vec<f64> =
        thresholds.into_iter().map(f64::from_bits).flat_map(|threshold| [threshold - 0.05, threshold]).collect();
    if points.is_empty() {
        points.push(0.0);
    }
    points.into_iter().map(Value::Decimal).collect()
}

/// Ages inside the protocol's band: its ends, and both sides of each threshold.
fn ages(protocol: &Protocol) -> Vec<Option<u32>> {
    let (least, most) = (protocol.min_age_days.unwrap_or(0), protocol.max_age_days.unwrap_or(u32::MAX));
    let mut points = BTreeSet::from([least]);
    points.extend(protocol.max_age_days);
    for condition in conditions(protocol) {
        condition.visit(&mut |part| {
            if let Condition::Age(range) = part {
                for threshold in [range.at_least, range.below].into_iter().flatten() {
                    let first = threshold.ceil().clamp(0.0, f64::from(u32::MAX)) as u32;
                    points.extend([first.saturating_sub(1), first]);
                }
            }
        });
    }
    let inside: Vec<Option<u32>> = points.into_iter().filter(|age| (least..=most).contains(age)).map(Some).collect();
    if inside.is_empty() { vec![None] } else { inside }
}

/// Thresholds of a fact, as bits, so that they can be sorted and compared.
fn thresholds(protocol: &Protocol, key: &str) -> BTreeSet<u64> {
    let mut thresholds = BTreeSet::new();
    for condition in conditions(protocol) {
        condition.visit(&mut |part| {
            if let Condition::Fact(fact, Test::Within(range)) = part
                && fact == key
            {
                thresholds.extend([range.at_least, range.below].into_iter().flatten().map(f64::to_bits));
            }
        });
    }
    thresholds
}

fn conditions(protocol: &Protocol) -> impl Iterator<Item = &Condition> {
    let flags = protocol.red_flags.iter().filter_map(|flag| flag.when.as_ref());
    let questions = protocol.questions.iter().filter_map(|question| question.when.as_ref());
    flags.chain(questions).chain(protocol.rules.iter().map(|rule| &rule.when))
}
