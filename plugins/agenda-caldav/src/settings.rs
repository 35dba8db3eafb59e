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
    /// URL of the server.
    pub base_url: String,
    /// The calendars, by agenda id.
    pub calendars: BTreeMap<String, CalendarSetting>,
    /// IANA zone of the agendas that do not name their own.
    #[serde(default = "paris")]
    pub zone: String,
    /// What the server gets to know of a booking.
    #[serde(default)]
    pub summary: Summary,
    /// What a booking is called when its patient is not named.
    #[serde(default = "rdv")]
    pub label: String,
    /// Class of bookings (RFC 5545 §3.8.1.3).
    #[serde(default)]
    pub class: Class,
    /// What becomes of a cancelled booking.
    #[serde(default)]
    pub cancel: Cancel,
    /// Nothing is written.
    #[serde(default)]
    pub read_only: bool,
    /// After how long a write counts as unknown, in milliseconds.
    #[serde(default = "seven_seconds")]
    pub write_timeout_ms: u32,
}

/// A calendar: its path, or more.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum CalendarSetting {
    /// Its path.
    Path(String),
    /// Its path or its name, and what else is known of it.
    Detailed(CalendarDetails),
}

/// What is known of a calendar.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CalendarDetails {
    /// Its path. None: it is looked for by its name.
    pub path: Option<String>,
    /// Its name on the server; the agenda's id when absent.
    pub name: Option<String>,
    /// Name to show; the agenda's id when absent.
    pub label: Option<String>,
    /// Its zone, when it is another one.
    pub zone: Option<String>,
    /// RPPS number of the practitioner whose it is.
    pub rpps: Option<String>,
    /// Id of the site where it is.
    pub site: Option<String>,
}

/// What the server gets to know of a booking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Summary {
    /// That there is one.
    #[default]
    Discreet,
    /// The patient's name, the motive and the note as well.
    Name,
}

/// Class of a booking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Others see that the time is taken.
    #[default]
    Confidential,
    /// Others see nothing.
    Private,
    /// Others see everything.
    Public,
}

impl Class {
    /// As RFC 5545 writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Confidential => "CONFIDENTIAL",
            Self::Private => "PRIVATE",
            Self::Public => "PUBLIC",
        }
    }
}

/// What becomes of a cancelled booking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cancel {
    /// It is deleted.
    #[default]
    Delete,
    /// It stays, marked as cancelled.
    Mark,
}

fn paris() -> String {
    "Europe/Paris".to_owned()
}

fn rdv() -> String {
    "RDV".to_owned()
}

fn seven_seconds() -> u32 {
    7_000
}

impl CalendarSetting {
    /// Everything that is known of the calendar.
    pub fn details(&self) -> CalendarDetails {
        match self {
            Self::Path(path) => CalendarDetails { path: Some(path.clone()), ..CalendarDetails::default() },
            Self::Detailed(details) => details.clone(),
        }
    }
}

impl Settings {
    /// The agendas as the contract tells them, without their identity, which the
    /// server is asked for.
    pub fn describe_agendas(&self) -> Vec<AgendaInfo> {
        let describe = |(id, setting): (&String, &CalendarSetting)| {
            let calendar = setting.details();
            AgendaInfo {
                id: id.clone(),
                identity: None,
                label: calendar.label.unwrap_or_else(|| id.clone()),
                zone: calendar.zone.unwrap_or_else(|| self.zone.clone()),
                practitioner: calendar.rpps.map(|value| Identifier { system: RPPS.to_owned(), value }),
                site: calendar.site.map(|id| ResourceRef {
                    kind: ResourceKind::Site,
                    id,
                    identifier: None,
                    display: None,
                }),
                resources: Vec::new(),
                horizon: None,
                writable: !self.read_only,
            }
        };
        self.calendars.iter().map(describe).collect()
    }
}
