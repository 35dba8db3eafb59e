//! What a practice says of motives, of signs of danger, of laboratories, and what may be said.

use greffon_core::model::care::Level;
use greffon_core::model::scheduling::{PatientRule, VisitMode};
use schemars::JsonSchema;
use serde::Deserialize;

use super::motives::{OwnDurationFile, TakenFile};

/// A motive, with its rules.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MotiveFile {
    /// Its name for people.
    pub label: String,
    /// Other words that callers use.
    #[serde(default)]
    pub synonyms: Vec<String>,
    /// Needs a triage conclusion before booking; true when absent.
    #[serde(default = "yes")]
    pub medical: bool,
    /// No conclusion about it may be lower.
    #[schemars(with = "Option<String>")]
    pub floor: Option<Level>,
    /// Minutes with the patient, 1 to 480.
    pub duration_min: u32,
    /// Minutes with the patient of some practitioners, or at some sites.
    #[serde(default)]
    pub durations: Vec<OwnDurationFile>,
    /// Minutes kept free before, up to 240.
    #[serde(default)]
    pub before_min: u32,
    /// Minutes kept free after, up to 240.
    #[serde(default)]
    pub after_min: u32,
    /// Starts are aligned to so many minutes after the hour; the duration when
    /// absent.
    pub grid_min: Option<u32>,
    /// Shortest time between booking and start.
    #[serde(default)]
    pub min_notice_min: u32,
    /// Longest time between booking and start, 1 to 730 days; 90 when absent.
    pub max_horizon_days: Option<u32>,
    /// At most so many a day and practitioner, at all of their sites together; up to 500.
    pub max_per_day: Option<u32>,
    /// any, known-only, new-only, referred-only.
    #[serde(default)]
    #[schemars(with = "String")]
    pub patients: PatientRule,
    /// office, home, teleconsultation, telephone.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub modes: Vec<VisitMode>,
    /// Who offers it; everybody when absent.
    #[serde(default)]
    pub practitioners: Vec<String>,
    /// Patients at once; 1 when absent.
    pub seats: Option<u32>,
    /// Rooms and devices that it takes; of a list inside the list one, all the same which:
    /// `["echographe", ["salle-1", "salle-2"]]`. Not with several seats.
    #[serde(default)]
    pub resources: Vec<TakenFile>,
    /// How to prepare.
    pub instructions: Option<String>,
    /// What to bring.
    #[serde(default)]
    pub documents: Vec<String>,
    /// Minutes before the start to arrive.
    #[serde(default)]
    pub arrive_early_min: u32,
}

fn yes() -> bool {
    true
}

/// A red flag of the practice.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RedFlagFile {
    /// The question, as it is said.
    pub spoken: String,
    /// Words of the caller that bring it up.
    #[serde(default)]
    pub words: Vec<String>,
    /// vital, very-urgent, same-day.
    #[schemars(with = "String")]
    pub level: Level,
}

/// The alert thresholds of one analyte, in place of the national ones of adults; never
/// beyond what always alerts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LaboratoryFile {
    /// potassium, sodium, glucose, creatinine, haemoglobin, platelets, inr, d-dimer…
    pub analyte: String,
    /// The unit of both: `mmol/L`; left out for what has none.
    pub unit: Option<String>,
    /// An alert at this value and below.
    pub below: Option<f64>,
    /// An alert at this value and above.
    pub above: Option<f64>,
}

/// A text that may be said.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct InstructionFile {
    /// Its version.
    pub version: String,
    /// The words.
    pub text: String,
    /// RPPS of the clinician who approved it.
    pub approved_by: String,
    /// First day on which it must not be said any more, in the practice's time zone:
    /// `2027-12-01`. Only a demonstration practice may leave it out.
    pub approved_until: Option<String>,
}
