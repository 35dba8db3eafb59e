//! Where a practice is, who sees patients there, and when.

use std::collections::BTreeMap;

use greffon_core::model::holidays::Territory;
use schemars::JsonSchema;
use serde::Deserialize;

/// Periods by day or range of days.
pub type Hours = BTreeMap<String, Vec<String>>;

/// A place.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SiteFile {
    /// Its name for people.
    pub name: String,
    /// Where it is, as said in a recap.
    pub address: Option<String>,
    /// When somebody answers there.
    #[serde(default)]
    pub hours: Hours,
    /// Whose public holidays it keeps; that of the practice's time zone when absent.
    pub holidays: Option<TerritoryFile>,
    /// Other days on which nobody answers: `2026-12-24`.
    #[serde(default)]
    pub closed: Vec<String>,
}

/// Whose public holidays are kept.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TerritoryFile {
    /// None are.
    None,
    /// Metropolitan France.
    France,
    /// With Good Friday and 26 December.
    AlsaceMoselle,
    /// Guadeloupe.
    Guadeloupe,
    /// Guyane.
    Guyane,
    /// Martinique.
    Martinique,
    /// La Réunion.
    Reunion,
    /// Mayotte.
    Mayotte,
    /// Saint-Barthélemy.
    SaintBarthelemy,
    /// Saint-Martin.
    SaintMartin,
}

impl From<TerritoryFile> for Territory {
    fn from(written: TerritoryFile) -> Self {
        match written {
            TerritoryFile::None => Self::None,
            TerritoryFile::France => Self::France,
            TerritoryFile::AlsaceMoselle => Self::AlsaceMoselle,
            TerritoryFile::Guadeloupe => Self::Guadeloupe,
            TerritoryFile::Guyane => Self::Guyane,
            TerritoryFile::Martinique => Self::Martinique,
            TerritoryFile::Reunion => Self::Reunion,
            TerritoryFile::Mayotte => Self::Mayotte,
            TerritoryFile::SaintBarthelemy => Self::SaintBarthelemy,
            TerritoryFile::SaintMartin => Self::SaintMartin,
        }
    }
}

/// Somebody who sees patients.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PractitionerFile {
    /// `Dr Claire Martin`.
    pub name: String,
    /// What they do.
    pub speciality: Option<String>,
    /// RPPS number, 11 digits.
    pub rpps: Option<String>,
    /// One per place.
    #[serde(default)]
    pub agendas: Vec<AgendaFile>,
    /// When they are away.
    #[serde(default)]
    pub absences: Vec<AbsenceFile>,
}

/// The agenda of a practitioner at a place.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AgendaFile {
    /// The name that the plugin knows it by.
    pub agenda: String,
    /// The feature that serves it.
    pub feature: String,
    /// Where.
    pub site: String,
    /// When the practitioner sees patients there; the site's hours when absent.
    pub hours: Option<Hours>,
}

/// A time away, in civil time.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AbsenceFile {
    /// First civil minute: `2026-11-21T00:00`.
    pub from: String,
    /// First civil minute after.
    pub to: String,
}
