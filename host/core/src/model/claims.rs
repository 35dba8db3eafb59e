//! What a booking keeps others out of, as claims. The database refuses two live
//! claims of different chains that overlap on one resource and seat; everything
//! that must never be taken twice is put into those words here.

use super::intent::Claim;
use super::practice::{Motive, Practice};
use super::slots::Fit;
use crate::ids::{AgendaId, FeatureId, MotiveId};
use crate::time::Span;

/// The time of an agenda.
#[must_use]
pub fn agenda_resource(feature: &FeatureId, agenda: &AgendaId) -> String {
    format!("agenda:{feature}/{agenda}")
}

/// The appointments of one motive in an agenda: a seat for each that a day may
/// have, claimed for the whole civil day.
#[must_use]
pub fn quota_resource(feature: &FeatureId, agenda: &AgendaId, motive: &MotiveId) -> String {
    format!("quota:{feature}/{agenda}/{motive}")
}

/// Whether a claim is on an agenda's time.
#[must_use]
pub fn is_time(claim: &Claim) -> bool {
    claim.resource.starts_with("agenda:")
}

/// A place within the daily quota of a motive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayPlace {
    /// The civil day.
    pub day: Span,
    /// Which place, from 0.
    pub place: u32,
}

/// The claims of one booking. A visit for one patient takes every seat that any
/// motive of the practice has, so that no group can sit down beside it; a place
/// in a group takes its own seat only.
#[must_use]
pub fn claims_of(
    practice: &Practice,
    feature: &FeatureId,
    agenda: &AgendaId,
    motive: &Motive,
    fit: &Fit,
    quota: Option<DayPlace>,
) -> Vec<Claim> {
    let all_seats = practice.motives.iter().map(|one| one.seats).max().unwrap_or(1).clamp(1, MAX_SEATS);
    let seats = if motive.seats > 1 { fit.seat..fit.seat + 1 } else { 0..all_seats };
    let time = seats.map(|seat| Claim { resource: agenda_resource(feature, agenda), seat, span: fit.claimed });
    let place = quota.map(|taken| Claim {
        resource: quota_resource(feature, agenda, &motive.id),
        seat: taken.place,
        span: taken.day,
    });
    time.chain(place).collect()
}

/// More seats than this are one seat too many for a consultation room.
const MAX_SEATS: u32 = 100;
