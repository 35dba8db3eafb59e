//! What follows from what a practice lays down about its motives.

use super::motive_rules::{OwnDuration, Resource};
use super::{Motive, Practice};
use crate::ids::{PractitionerId, ResourceId, SiteId};

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

impl Practice {
    /// The room or device of this name.
    #[must_use]
    pub fn resource(&self, id: &ResourceId) -> Option<&Resource> {
        self.resources.iter().find(|one| one.id == *id)
    }
}
