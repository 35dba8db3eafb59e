//! The practice's settings, as `plugin.toml` describes them.

use std::collections::BTreeMap;

use greffon_sdk::agenda::AgendaInfo;
use greffon_sdk::practice::{Identifier, ResourceKind, ResourceRef};
use serde::Deserialize;

/// System of French practitioners' numbers (ANS, annuaire santé).
const RPPS: &str = "urn:oid:1.2.250.1.71.4.2.1";

/// All settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Settings {
    /// URL of the vendor's interface.
    pub base_url: String,
    /// The agendas, by agenda id.
    pub agendas: BTreeMap<String, AgendaSetting>,
    /// The vendor's visit motives, by motive id.
    #[serde(default)]
    pub motives: BTreeMap<String, u64>,
    /// IANA zone of the agendas that do not name their own.
    #[serde(default = "paris")]
    pub zone: String,
    /// The account whose events are believed. None: no event is.
    #[serde(default)]
    pub account: Option<u64>,
    /// The vendor gets to know the note of a booking.
    #[serde(default)]
    pub send_note: bool,
    /// After how long what was written is in the vendor's lists for certain, in seconds.
    #[serde(default = "thirty_seconds")]
    pub list_lag_s: u32,
    /// After how long a write counts as unknown, in milliseconds.
    #[serde(default = "ten_seconds")]
    pub write_timeout_ms: u32,
}

/// What is known of an agenda.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AgendaSetting {
    /// Its number at the vendor.
    pub vendor_id: u64,
    /// Name to show; the agenda's id when absent.
    #[serde(default)]
    pub label: Option<String>,
    /// RPPS number of the practitioner whose it is.
    #[serde(default)]
    pub rpps: Option<String>,
    /// Id of the site where it is.
    #[serde(default)]
    pub site: Option<String>,
    /// Its zone, when it is another one.
    #[serde(default)]
    pub zone: Option<String>,
    /// Visit motives that are others in this agenda.
    #[serde(default)]
    pub motives: BTreeMap<String, u64>,
}

fn paris() -> String {
    "Europe/Paris".to_owned()
}

fn thirty_seconds() -> u32 {
    30
}

fn ten_seconds() -> u32 {
    10_000
}

impl Settings {
    /// The zone of an agenda.
    pub fn zone_of<'a>(&'a self, agenda: &'a AgendaSetting) -> &'a str {
        agenda.zone.as_deref().unwrap_or(&self.zone)
    }

    /// The vendor's motives of an agenda, by motive id: its own before those of all.
    pub fn motives_of<'a>(&'a self, agenda: &'a AgendaSetting) -> BTreeMap<&'a str, u64> {
        let all = self.motives.iter().chain(&agenda.motives);
        all.map(|(id, vendor)| (id.as_str(), *vendor)).collect()
    }

    /// The agenda's id of a vendor's number. None: it is not mapped.
    pub fn agenda_of(&self, vendor: u64) -> Option<&str> {
        self.agendas.iter().find(|(_, agenda)| agenda.vendor_id == vendor).map(|(id, _)| id.as_str())
    }

    /// Two names of one agenda, which would hide each other's bookings.
    pub fn doubled(&self) -> Option<(&str, &str)> {
        self.agendas.iter().find_map(|(id, agenda)| {
            let first = self.agenda_of(agenda.vendor_id)?;
            (first != id).then_some((first, id.as_str()))
        })
    }

    /// An agenda as the contract tells it, without its identity, which the vendor is asked for.
    pub fn describe(&self, id: &str, agenda: &AgendaSetting) -> AgendaInfo {
        AgendaInfo {
            id: id.to_owned(),
            identity: None,
            label: agenda.label.clone().unwrap_or_else(|| id.to_owned()),
            zone: self.zone_of(agenda).to_owned(),
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
        }
    }
}
