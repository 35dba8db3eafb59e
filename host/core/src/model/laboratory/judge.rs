//! Holds what was said of results against the limits.

use super::analyte::{Analyte, Limits};
use super::finding::{Finding, findings};
use super::limits::{OwnLimits, holding};
use super::read::{Amount, Measured, Voice, read};
use crate::model::care::{Fact, Value, keys};

/// Every practice has limits for everybody, or none at all.
const NO_LIMITS: Limits = Limits { under_days: u32::MAX, below: None, above: None };

/// On which side of what is usual a limit lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Too little.
    Below,
    /// Too much.
    Above,
}

/// A result that reaches a limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Beyond {
    /// The result.
    pub result: Measured,
    /// On which side.
    pub side: Side,
    /// The limit, in the analyte's own unit.
    pub limit: f64,
    /// The key of the fact in which it was said.
    pub key: String,
}

/// What is known of whoever says it, and of the patient.
#[derive(Clone, Copy, Debug)]
pub struct Weighing<'a> {
    /// The practice's own limits.
    pub own: &'a [OwnLimits],
    /// Whether a laboratory says it.
    pub laboratory: bool,
    /// Whether another professional does.
    pub professional: bool,
    /// The youngest and the oldest that the patient may be, in days.
    pub age_days: Option<(u32, u32)>,
}

/// What the facts say of results. Another fact only adds to it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judged {
    /// Results that reach a limit, each once.
    pub beyond: Vec<Beyond>,
    /// Findings that nobody waits with.
    pub findings: Vec<(Finding, String)>,
    /// Whether a laboratory gave a value that was not read whole.
    pub unreadable: bool,
    /// Whether it answered anything but yes when its value was read back.
    pub unconfirmed: bool,
    /// Results of a laboratory that were read whole and reach no limit.
    pub within: Vec<Measured>,
    /// Whether one of them would reach the limit of a child, and no birth date is known.
    pub needs_age: bool,
}

impl Judged {
    /// Whether somebody must know at once.
    #[must_use]
    pub fn alerts(&self) -> bool {
        !self.beyond.is_empty() || !self.findings.is_empty() || self.unreadable || self.unconfirmed
    }

    /// Whether a laboratory has said all that it called for, and nothing of it alerts.
    #[must_use]
    pub fn is_within(&self) -> bool {
        !self.alerts() && !self.within.is_empty() && !self.needs_age
    }
}

/// Judges every text among the facts, whatever its key; names are none.
pub fn judge<'f>(facts: impl Iterator<Item = &'f Fact>, of: &Weighing<'_>) -> Judged {
    let mut judged = Judged::default();
    for fact in facts {
        match (&fact.value, fact.key.as_str()) {
            (_, keys::LABORATORY_READ_BACK) if of.laboratory => judged.unconfirmed |= fact.value != Value::Yes,
            (Value::Text(text), _) if !keys::is_a_name(&fact.key) => judged.hear(&fact.key, text, of),
            (_, keys::LABORATORY_VALUE) if of.laboratory => judged.unreadable = true,
            _ => {}
        }
    }
    judged
}

impl Judged {
    fn hear(&mut self, key: &str, text: &str, of: &Weighing<'_>) {
        let colleague = of.laboratory || of.professional;
        let reading = read(text, if colleague { Voice::Colleague } else { Voice::Anybody });
        let is_value = of.laboratory && key == keys::LABORATORY_VALUE;
        let mut understood = reading.nothing_else;
        for result in reading.results {
            match verdict(&result, of.own, of.age_days) {
                Verdict::Beyond(side, limit) => {
                    // What was said is said again when it is read back, corrected, told on.
                    if !self.beyond.iter().any(|one| one.result.is_same(&result)) {
                        self.beyond.push(Beyond { result, side, limit, key: key.to_owned() });
                    }
                }
                Verdict::Within if is_value && result.whole => {
                    self.needs_age |= of.age_days.is_none() && depends_on_age(&result, of.own);
                    self.within.push(result);
                }
                Verdict::Within | Verdict::Uncertain => understood = false,
            }
        }
        let found = if colleague { findings(text) } else { Vec::new() };
        self.unreadable |= is_value && !understood && found.is_empty();
        for finding in found {
            if !self.findings.iter().any(|(one, _)| *one == finding) {
                self.findings.push((finding, key.to_owned()));
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Verdict {
    Within,
    Beyond(Side, f64),
    /// It may reach a limit.
    Uncertain,
}

fn verdict(result: &Measured, own: &[OwnLimits], age_days: Option<(u32, u32)>) -> Verdict {
    let analyte = result.analyte;
    let mut so_far = Verdict::Within;
    for limits in some_limits(analyte, age_days) {
        match in_every_unit(result, holding(analyte, own, limits)) {
            Verdict::Within => {}
            Verdict::Beyond(side, limit) => return Verdict::Beyond(side, limit),
            Verdict::Uncertain => so_far = Verdict::Uncertain,
        }
    }
    so_far
}

/// Whether it reaches the limit of somebody else's age.
fn depends_on_age(result: &Measured, own: &[OwnLimits]) -> bool {
    verdict(result, own, Some((0, u32::MAX - 1))) != Verdict::Within
}

fn some_limits(analyte: &'static Analyte, age_days: Option<(u32, u32)>) -> impl Iterator<Item = &'static Limits> {
    let none = analyte.limits.is_empty().then_some(&NO_LIMITS);
    analyte.limits(age_days).chain(none)
}

/// Without a unit, the same in each unit that it may have; or else nobody knows.
fn in_every_unit(result: &Measured, limits: (Option<f64>, Option<f64>)) -> Verdict {
    let mut verdicts = result.amounts.iter().map(|amount| of_amount(*amount, limits));
    let Some(first) = verdicts.next() else { return Verdict::Uncertain };
    let alike = |other: Verdict| {
        matches!((first, other), (Verdict::Within, Verdict::Within) | (Verdict::Beyond(..), Verdict::Beyond(..)))
    };
    if verdicts.all(alike) { first } else { Verdict::Uncertain }
}

/// A value that is reached counts as passed.
fn of_amount(amount: Amount, (below, above): (Option<f64>, Option<f64>)) -> Verdict {
    let low = |value: f64| below.filter(|below| value <= *below).map(|below| Verdict::Beyond(Side::Below, below));
    let high = |value: f64| above.filter(|above| value >= *above).map(|above| Verdict::Beyond(Side::Above, above));
    match amount {
        Amount::Exactly(value) => low(value).or_else(|| high(value)).unwrap_or(Verdict::Within),
        // Anything down to nothing.
        Amount::AtMost(value) => {
            let may_be = below.is_some() || high(value).is_some();
            low(value).unwrap_or(if may_be { Verdict::Uncertain } else { Verdict::Within })
        }
        // Anything from there on.
        Amount::AtLeast(value) => {
            let may_be = above.is_some() || low(value).is_some();
            high(value).unwrap_or(if may_be { Verdict::Uncertain } else { Verdict::Within })
        }
    }
}
