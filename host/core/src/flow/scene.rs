//! Where and when a step happens, and for whom.

use std::sync::Arc;

use jiff::ToSpan;

use super::{Flow, FlowError, Reception};
use crate::ids::{PracticeId, SiteId};
use crate::model::audit::Actor;
use crate::model::care::{Fact, PracticeContext};
use crate::model::civil::Zone;
use crate::model::contact::{practitioner_asked, site_of};
use crate::model::practice::{Binding, PluginKind, Practice};
use crate::time::{Instant, Span};

/// How far ahead a pure plugin sees the opening hours, and promises count them.
const OPENING_DAYS: i64 = 14;

/// The practice, who acts, and the instant of the step.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) practice: &'a Practice,
    pub(crate) actor: &'a Actor,
    pub(crate) now: Instant,
}

impl<'a> Scene<'a> {
    pub(crate) fn new(practice: &'a Practice, actor: &'a Actor, now: Instant) -> Self {
        Self { practice, actor, now }
    }
}

impl Reception {
    /// The practice in its latest good configuration.
    pub(crate) fn practice(&self, id: &PracticeId) -> Flow<Arc<Practice>> {
        self.practices.get(id).ok_or(FlowError::NotFound("practice"))
    }
}

/// The zone of a practice; its name was checked when the file was read.
pub(crate) fn zone(practice: &Practice) -> Zone {
    Zone::named_or_utc(&practice.time_zone)
}

/// When the site of a contact is open, from `now` on.
pub(crate) fn opening(practice: &Practice, facts: &[Fact], now: Instant) -> Vec<Span> {
    let zone = zone(practice);
    let Some(site) = site_of(practice, facts) else { return Vec::new() };
    let end = zone.day(zone.date(now).saturating_add(OPENING_DAYS.days())).end;
    Span::new(now, end).map(|window| zone.open_periods(&site.hours, window)).unwrap_or_default()
}

/// What a pure plugin may know of place and time.
pub(crate) fn context(practice: &Practice, facts: &[Fact], now: Instant) -> PracticeContext {
    let practitioner = practitioner_asked(practice, facts);
    PracticeContext {
        site: site_of(practice, facts).map(|site| site.id.0.clone()).unwrap_or_default(),
        practitioner: practitioner.map(|one| one.id.0.clone()),
        speciality: practitioner.and_then(|one| one.speciality.clone()),
        zone: practice.time_zone.clone(),
        now,
        now_local: zone(practice).civil(now).strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        opening: opening(practice, facts, now),
        language: "fr".to_owned(),
    }
}

/// The bindings of a kind that serve the site and the practitioner of a
/// contact, in the file's order.
pub(crate) fn bindings<'a>(practice: &'a Practice, kind: PluginKind, facts: &[Fact]) -> Vec<&'a Binding> {
    let site: Option<SiteId> = site_of(practice, facts).map(|site| site.id.clone());
    let practitioner = practitioner_asked(practice, facts).map(|one| one.id.clone());
    let serves = |binding: &&Binding| {
        binding.kind == kind
            && (binding.sites.is_empty() || site.as_ref().is_some_and(|site| binding.sites.contains(site)))
            // Without a practitioner asked for, a grid of one practitioner is not everybody's.
            && (binding.practitioners.is_empty()
                || practitioner.as_ref().is_some_and(|one| binding.practitioners.contains(one)))
    };
    practice.features.iter().filter(serves).collect()
}
