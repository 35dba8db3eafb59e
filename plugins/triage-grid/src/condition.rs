//! Conditions over facts and age, in three values: what is not known is neither
//! true nor false, so that `unknown`, `refused` and silence are never a no.

use std::collections::BTreeSet;

use greffon_sdk::practice::Value;
use serde::de::{Deserializer, Error};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

/// A condition. It has two forms: the one that people write (below), and the
/// derived one, in prepared settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub(crate) enum Condition {
    /// All of them.
    All(Vec<Condition>),
    /// At least one of them.
    Any(Vec<Condition>),
    /// Known to be false.
    Not(Box<Condition>),
    /// The patient's age in days.
    Age(Range),
    /// An answer.
    Fact(String, Test),
}

/// What an answer is compared with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Test {
    /// One of these words: `yes`, `no`, `unknown` (also `refused`), `refused`,
    /// or the id of a choice.
    Is(Vec<String>),
    /// At least one of these choices is among the answers.
    Includes(Vec<String>),
    /// A number.
    Within(Range),
}

/// `[at-least, below)`; an end that is absent does not restrict.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Range {
    pub at_least: Option<f64>,
    pub below: Option<f64>,
}

impl Range {
    fn holds(self, number: f64) -> bool {
        self.at_least.is_none_or(|least| number >= least) && self.below.is_none_or(|below| number < below)
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            Written::deserialize(deserializer)?.try_into().map_err(D::Error::custom)
        } else {
            Self::deserialize(deserializer)
        }
    }
}

/// A condition as the settings write it: one table with either a connective or
/// a test.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Written {
    all: Option<Vec<Condition>>,
    any: Option<Vec<Condition>>,
    not: Option<Box<Condition>>,
    age_days: Option<Range>,
    fact: Option<String>,
    is: Option<OneOrMany>,
    includes: Option<OneOrMany>,
    at_least: Option<f64>,
    below: Option<f64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl From<OneOrMany> for Vec<String> {
    fn from(words: OneOrMany) -> Self {
        match words {
            OneOrMany::One(word) => vec![word],
            OneOrMany::Many(words) => words,
        }
    }
}

impl TryFrom<Written> for Condition {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let tests = Written { all: None, any: None, not: None, age_days: None, ..written };
        let range = (tests.at_least.is_some() || tests.below.is_some())
            .then_some(Range { at_least: tests.at_least, below: tests.below });
        let fact = match (tests.fact, tests.is, tests.includes, range) {
            (None, None, None, None) => None,
            (Some(key), Some(words), None, None) => Some(Self::Fact(key, Test::Is(words.into()))),
            (Some(key), None, Some(words), None) => Some(Self::Fact(key, Test::Includes(words.into()))),
            (Some(key), None, None, Some(range)) => Some(Self::Fact(key, Test::Within(range))),
            (Some(key), ..) => {
                return Err(format!("\"{key}\" needs exactly one of `is`, `includes`, `at-least` and `below`"));
            }
            (None, ..) => return Err("a test without `fact`: name the fact that it looks at".to_owned()),
        };
        let parts = [
            written.all.map(Self::All),
            written.any.map(Self::Any),
            written.not.map(Self::Not),
            written.age_days.map(Self::Age),
            fact,
        ];
        let mut parts = parts.into_iter().flatten();
        match (parts.next(), parts.next()) {
            (Some(condition), None) => Ok(condition),
            _ => Err("a condition holds exactly one of `all`, `any`, `not`, `age-days` and `fact`".to_owned()),
        }
    }
}

/// What is known of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Truth {
    True,
    False,
    Unknown,
}

impl From<bool> for Truth {
    fn from(truth: bool) -> Self {
        if truth { Self::True } else { Self::False }
    }
}

/// What is known of a fact.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer<'a> {
    /// Answered, `unknown` and `refused` included.
    Given(&'a Value),
    /// Its question does not apply to this case: every test of it is false.
    DoesNotApply,
    /// Not answered.
    Missing,
}

/// A case, as far as conditions look at it.
pub(crate) trait Case {
    /// What is known of a fact.
    fn answer(&self, key: &str) -> Answer<'_>;
    /// The patient's age in days.
    fn age_days(&self) -> Option<u32>;
}

impl Condition {
    /// What is known of this condition.
    pub fn holds(&self, case: &dyn Case) -> Truth {
        match self {
            Self::All(conditions) => fold(conditions, case, Truth::False, Truth::True),
            Self::Any(conditions) => fold(conditions, case, Truth::True, Truth::False),
            Self::Not(condition) => match condition.holds(case) {
                Truth::True => Truth::False,
                Truth::False => Truth::True,
                Truth::Unknown => Truth::Unknown,
            },
            Self::Age(range) => case.age_days().map_or(Truth::Unknown, |days| range.holds(days.into()).into()),
            Self::Fact(key, test) => match case.answer(key) {
                Answer::Given(value) => test.passes(value),
                Answer::DoesNotApply => Truth::False,
                Answer::Missing => Truth::Unknown,
            },
        }
    }

    /// Keys of the facts that this condition looks at.
    pub fn facts(&self) -> BTreeSet<&str> {
        let mut facts = BTreeSet::new();
        self.visit(&mut |condition| {
            if let Self::Fact(key, _) = condition {
                facts.insert(key.as_str());
            }
        });
        facts
    }

    /// Whether this condition says what `unknown` means for a fact.
    pub fn knows_unknown(&self, key: &str) -> bool {
        let mut knows = false;
        self.visit(&mut |condition| {
            if let Self::Fact(fact, Test::Is(words)) = condition {
                knows |= fact == key && words.iter().any(|word| word == "unknown");
            }
        });
        knows
    }

