//! `examples/days/*.toml`: the contacts of a morning, and what kinds there are.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use greffon_core::time::Instant;
use serde::Deserialize;

/// The contacts of one practice on one day.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Day {
    /// Whose.
    pub practice: String,
    /// Civil date.
    pub date: String,
    /// When the practice's own agenda server misbehaves.
    #[serde(default)]
    pub outages: Vec<Outage>,
    /// People, by the name that contacts use.
    pub patients: BTreeMap<String, Patient>,
    /// In order.
    pub contacts: Vec<PlannedContact>,
}

/// A stretch during which the agenda server of a feature misbehaves.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Outage {
    /// The feature whose server it is; for the reader.
    #[expect(dead_code, reason = "the demo has one agenda server; the file names it for the reader")]
    pub feature: String,
    /// `HH:MM`.
    pub from: String,
    /// `HH:MM`, exclusive.
    pub to: String,
    /// How.
    pub mode: OutageMode,
}

/// How an agenda server misbehaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutageMode {
    /// Writes are carried out; their answers never arrive.
    AnswersLost,
    /// Nothing answers.
    Down,
}

/// A misbehaviour and when: `[from, to)` on the demo's clock.
#[derive(Clone, Copy, Debug)]
pub struct PlannedOutage {
    /// First instant.
    pub from: Instant,
    /// First instant after.
    pub to: Instant,
    /// How.
    pub mode: OutageMode,
}

impl From<OutageMode> for greffon_peer::caldav::Outage {
    fn from(mode: OutageMode) -> Self {
        match mode {
            OutageMode::AnswersLost => Self::AnswersLost,
            OutageMode::Down => Self::Down,
        }
    }
}

/// Somebody synthetic.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Patient {
    /// Family name.
    pub family: String,
    /// Given name.
    pub given: String,
    /// Civil date.
    pub birth_date: String,
    /// A number of the range kept for fiction.
    pub phone: String,
    /// An address under `.example`.
    pub email: String,
}

/// A contact that will happen.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PlannedContact {
    /// `HH:MM`.
    pub at: String,
    /// Which kind: a table of `cases.toml`.
    pub case: String,
    /// About whom.
    pub patient: Option<String>,
    /// For a race: the patient of the second secretary.
    pub rival: Option<String>,
    /// With which practitioner.
    #[serde(rename = "with")]
    pub practitioner: Option<String>,
}

/// A kind of contact.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Case {
    /// For the reader and the progress bar.
    pub title: String,
    /// How it arrives; phone when absent.
    #[serde(default = "phone")]
    pub channel: String,
    /// The request in the caller's own words.
    pub words: String,
    /// `caller.kind`.
    pub caller: String,
    /// What the secretary picks.
    pub motive: Option<String>,
    /// Fact key to answer.
    #[serde(default)]
    pub answers: BTreeMap<String, toml::Value>,
    /// What is wanted.
    #[serde(default)]
    pub wish: Wish,
    /// How many days ahead a slot is looked for.
    #[serde(default)]
    pub days: i64,
    /// An instruction of the practice that is said.
    pub say: Option<String>,
    /// The caller is gone before anything was asked.
    #[serde(default)]
    pub hangs_up: bool,
}

fn phone() -> String {
    "phone".to_owned()
}

/// What a caller wants of the agenda.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wish {
    /// Nothing.
    #[default]
    None,
    /// An appointment.
    Book,
    /// Another time.
    Move,
    /// None any more.
    Cancel,
    /// The same slot as somebody else, at the same moment.
    Race,
}

impl Day {
    /// Reads a day and checks that every case and patient exists.
    pub fn parse(text: &str, cases: &BTreeMap<String, Case>) -> anyhow::Result<Self> {
        let day: Self = toml::from_str(text)?;
        for (index, contact) in day.contacts.iter().enumerate() {
            if !cases.contains_key(&contact.case) {
                bail!("contacts.{index}.case: unknown case \"{}\"", contact.case);
            }
            for patient in [&contact.patient, &contact.rival].into_iter().flatten() {
                if !day.patients.contains_key(patient) {
                    bail!("contacts.{index}: unknown patient \"{patient}\"");
                }
            }
        }
        Ok(day)
    }

    /// A civil time of the day as an instant of the practice's zone.
    pub fn instant(&self, clock: &str, zone: &str) -> anyhow::Result<Instant> {
        let civil: jiff::civil::DateTime =
            format!("{}T{clock}", self.date).parse().with_context(|| format!("\"{clock}\" is not HH:MM"))?;
        Ok(Instant(civil.in_tz(zone)?.timestamp().as_millisecond()))
    }
}
