//! What a pure plugin may know of place and time.

use crate::model::care::{Fact, PracticeContext};
use crate::model::civil::Zone;
use crate::model::contact::{opening, practitioner_asked, site_of};
use crate::model::practice::Practice;
use crate::time::Instant;

pub(super) fn context(practice: &Practice, facts: &[Fact], now: Instant) -> PracticeContext {
    let practitioner = practitioner_asked(practice, facts);
    PracticeContext {
        site: site_of(practice, facts).map(|site| site.id.0.clone()).unwrap_or_default(),
        practitioner: practitioner.map(|one| one.id.0.clone()),
        speciality: practitioner.and_then(|one| one.speciality.clone()),
        zone: practice.time_zone.clone(),
        now,
        now_local: Zone::of(practice).civil(now).strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        opening: opening(practice, facts, now),
        language: "fr".to_owned(),
    }
}
