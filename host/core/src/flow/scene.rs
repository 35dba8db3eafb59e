//! Where and when a step happens, and for whom.

use std::sync::Arc;

use jiff::ToSpan;

use super::{Flow, FlowError, Reception};
use crate::ids::{ContactId, PracticeId};
use crate::model::audit::Actor;
use crate::model::care::{Fact, PracticeContext};
use crate::model::civil::Zone;
use crate::model::contact::{practitioner_asked, site_of};
use crate::model::practice::Practice;
use crate::ports::practices::LivePractice;
use crate::ports::storage::Stored;
use crate::time::{Instant, Span};

/// How far ahead a pure plugin sees the opening hours, and promises count them.
const OPENING_DAYS: i64 = 14;

/// The practice, who acts, and the instant of the step.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) practice: &'a LivePractice,
    pub(crate) actor: &'a Actor,
    pub(crate) now: Instant,
}

impl<'a> Scene<'a> {
    pub(crate) fn new(practice: &'a LivePractice, actor: &'a Actor, now: Instant) -> Self {
        Self { practice, actor, now }
    }
}

impl Reception {
    /// The practice in its latest good configuration, for one step from its
    /// beginning to its end.
    pub(crate) fn practice(&self, id: &PracticeId) -> Flow<Arc<LivePractice>> {
        self.practices.get(id).ok_or(FlowError::NotFound("practice"))
    }

    /// Whose contact this is.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn practice_of_contact(&self, id: ContactId) -> Stored<Option<PracticeId>> {
        if let Some(known) = self.memory.practice_of(id) {
            return Ok(Some(known));
        }
        let practice = self.storage.practice_of_contact(id).await?;
        if let Some(practice) = &practice {
            self.memory.keep_practice(id, practice);
        }
        Ok(practice)
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
