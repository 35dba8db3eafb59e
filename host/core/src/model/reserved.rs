//! Hours that are kept for some motives: urgent visits of the day, renewals, results. Nothing
//! else is booked into them until so many minutes before, when they are open to all.

use super::civil::Zone;
use super::practice::ReservedHours;
use crate::ids::{MotiveId, PractitionerId, SiteId};
use crate::time::{Instant, Span};

/// What is kept of one agenda around a window, seen by one motive.
#[derive(Debug)]
pub(super) struct Kept<'a> {
    for_others: Vec<(Span, &'a ReservedHours)>,
    for_it: Vec<Span>,
}

impl<'a> Kept<'a> {
    /// What is kept in the agenda of a practitioner at a site.
    pub(super) fn around(
        reserved: &'a [ReservedHours],
        (practitioner, site): (&PractitionerId, &SiteId),
        motive: &MotiveId,
        zone: &Zone,
        window: Span,
    ) -> Self {
        let mut kept = Self { for_others: Vec::new(), for_it: Vec::new() };
        for hours in reserved.iter().filter(|hours| hours.are_of(practitioner, site)) {
            let periods = zone.open_periods(&hours.hours, window);
            if hours.motives.contains(motive) {
                kept.for_it.extend(periods);
            } else {
                kept.for_others.extend(periods.into_iter().map(|period| (period, hours)));
            }
        }
        kept
    }

    /// The hours that keep an appointment of the motive out at this instant. One that only
    /// reaches into kept hours is kept out like one that starts there; where hours are kept
    /// for the motive too, it is not.
    pub(super) fn keeps_out(&self, appointment: Span, now: Instant) -> Option<&'a ReservedHours> {
        let in_the_way = self.for_others.iter().find(|(period, hours)| {
            let Some(part) = Span::new(period.start.max(appointment.start), period.end.min(appointment.end)) else {
                return false;
            };
            let is_open = |minutes: u32| now >= part.start.plus_minutes(-i64::from(minutes));
            !hours.release_min.is_some_and(is_open) && !self.for_it.iter().any(|own| own.contains(&part))
        });
        in_the_way.map(|(_, hours)| *hours)
    }
}
