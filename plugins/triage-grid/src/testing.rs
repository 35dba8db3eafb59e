//! A grid and cases for the tests.

use greffon_sdk::practice::Value;
use greffon_sdk::testing;
use greffon_sdk::triage::{Assessment, Encounter, Step, Triage, TriageError};
use serde_json::json;

use crate::TriageGrid;
use crate::prepared::Prepared;
use crate::settings::Grid;

/// Settings with one protocol, for fever up to two years of age.
pub(crate) fn fever() -> serde_json::Value {
    json!({
        "protocols": [{
            "id": "fever-infant", "version": "3", "title": "Fièvre du nourrisson", "motives": ["fever"],
            "min-age-days": 0, "max-age-days": 730, "floor": "soon", "demo": true, "safety-net": "aggravation@1",
            "red-flags": [
                { "key": "fever.lethargic", "spoken": "Est-il difficile à réveiller ?", "level": "vital" },
                { "key": "fever.spots", "spoken": "A-t-il des taches violettes sur la peau ?", "level": "very-urgent",
                  "say": ["rester-joignable@2"] },
            ],
            "questions": [
                { "key": "fever.degrees", "spoken": "Combien a-t-il de fièvre ?", "kind": "number" },
                { "key": "fever.days", "spoken": "Depuis combien de jours ?", "kind": "number",
                  "when": { "fact": "fever.degrees", "at-least": 38.5 } },
                { "key": "fever.drinks", "spoken": "Boit-il bien ?", "kind": "yes-no" },
            ],
            "rules": [
                { "id": "newborn", "when": { "all": [{ "age-days": { "below": 90 } }, { "fact": "fever.degrees", "at-least": 38 }] },
                  "level": "very-urgent", "orientation": { "clinician-callback": 15 }, "reason": "Fièvre avant trois mois" },
                { "id": "long", "when": { "fact": "fever.days", "at-least": 3 },
                  "level": "same-day", "orientation": "same-day-slot", "reason": "Fièvre depuis trois jours ou plus" },
                { "id": "not-drinking", "when": { "fact": "fever.drinks", "is": ["no", "unknown"] },
                  "level": "same-day", "orientation": { "clinician-callback": 120 }, "reason": "Ne boit pas bien",
                  "say": ["proposer-a-boire"], "safety-net": "deshydratation" },
                { "id": "mild", "when": { "fact": "fever.drinks", "is": "yes" },
                  "level": "soon", "orientation": { "slot-within": 2880 }, "reason": "Fièvre bien supportée" },
            ],
        }],
    })
}

/// The grid of these settings.
pub(crate) fn grid(settings: serde_json::Value) -> Grid {
    serde_json::from_value(settings).unwrap()
}

/// A case that grows.
#[derive(Clone)]
pub(crate) struct Case {
    pub encounter: Encounter,
}

impl Case {
    /// A child of 400 days.
    pub fn new(motive: &str) -> Self {
        let mut encounter = testing::encounter(motive);
        encounter.patient_age_days = Some(400);
        Self { encounter }
    }

    /// Without any red flag.
    pub fn calm() -> Self {
        Self::new("fever").with("fever.lethargic", Value::No).with("fever.spots", Value::No)
    }

    pub fn with(mut self, key: &str, value: Value) -> Self {
        self.encounter.facts.push(testing::fact(key, value));
        self
    }

    pub fn step(&self, settings: &serde_json::Value) -> Result<Step, TriageError> {
        TriageGrid::next(&testing::prepared::<Grid, Prepared>(settings), &self.encounter)
    }

    /// Keys of what is asked next.
    pub fn asked(&self) -> Vec<String> {
        match self.step(&fever()).unwrap() {
            Step::Ask(questions) => questions.into_iter().map(|question| question.key).collect(),
            Step::Conclude(assessment) => panic!("concluded: {assessment:?}"),
        }
    }

    /// The conclusion.
    pub fn concluded(&self) -> Assessment {
        match self.step(&fever()).unwrap() {
            Step::Ask(questions) => panic!("asked: {questions:?}"),
            Step::Conclude(assessment) => assessment,
        }
    }
}
