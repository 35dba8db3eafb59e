//! What a motive takes beside its practitioner's time, and how its times are looked for.

use schemars::JsonSchema;
use serde::Deserialize;

use super::places::{AbsenceFile, Hours};

/// How long a motive takes with a practitioner, at a site, or with one at the other.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OwnDurationFile {
    /// With whom; with everybody when absent.
    pub practitioner: Option<String>,
    /// Where; everywhere when absent.
    pub site: Option<String>,
    /// Minutes with the patient, 1 to 480.
    pub duration_min: u32,
}

/// A room or a device. There is one of it: two rooms are two.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ResourceFile {
    /// Its name for people: `Échographe`.
    pub name: String,
    /// Where it stands; it goes from site to site when absent.
    pub site: Option<String>,
    /// When it cannot be used.
    #[serde(default)]
    pub absences: Vec<AbsenceFile>,
}

/// What a motive takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "the name of a resource, or a list of names of which one is taken")]
pub enum TakenFile {
    /// This one.
    This(String),
    /// One of these.
    OneOf(Vec<String>),
}

impl TakenFile {
    /// The names, at least one unless the file has an empty list.
    pub fn names(&self) -> &[String] {
        match self {
            Self::This(name) => std::slice::from_ref(name),
            Self::OneOf(names) => names,
        }
    }
}

/// Hours that are kept for some motives: nothing else is booked into them before they are
/// released.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReservedFile {
    /// Their name for people: `Urgences du jour`.
    pub label: String,
    /// What they are kept for.
    pub motives: Vec<String>,
    /// Whose; everybody's when absent.
    #[serde(default)]
    pub practitioners: Vec<String>,
    /// Where; everywhere when absent.
    #[serde(default)]
    pub sites: Vec<String>,
    /// When.
    pub hours: Hours,
    /// So many minutes before a start it is open to every motive, up to 43200 (30 days);
    /// never when absent.
    pub release_min: Option<u32>,
}

/// How free times are looked for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SearchFile {
    /// So many seconds after an agenda was read a search may rely on what it held, 0 to 600; 90 when absent. With 0
    /// every search asks the agenda. A booking asks it always.
    pub agenda_fresh_s: Option<u32>,
}

/// Who tells patients what practitioners change in their agendas by hand.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AgendaChangesFile {
    /// When an appointment has another time.
    #[serde(default)]
    pub moved: WhoTellsFile,
    /// When it is there no more.
    #[serde(default)]
    pub cancelled: WhoTellsFile,
}

/// Who tells a patient.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WhoTellsFile {
    /// Somebody at the reception, who has it as work.
    #[default]
    Person,
    /// A message, where the patient can be written to and the appointment is more than a day ahead; else a person.
    Message,
}
