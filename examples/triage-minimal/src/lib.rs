//! The smallest triage plugin: one red flag, then a human or a routine slot.

use greffon_sdk::practice::{ContentRef, Level, Nature, Value, latest};
use greffon_sdk::settings::Empty;
use greffon_sdk::triage::{
    AnswerKind, Assessment, Encounter, Orientation, Question, Reason, Step, Triage, TriageError,
};

struct Minimal;

impl Triage for Minimal {
    type Settings = Empty;
    type Prepared = Empty;

    fn next(_: &Empty, encounter: &Encounter) -> Result<Step, TriageError> {
        let key = "breathless".to_owned();
        let (level, orientation, text) = match latest(&encounter.facts, &key).map(|fact| &fact.value) {
            None => return Ok(Step::Ask(vec![question(key)])),
            Some(Value::No) => (Level::Routine, Orientation::SlotWithin(7 * 24 * 60), "pas de gêne respiratoire"),
            // Unknown and refused are never a no.
            Some(_) => (Level::VeryUrgent, Orientation::ClinicianCallback(15), "gêne respiratoire non écartée"),
        };
        let reasons = vec![Reason { rule: "breathing".to_owned(), facts: vec![key], text: text.to_owned() }];
        let protocol = ContentRef::in_settings("minimal", "1");
        let (say, safety_net, missing) = (Vec::new(), None, Vec::new());
        let nature = Nature::Medical;
        Ok(Step::Conclude(Assessment { level, nature, orientation, reasons, say, safety_net, missing, protocol }))
    }
}

fn question(key: String) -> Question {
    let (spoken, why) = ("Avez-vous du mal à respirer ?".to_owned(), "urgence vitale possible".to_owned());
    Question { key, spoken, why, kind: AnswerKind::YesNoUnknown, choices: Vec::new(), red_flag: true, required: true }
}

greffon_sdk::export_triage!(Minimal);

#[cfg(test)]
mod tests {
    use greffon_sdk::testing::{encounter, fact};

    use super::*;

    fn step(answer: Option<Value>) -> Step {
        let mut encounter = encounter("consultation");
        encounter.facts.extend(answer.map(|value| fact("breathless", value)));
        Minimal::next(&Empty {}, &encounter).unwrap()
    }

    #[test]
    fn the_red_flag_is_asked_first() {
        assert!(matches!(step(None), Step::Ask(questions) if questions[0].red_flag));
    }

    #[test]
    fn only_a_no_is_a_no() {
        assert!(matches!(step(Some(Value::No)), Step::Conclude(assessment) if assessment.level == Level::Routine));
        for answer in [Value::Yes, Value::Unknown, Value::Refused] {
            let step = step(Some(answer));
            assert!(matches!(step, Step::Conclude(assessment) if assessment.level == Level::VeryUrgent));
        }
    }
}
