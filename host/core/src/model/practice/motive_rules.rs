//! What a practice lays down about its motives beside the motives themselves.

use super::{Absence, Motive, Practice, WeekHours};
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

impl Motive {
    /// Minutes with the patient with this practitioner at this site: what is said of both
    /// counts before what is said of the practitioner, that before what is said of the
    /// site, and that before the motive's own.
    #[must_use]
    pub fn duration_at(&self, practitioner: &PractitionerId, site: &SiteId) -> u32 {
        let holds = |one: &&OwnDuration| {
            one.practitioner.as_ref().is_none_or(|with| with == practitioner)
                && one.site.as_ref().is_none_or(|at| at == site)
        };
        let said = self.durations.iter().filter(holds);
        let nearest = said.max_by_key(|one| (one.practitioner.is_some(), one.site.is_some()));
        nearest.map_or(self.duration_min, |one| one.duration_min)
    }

    /// The longest that it takes with anybody anywhere, in minutes.
    #[must_use]
    pub fn longest_min(&self) -> u32 {
        self.durations.iter().map(|one| one.duration_min).fold(self.duration_min, u32::max)
    }
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

impl Practice {
    /// The room or device of this name.
    #[must_use]
    pub fn resource(&self, id: &ResourceId) -> Option<&Resource> {
        self.resources.iter().find(|one| one.id == *id)
    }
}
