//! What was done in an emergency, with the time of each step: read from what the contact
//! holds, so that nothing is written twice.

use greffon_words::{Text, steps};

use super::Contact;
use crate::model::care::{Fact, Value, keys, latest};
use crate::model::civil::{Zone, clock_text};
use crate::time::Instant;

/// More steps than this are not shown: the last of them are.
const MAX_STEPS: usize = 20;

/// How [`keys::EMERGENCY_LINE`] says that the call was cut; somebody answered when it was
/// called back; nobody did.
pub const EMERGENCY_LINE: [&str; 3] = [CUT, CALLED_BACK, NO_ANSWER];
const CUT: &str = "cut";
const CALLED_BACK: &str = "called-back";
const NO_ANSWER: &str = "no-answer";

/// What may have become of an emergency orientation, as [`keys::EMERGENCY_OUTCOME`]
/// says it: the caller speaks with the service; calls it and has repeated the number; it
/// was called for the caller; help is there already; a practitioner sees to it; the
/// caller refuses; the line is cut and nobody answers.
pub const EMERGENCY_OUTCOMES: [&str; 7] =
    ["transferred", "called", "called-for", "on-site", "practitioner", "refused", LOST];
const LOST: &str = "lost";

/// A step of an emergency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmergencyStep {
    /// The sign was heard, or said.
    Heard,
    /// The sentence that sends to the service was shown to whoever holds the line.
    Shown,
    /// It is known where the patient is.
    Located,
    /// It is known where to call back.
    Reachable,
    /// Somebody said what came of it: one of [`EMERGENCY_OUTCOMES`].
    Outcome(&'static str),
    /// The call was cut.
    Cut,
    /// It was called back, and somebody answered.
    CalledBack,
    /// It was called back, and nobody answered.
    NoAnswer,
}

impl EmergencyStep {
    /// The word of the journal.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Heard => "heard",
            Self::Shown => "shown",
            Self::Located => "located",
            Self::Reachable => "reachable",
            Self::Outcome(outcome) => outcome,
            Self::Cut => CUT,
            Self::CalledBack => CALLED_BACK,
            Self::NoAnswer => NO_ANSWER,
        }
    }

    fn words(self) -> Text {
        match self {
            Self::Heard => steps::heard(),
            Self::Shown => steps::shown(),
            Self::Located => steps::located(),
            Self::Reachable => steps::reachable(),
            Self::Outcome("transferred") => steps::transferred(),
            Self::Outcome("called") => steps::called(),
            Self::Outcome("called-for") => steps::called_for(),
            Self::Outcome("on-site") => steps::on_site(),
            Self::Outcome("practitioner") => steps::practitioner(),
            Self::Outcome("refused") => steps::refused(),
            Self::Outcome(_) => steps::lost(),
            Self::Cut => steps::cut(),
            Self::CalledBack => steps::called_back(),
            Self::NoAnswer => steps::no_answer(),
        }
    }
}

/// A step that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepTaken {
    /// Which.
    pub step: EmergencyStep,
    /// When.
    pub at: Instant,
}

/// What was done so far in an emergency, oldest first, at most 20 steps; of anything else
/// nothing.
#[must_use]
pub fn emergency_steps(contact: &Contact) -> Vec<StepTaken> {
    if !contact.is_emergency() {
        return Vec::new();
    }
    let facts = &contact.facts;
    let told = |key: &str| facts.iter().find(|fact| fact.key == key && fact.value.as_text().is_some());
    let first = [
        (EmergencyStep::Heard, heard(contact)),
        (EmergencyStep::Shown, contact.emergency_shown_at),
        (EmergencyStep::Located, told(keys::PATIENT_LOCATION).map(|fact| fact.at)),
        (EmergencyStep::Reachable, told(keys::CALLER_PHONE).map(|fact| fact.at)),
    ];
    let mut taken: Vec<StepTaken> =
        first.into_iter().filter_map(|(step, at)| Some(StepTaken { step, at: at? })).collect();
    taken.extend(facts.iter().filter_map(|fact| Some(StepTaken { step: said(fact)?, at: fact.at })));
    taken.sort_by_key(|one| one.at);
    let over = taken.len().saturating_sub(MAX_STEPS);
    taken.drain(..over);
    taken
}

