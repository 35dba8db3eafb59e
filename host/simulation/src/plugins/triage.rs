//! A grid of one question.

use greffon_core::model::care::{ContentRef, Level, Nature, Value, keys, latest};
use greffon_core::model::triage::{AnswerKind, Assessment, Encounter, Orientation, Question, Reason, Step};

/// Asks for the motive and, for medical ones, whether it got worse since
/// yesterday; concludes from the two.
pub(super) fn next(encounter: &Encounter) -> Step {
    let Some(motive) = encounter.motive.as_deref() else {
        return Step::Ask(vec![question(keys::MOTIVE, "C'est à quel sujet ?", AnswerKind::Text)]);
    };
    match motive {
        "certificat" | "renouvellement" => {
            let orientation = Orientation::DocumentRequest("secretariat".to_owned());
            return conclude(Level::Routine, Nature::Administrative, orientation);
        }
        "information" => {
            let orientation = Orientation::Message("secretariat".to_owned());
            return conclude(Level::Routine, Nature::Administrative, orientation);
        }
        _ => {}
    }
    let Some(worse) = latest(&encounter.facts, WORSE) else {
        let spoken = "Est-ce que cela s'est aggravé depuis hier ?";
        return Step::Ask(vec![question(WORSE, spoken, AnswerKind::YesNoUnknown)]);
    };
    match worse.value {
        Value::No => conclude(Level::Soon, Nature::Medical, Orientation::SlotWithin(72)),
        Value::Yes => conclude(Level::SameDay, Nature::Medical, Orientation::SameDaySlot),
        _ => {
            let why = Orientation::HumanDecision("réponse incertaine".to_owned());
            conclude(Level::SameDay, Nature::Medical, why)
        }
    }
}

const WORSE: &str = "grid.worse";

fn conclude(level: Level, nature: Nature, orientation: Orientation) -> Step {
    Step::Conclude(Assessment {
        level,
        nature,
        orientation,
        reasons: vec![Reason {
            rule: "essai".to_owned(),
            facts: vec![WORSE.to_owned()],
            text: "grille d'essai".to_owned(),
        }],
        say: Vec::new(),
        safety_net: Some(content("aggravation")),
        missing: Vec::new(),
        protocol: content("grille-essai"),
    })
}

fn content(id: &str) -> ContentRef {
    ContentRef { id: id.to_owned(), version: "1".to_owned(), digest: Vec::new() }
}

fn question(key: &str, spoken: &str, kind: AnswerKind) -> Question {
    Question {
        key: key.to_owned(),
        spoken: spoken.to_owned(),
        why: String::new(),
        kind,
        choices: Vec::new(),
        red_flag: false,
        required: true,
    }
}
