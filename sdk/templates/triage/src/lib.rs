//! greffon plugin `triage-template`: one red flag, two outcomes.

use greffon_sdk::practice::{ContentRef, Finding, Level, Nature, Value, latest};
use greffon_sdk::triage::{
    AnswerKind, Assessment, Encounter, Orientation, Question, Reason, Step, Triage, TriageError,
};
use serde::{Deserialize, Serialize};

/// The fact that the question asks for.
const ALERT: &str = "alert";

/// What a practice writes under `settings`, by the schema of plugin.toml.
#[derive(Debug, Serialize, Deserialize)]
struct Settings {
    question: String,
}

struct Plugin;

impl Triage for Plugin {
    type Settings = Settings;
    // What calls get; another type when reading the settings takes long.
    type Prepared = Settings;

    fn check(settings: &Settings) -> Vec<Finding> {
        // What a schema cannot say. An error keeps the settings from going live.
        if settings.question.trim_end().ends_with('?') {
            return Vec::new();
        }
        vec![Finding::error("/question", "Une question finit par un point d'interrogation.")]
    }

    fn next(settings: &Settings, encounter: &Encounter) -> Result<Step, TriageError> {
        let (level, orientation, text) = match latest(&encounter.facts, ALERT).map(|fact| &fact.value) {
            None => return Ok(Step::Ask(vec![question(settings)])),
            Some(Value::No) => (Level::Routine, Orientation::SlotWithin(7 * 24 * 60), "signe d'alerte écarté"),
            // Unknown and refused are never a no.
            Some(_) => (Level::VeryUrgent, Orientation::ClinicianCallback(15), "signe d'alerte non écarté"),
        };
        let reasons = vec![Reason { rule: ALERT.to_owned(), facts: vec![ALERT.to_owned()], text: text.to_owned() }];
        Ok(Step::Conclude(Assessment {
            level,
            nature: Nature::Medical,
            orientation,
            reasons,
            say: Vec::new(),
            safety_net: None,
            missing: Vec::new(),
            protocol: ContentRef::in_settings("one-question", "1"),
        }))
    }
}

fn question(settings: &Settings) -> Question {
    Question {
        key: ALERT.to_owned(),
        spoken: settings.question.clone(),
        why: "urgence possible".to_owned(),
        kind: AnswerKind::YesNoUnknown,
        choices: Vec::new(),
        red_flag: true,
        required: true,
    }
}

greffon_sdk::export_triage!(Plugin);

#[cfg(test)]
mod tests {
    use greffon_sdk::testing::{encounter, fact};

    use super::*;

    fn settings(question: &str) -> Settings {
        Settings { question: question.to_owned() }
    }

    fn step(answer: Option<Value>) -> Step {
        let mut encounter = encounter("consultation");
        encounter.facts.extend(answer.map(|value| fact(ALERT, value)));
        Plugin::next(&settings("Saignez-vous ?"), &encounter).expect("a step")
    }

    #[test]
    fn the_practice_s_question_is_asked_first() {
        assert!(matches!(step(None), Step::Ask(asked) if asked[0].spoken == "Saignez-vous ?" && asked[0].red_flag));
    }

    #[test]
    fn only_a_no_is_a_no() {
        assert!(matches!(step(Some(Value::No)), Step::Conclude(end) if end.level == Level::Routine));
        for answer in [Value::Yes, Value::Unknown, Value::Refused] {
            assert!(matches!(step(Some(answer)), Step::Conclude(end) if end.level == Level::VeryUrgent));
        }
    }

    #[test]
    fn what_is_no_question_does_not_go_live() {
        assert!(Plugin::check(&settings("Saignez-vous ?")).is_empty());
        assert_eq!(Plugin::check(&settings("Saignement")).len(), 1);
    }
}