    /// Calls `act` with this condition and every one inside it.
    pub fn visit<'a>(&'a self, act: &mut dyn FnMut(&'a Self)) {
        act(self);
        match self {
            Self::All(conditions) | Self::Any(conditions) => {
                for condition in conditions {
                    condition.visit(act);
                }
            }
            Self::Not(condition) => condition.visit(act),
            Self::Age(_) | Self::Fact(..) => {}
        }
    }
}

/// `all` and `any`: one `decides` decides, without any it is `otherwise`.
fn fold(conditions: &[Condition], case: &dyn Case, decides: Truth, otherwise: Truth) -> Truth {
    let mut truth = otherwise;
    for condition in conditions {
        match condition.holds(case) {
            one if one == decides => return decides,
            Truth::Unknown => truth = Truth::Unknown,
            _ => {}
        }
    }
    truth
}

impl Test {
    fn passes(&self, value: &Value) -> Truth {
        match (self, value) {
            (Self::Is(words), Value::Unknown) if words.iter().any(|word| word == "unknown") => Truth::True,
            (Self::Is(words), Value::Refused) if words.iter().any(|word| word == "unknown" || word == "refused") => {
                Truth::True
            }
            (_, Value::Unknown | Value::Refused) => Truth::Unknown,
            (Self::Is(words), Value::Yes) => words.iter().any(|word| word == "yes").into(),
            (Self::Is(words), Value::No) => words.iter().any(|word| word == "no").into(),
            (Self::Is(words), Value::Choice(choice)) => words.contains(choice).into(),
            (Self::Includes(words), Value::Choices(choices)) => {
                choices.iter().any(|choice| words.contains(choice)).into()
            }
            (Self::Within(range), Value::Number(number)) => range.holds(*number as f64).into(),
            (Self::Within(range), Value::Decimal(number)) if number.is_finite() => range.holds(*number).into(),
            // An answer of another kind says nothing.
            _ => Truth::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    struct Known(BTreeMap<&'static str, Value>, Option<u32>);

    impl Case for Known {
        fn answer(&self, key: &str) -> Answer<'_> {
            match (key, self.0.get(key)) {
                ("other.branch", _) => Answer::DoesNotApply,
                (_, Some(value)) => Answer::Given(value),
                (_, None) => Answer::Missing,
            }
        }

        fn age_days(&self) -> Option<u32> {
            self.1
        }
    }

    fn holds(json: &str, facts: &[(&'static str, Value)]) -> Truth {
        let condition: Condition = serde_json::from_str(json).unwrap();
        condition.holds(&Known(facts.iter().cloned().collect(), Some(400)))
    }

    #[test]
    fn what_is_not_known_is_never_a_no() {
        let not_yes = r#"{"not":{"fact":"a","is":"yes"}}"#;
        assert_eq!(holds(not_yes, &[("a", Value::No)]), Truth::True);
        for silence in [Value::Unknown, Value::Refused, Value::Text("peut-être".to_owned())] {
            assert_eq!(holds(not_yes, &[("a", silence)]), Truth::Unknown);
        }
        assert_eq!(holds(not_yes, &[]), Truth::Unknown);
    }

    #[test]
    fn unknown_can_be_a_branch_of_its_own_and_takes_refused_along() {
        let json = r#"{"fact":"a","is":["yes","unknown"]}"#;
        for value in [Value::Yes, Value::Unknown, Value::Refused] {
            assert_eq!(holds(json, &[("a", value)]), Truth::True);
        }
        assert_eq!(holds(json, &[("a", Value::No)]), Truth::False);
    }

    #[test]
    fn one_true_is_enough_for_any_and_one_false_ends_all() {
        let any = r#"{"any":[{"fact":"a","is":"yes"},{"fact":"b","is":"yes"}]}"#;
        let all = r#"{"all":[{"fact":"a","is":"yes"},{"fact":"b","is":"yes"}]}"#;
        assert_eq!(holds(any, &[("b", Value::Yes)]), Truth::True);
        assert_eq!(holds(any, &[("b", Value::No)]), Truth::Unknown);
        assert_eq!(holds(all, &[("b", Value::No)]), Truth::False);
        assert_eq!(holds(all, &[("b", Value::Yes)]), Truth::Unknown);
    }

    #[test]
    fn ranges_include_their_start_only() {
        let json = r#"{"fact":"t","at-least":38.5,"below":40}"#;
        assert_eq!(holds(json, &[("t", Value::Decimal(38.5))]), Truth::True);
        assert_eq!(holds(json, &[("t", Value::Number(40))]), Truth::False);
        assert_eq!(holds(json, &[("t", Value::Decimal(f64::NAN))]), Truth::Unknown);
        assert_eq!(holds(r#"{"age-days":{"below":400}}"#, &[]), Truth::False);
    }

    #[test]
    fn a_question_that_does_not_apply_passes_no_test() {
        assert_eq!(holds(r#"{"fact":"other.branch","is":"yes"}"#, &[]), Truth::False);
    }

    #[test]
    fn a_condition_says_one_thing() {
        for (json, word) in [
            (r#"{"fact":"a"}"#, "exactly one of `is`"),
            (r#"{"is":"yes"}"#, "without `fact`"),
            (r#"{"fact":"a","is":"yes","not":{"fact":"b","is":"no"}}"#, "exactly one of `all`"),
            (r#"{}"#, "exactly one of `all`"),
            (r#"{"fact":"a","equals":"yes"}"#, "unknown field `equals`"),
        ] {
            let error = serde_json::from_str::<Condition>(json).unwrap_err();
            assert!(error.to_string().contains(word), "{json}: {error}");
        }
    }
}
