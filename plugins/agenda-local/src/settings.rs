//! The practice's settings, as `plugin.toml` describes them.

use std::collections::BTreeMap;

use greffon_sdk::agenda::{AgendaInfo, Audience, Motive, PatientRule};
use greffon_sdk::practice::{Identifier, ResourceKind, ResourceRef, VisitMode};
use serde::Deserialize;

/// System of French practitioners' numbers (ANS, annuaire santé).
const RPPS: &str = "urn:oid:1.2.250.1.71.4.2.1";

/// All settings.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Settings {
    /// IANA zone of the agendas that do not name their own.
    #[serde(default = "paris")]
    pub zone: String,
    /// The agendas, by id.
    pub agendas: BTreeMap<String, AgendaSettings>,
    /// What the agenda must know of motives, by id. A motive that is not here has no buffers and one seat.
    #[serde(default)]
    pub motives: BTreeMap<String, MotiveSettings>,
    /// Longest hold, in seconds.
    #[serde(default = "quarter_of_an_hour")]
    pub max_hold_s: u32,
    /// Months that past appointments are kept.
    #[serde(default = "two_years")]
    pub keep_months: u32,
}

/// One agenda.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AgendaSettings {
    /// Name to show.
    pub label: String,
    /// Its zone, when it is another one.
    pub zone: Option<String>,
    /// RPPS number of the practitioner whose it is.
    pub rpps: Option<String>,
    /// Id of the site where it is.
    pub site: Option<String>,
}

/// One motive.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct MotiveSettings {
    /// Name to show; the id when absent.
    pub label: Option<String>,
    /// Minutes with the patient.
    pub duration_min: u32,
    /// Minutes kept free before.
    #[serde(default)]
    pub before_min: u32,
    /// Minutes kept free after.
    #[serde(default)]
    pub after_min: u32,
    /// Patients who share one slot.
    #[serde(default = "one")]
    pub seats: u32,
    /// Agendas that offer it; all of them when empty.
    #[serde(default)]
    pub agendas: Vec<String>,
}

fn paris() -> String {
    "Europe/Paris".to_owned()
}

fn quarter_of_an_hour() -> u32 {
    900
}

fn two_years() -> u32 {
    24
}

fn one() -> u32 {
    1
}

/// What a motive means for the occupation of an agenda.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Minutes kept free before.
    pub before_min: u32,
    /// Minutes kept free after.
    pub after_min: u32,
    /// Patients who share one slot, at least 1.
    pub seats: u32,
}

impl Settings {
    /// Room that a motive needs.
    pub fn room(&self, motive: &str) -> Room {
        self.motives.get(motive).map_or(Room { before_min: 0, after_min: 0, seats: 1 }, |found| Room {
            before_min: found.before_min,
            after_min: found.after_min,
            seats: found.seats.max(1),
        })
    }

    /// The agendas as the contract tells them.
    pub fn describe_agendas(&self) -> Vec<AgendaInfo> {
        let describe = |(id, agenda): (&String, &AgendaSettings)| AgendaInfo {
            id: id.clone(),
            // It is in this plugin's own space: the host names it.
            identity: None,
            label: agenda.label.clone(),
            zone: agenda.zone.clone().unwrap_or_else(|| self.zone.clone()),
            practitioner: agenda.rpps.clone().map(|value| Identifier { system: RPPS.to_owned(), value }),
            site: agenda.site.clone().map(|id| ResourceRef {
                kind: ResourceKind::Site,
                id,
                identifier: None,
                display: None,
            }),
            resources: Vec::new(),
            horizon: None,
            writable: true,
        };
        self.agendas.iter().map(describe).collect()
    }

    /// The motives of an agenda as the contract tells them.
    pub fn describe_motives(&self, agenda: &str) -> Vec<Motive> {
        let offered =
            |motive: &MotiveSettings| motive.agendas.is_empty() || motive.agendas.iter().any(|id| id == agenda);
        let describe = |(id, motive): (&String, &MotiveSettings)| Motive {
            id: id.clone(),
            label: motive.label.clone().unwrap_or_else(|| id.clone()),
            code: None,
            duration_min: motive.duration_min.max(1),
            before_min: motive.before_min,
            after_min: motive.after_min,
            grid_min: None,
            min_notice_min: 0,
            max_horizon_days: None,
            max_per_day: None,
            patients: PatientRule::Any,
            modes: vec![VisitMode::Office],
            audience: Audience::PUBLIC,
            needs_approval: false,
            seats: motive.seats.max(1),
            requires: Vec::new(),
            instructions: None,
            documents: Vec::new(),
            agendas: motive.agendas.clone(),
        };
        self.motives.iter().filter(|(_, motive)| offered(motive)).map(describe).collect()
    }
}
