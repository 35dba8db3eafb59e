//! What a practice lays down about its motives beside the motives themselves.

use super::hours::{Absence, WeekHours};
use crate::ids::{MotiveId, PractitionerId, ResourceId, SiteId};

/// How long a motive takes with a practitioner, at a site, or with one at the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnDuration {
    /// With whom; with everybody when absent.
    pub practitioner: Option<PractitionerId>,
    /// Where; everywhere when absent.
    pub site: Option<SiteId>,
    /// Minutes with the patient.
    pub duration_min: u32,
}

/// Hours of the week that are kept for some motives, in civil time of the practice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReservedHours {
    /// Their name in the file.
    pub id: String,
    /// Their name for people: `Urgences du jour`.
    pub label: String,
    /// What they are kept for, at least one.
    pub motives: Vec<MotiveId>,
    /// Whose; everybody's when empty.
    pub practitioners: Vec<PractitionerId>,
    /// Where; everywhere when empty.
    pub sites: Vec<SiteId>,
    /// When.
    pub hours: WeekHours,
    /// How many minutes before a start it is open to every motive, in elapsed time, also
    /// when the clocks change in between; never when absent.
    pub release_min: Option<u32>,
}

impl ReservedHours {
    /// Whether they are of an agenda of this practitioner at this site.
    #[must_use]
    pub fn are_of(&self, practitioner: &PractitionerId, site: &SiteId) -> bool {
        (self.practitioners.is_empty() || self.practitioners.contains(practitioner))
            && (self.sites.is_empty() || self.sites.contains(site))
    }
}

/// A room or a device. There is one of it: two rooms are two resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its name in the file.
    pub id: ResourceId,
    /// Its name for people: `Échographe`.
    pub name: String,
    /// Where it stands; it goes from site to site when absent.
    pub site: Option<SiteId>,
    /// When it cannot be used.
    pub absences: Vec<Absence>,
}

/// What a motive takes beside the practitioner: one of these, all the same which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneOf(pub Vec<ResourceId>);
