//! What a plugin of the conversation is given: what it says is read aloud, so it is told
//! nothing that may not be said to whoever is on the line.

use super::mark::MaySay;
use super::matrix::Information;
use crate::model::care::{Fact, Source, Value, keys};
use crate::model::commitment::{Commitment, TELL_PATIENT};

/// The information that a fact is, when it is none of the caller's own.
fn information_of(fact: &Fact) -> Option<Information> {
    match fact.source {
        Source::Clinician => Some(Information::Answer),
        Source::MedicalRecord => Some(Information::Result),
        Source::Agenda => Some(Information::AppointmentTime),
        // The practice's own knowledge, unless it is what the caller says.
        Source::Operator | Source::Telephony | Source::Plugin if fact.key == keys::PATIENT_KNOWN => {
            Some(Information::Registration)
        }
        Source::Caller | Source::Patient | Source::Operator | Source::Telephony | Source::Plugin => None,
    }
}

/// The facts for a script. What may not be said is answered `unknown`: there is an answer, so
/// that nobody is asked again, and it is not told.
#[must_use]
pub fn for_script(facts: &[Fact], may_say: &MaySay) -> Vec<Fact> {
    withheld(facts, may_say, |_| true)
}

/// The facts for a grid, which decides on coded answers: of what may not be said it is not
/// told the words.
#[must_use]
pub fn for_grid(facts: &[Fact], may_say: &MaySay) -> Vec<Fact> {
    withheld(facts, may_say, |value| matches!(value, Value::Text(_)))
}

fn withheld(facts: &[Fact], may_say: &MaySay, is_told: impl Fn(&Value) -> bool) -> Vec<Fact> {
    let one = |fact: &Fact| match information_of(fact) {
        Some(information) if !may_say.allows(information) && is_told(&fact.value) => {
            Fact { value: Value::Unknown, ..fact.clone() }
        }
        _ => fact.clone(),
    };
    facts.iter().map(one).collect()
}

/// Whether a script may be told of a promise of this contact: what a message should have told
/// the patient is the patient's.
#[must_use]
pub fn tells_of(commitment: &Commitment, may_say: &MaySay) -> bool {
    commitment.what != TELL_PATIENT || may_say.allows(Information::Message)
}