/// What a fact says of the outcome, or of the line.
fn said(fact: &Fact) -> Option<EmergencyStep> {
    let Value::Choice(word) = &fact.value else { return None };
    match fact.key.as_str() {
        keys::EMERGENCY_OUTCOME => outcome(word).map(EmergencyStep::Outcome),
        keys::EMERGENCY_LINE => match word.as_str() {
            CUT => Some(EmergencyStep::Cut),
            CALLED_BACK => Some(EmergencyStep::CalledBack),
            NO_ANSWER => Some(EmergencyStep::NoAnswer),
            _ => None,
        },
        _ => None,
    }
}

fn outcome(word: &str) -> Option<&'static str> {
    EMERGENCY_OUTCOMES.into_iter().find(|known| *known == word)
}

/// When the sign was heard or said that nobody denied since; else when that was said which
/// the conclusion rests on.
fn heard(contact: &Contact) -> Option<Instant> {
    let facts = &contact.facts;
    let hearing = contact.hearing.of(facts);
    let is_denied = |sign: &str, number: usize| {
        let key = format!("{}{sign}", keys::RED_FLAG_PREFIX);
        facts.iter().skip(number).any(|fact| fact.key == key && fact.value == Value::No)
    };
    let heard = hearing.heard.iter().filter(|one| !is_denied(&one.sign, one.fact));
    let heard = heard.filter_map(|one| facts.get(one.fact));
    let is_sign = |fact: &&Fact| {
        fact.key.starts_with(keys::RED_FLAG_PREFIX) && !fact.key.ends_with(".understood") && fact.value != Value::No
    };
    let signs = heard.chain(facts.iter().filter(is_sign)).map(|fact| fact.at).min();
    let reasons = contact.assessment.iter().flat_map(|assessment| &assessment.reasons);
    signs.or_else(|| reasons.flat_map(|reason| &reason.facts).filter_map(|key| latest(facts, key)).map(|f| f.at).max())
}

/// What came of the emergency, as it stands: `unknown` and `refused` are no outcome (S3, S14),
/// and who was lost and then called back is not lost any more.
#[must_use]
pub fn emergency_outcome(contact: &Contact) -> Option<&'static str> {
    let number = |key: &str| contact.facts.iter().rposition(|fact| fact.key == key);
    let told = number(keys::EMERGENCY_OUTCOME)?;
    let Some(EmergencyStep::Outcome(outcome)) = said(&contact.facts[told]) else { return None };
    let line = number(keys::EMERGENCY_LINE).filter(|line| *line > told);
    let found = line.is_some_and(|line| said(&contact.facts[line]) == Some(EmergencyStep::CalledBack));
    (outcome != LOST || !found).then_some(outcome)
}

/// Whether the call was cut, and nobody has said yet whether anybody answers.
#[must_use]
pub fn is_cut(contact: &Contact) -> bool {
    latest(&contact.facts, keys::EMERGENCY_LINE).and_then(said) == Some(EmergencyStep::Cut)
}

/// The steps in one line, each with its hour: « 14 h 02 entendu · 14 h 03 adresse prise ».
/// Of another day than the first, the day is said too. `further` are steps of others.
#[must_use]
pub fn steps_line(zone: &Zone, taken: &[StepTaken], further: &[(Instant, Text)]) -> String {
    let mut all: Vec<(Instant, Text)> = taken.iter().map(|one| (one.at, one.step.words())).collect();
    all.extend(further.iter().cloned());
    all.sort_by_key(|(at, _)| *at);
    let Some(first) = all.first().map(|(at, _)| zone.date(*at)) else { return String::new() };
    let hour = |at: Instant| match zone.date(at) == first {
        true => clock_text(zone.civil(at).time()).to_string(),
        false => zone.spoken(at),
    };
    all.iter().map(|(at, words)| format!("{} {words}", hour(*at))).collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
#[path = "steps/tests.rs"]
mod tests;
