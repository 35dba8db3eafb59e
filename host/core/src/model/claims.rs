//! What a booking keeps others out of, as claims. The database refuses two live
//! claims of different chains that overlap on one resource and seat; everything
//! that must never be taken twice is put into those words here.

use super::intent::Claim;
use super::practice::{Motive, Practice};
use super::slots::Fit;
use crate::ids::{AgendaId, FeatureId, MotiveId, PatientId, PractitionerId, ResourceId};
use crate::time::{Instant, Span};

/// The time of an agenda.
#[must_use]
pub fn agenda_resource(feature: &FeatureId, agenda: &AgendaId) -> String {
    format!("agenda:{feature}/{agenda}")
}

/// The appointments of one motive with a practitioner, in whichever of their agendas: a
/// seat for each that a day may have, claimed for the whole civil day.
#[must_use]
pub fn quota_resource(practitioner: &PractitionerId, motive: &MotiveId) -> String {
    format!("quota:{practitioner}/{motive}")
}

/// The time of a room or device.
#[must_use]
pub fn resource_key(resource: &ResourceId) -> String {
    format!("{RESOURCE}{resource}")
}

const RESOURCE: &str = "resource:";

/// The room or device that a claim is on; `None` when it is on something else.
#[must_use]
pub fn resource_of(claim: &Claim) -> Option<ResourceId> {
    claim.resource.strip_prefix(RESOURCE).map(ResourceId::from)
}

/// Whether a claim is a place in a quota, and not on anything's time.
#[must_use]
pub fn is_day_place(claim: &Claim) -> bool {
    claim.resource.starts_with("quota:")
}

/// The one appointment to come of a patient for a motive, from the instant at which somebody looked
/// and found none until it is over: two who book at once for the same patient have both found
/// none. `None` for a visit that is over.
#[must_use]
pub fn only_visit(patient: PatientId, motive: &MotiveId, now: Instant, end: Instant) -> Option<Claim> {
    let resource = format!("{ONLY_VISIT}{patient}/{motive}");
    Span::new(now, end).map(|span| Claim { resource, seat: 0, span })
}

const ONLY_VISIT: &str = "only-visit:";

/// Whether a claim on this keeps a patient's second appointment out, and is on nothing's time.
#[must_use]
pub fn is_only_visit(resource: &str) -> bool {
    resource.starts_with(ONLY_VISIT)
}

/// Whether a claim is on an agenda's time.
#[must_use]
pub fn is_time(claim: &Claim) -> bool {
    claim.resource.starts_with("agenda:")
}

/// A place within the daily quota of a motive with a practitioner, from 0.
#[must_use]
pub fn day_place(practitioner: &PractitionerId, motive: &MotiveId, day: Span, place: u32) -> Claim {
    Claim { resource: quota_resource(practitioner, motive), seat: place, span: day }
}

/// The claims of one booking, with its rooms and devices and its place in a quota. A visit for one patient takes every seat that any
/// motive of the practice has, so that no group can sit down beside it; a place
/// in a group takes its own seat only.
#[must_use]
pub fn claims_of(
    practice: &Practice,
    feature: &FeatureId,
    agenda: &AgendaId,
    motive: &Motive,
    fit: &Fit,
    quota: Option<Claim>,
) -> Vec<Claim> {
    let seats = if motive.seats > 1 { fit.seat..fit.seat + 1 } else { 0..all_seats(practice) };
    let time = seats.map(|seat| Claim { resource: agenda_resource(feature, agenda), seat, span: fit.claimed });
    let resources = fit.resources.iter().map(|one| Claim { resource: resource_key(one), seat: 0, span: fit.claimed });
    time.chain(resources).chain(quota).collect()
}

/// The claims of an appointment that stands in its agenda already, whatever others claim
/// there: its time with the motive's buffers, as far as nobody else has it. So all of its
/// time is taken, and no live claim overlaps another. `others` are the live claims of other
/// chains on the agenda's time.
#[must_use]
pub fn claims_beside(
    practice: &Practice,
    feature: &FeatureId,
    agenda: &AgendaId,
    motive: Option<&Motive>,
    span: Span,
    others: &[Claim],
) -> Vec<Claim> {
    let (before, after, group) = motive.map_or((0, 0, 1), |one| (one.before_min, one.after_min, one.seats.max(1)));
    let wanted = span.widened(before, after);
    let of_seat = |seat: u32| others.iter().filter(move |claim| claim.seat == seat).map(|claim| claim.span);
    let seats = if group > 1 {
        let free = (0..group.min(MAX_SEATS)).find(|seat| of_seat(*seat).all(|taken| !taken.overlaps(&wanted)));
        let seat = free.unwrap_or(0);
        seat..seat + 1
    } else {
        0..all_seats(practice)
    };
    let resource = agenda_resource(feature, agenda);
    let claim = |seat, span| Claim { resource: resource.clone(), seat, span };
    seats
        .flat_map(|seat| left_of(wanted, of_seat(seat)).into_iter().map(move |span| (seat, span)))
        .map(|(seat, span)| claim(seat, span))
        .collect()
}

/// What is left of a span when others have their parts.
fn left_of(span: Span, taken: impl Iterator<Item = Span>) -> Vec<Span> {
    let mut left = vec![span];
    for taken in taken {
        let around = |one: Span| {
            let before = Span::new(one.start, one.end.min(taken.start));
            let after = Span::new(one.start.max(taken.end), one.end);
            if one.overlaps(&taken) { [before, after] } else { [Some(one), None] }
        };
        left = left.into_iter().flat_map(around).flatten().collect();
    }
    left
}

/// Every seat that any motive of the practice has.
fn all_seats(practice: &Practice) -> u32 {
    practice.motives.iter().map(|one| one.seats).max().unwrap_or(1).clamp(1, MAX_SEATS)
}

/// More seats than this are one seat too many for a consultation room.
const MAX_SEATS: u32 = 100;

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: i64, end: i64) -> Span {
        Span { start: Instant(start), end: Instant(end) }
    }

    #[test]
    fn what_is_left_of_a_span_is_all_that_nobody_else_has() {
        let left = |taken: &[Span]| left_of(span(10, 20), taken.iter().copied());
        assert_eq!(left(&[]), [span(10, 20)]);
        assert_eq!(left(&[span(0, 10), span(20, 30)]), [span(10, 20)], "touching takes nothing");
        assert_eq!(left(&[span(12, 14)]), [span(10, 12), span(14, 20)]);
        assert_eq!(left(&[span(0, 12), span(18, 30)]), [span(12, 18)]);
        assert_eq!(left(&[span(12, 14), span(13, 16)]), [span(10, 12), span(16, 20)]);
        assert_eq!(left(&[span(0, 15), span(15, 30)]), []);
    }
}
