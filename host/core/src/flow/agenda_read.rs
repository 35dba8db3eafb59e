//! Reads free slots out of the practice's agendas: what the agenda serves, or
//! the practice's hours without what the agenda and the database hold.

use super::Reception;
use super::outcome::Unread;
use super::scene::zone;
use crate::ids::{AgendaId, FeatureId};
use crate::model::civil::Zone;
use crate::model::claims::{agenda_resource, quota_resource};
use crate::model::intent::{Claim, Intent};
use crate::model::practice::{Motive, Practice, Practitioner, PractitionerAgenda};
use crate::model::scheduling::{Slot, SlotPage, SlotQuery, SlotState};
use crate::model::slots::{Asker, Desk, Taken, free_slots};
use crate::model::view::OfferedSlot;
use crate::ports::practices::LivePractice;
use crate::ports::storage::Stored;
use crate::time::{Instant, Span};

/// How much of an agenda that tells what is not free is read at once: a week.
const CHUNK_MIN: i64 = 7 * 24 * 60;

/// At most so many weeks are walked through for one search.
const MAX_CHUNKS: usize = 26;

/// Most entries of one read.
const MAX_ENTRIES: u32 = 2_000;

/// A practitioner at one of their agendas.
pub(super) type Seat<'a> = (&'a Practitioner, &'a PractitionerAgenda);

/// What is looked for.
#[derive(Clone, Copy)]
pub(super) struct Wish<'a> {
    pub(super) practice: &'a LivePractice,
    pub(super) motive: &'a Motive,
    pub(super) asker: Asker,
    pub(super) window: Span,
    pub(super) limit: u32,
    pub(super) now: Instant,
}

/// Free slots of one feature, earliest first.
pub(super) struct Free {
    pub(super) slots: Vec<OfferedSlot>,
    /// Whether everything was read.
    pub(super) complete: bool,
    /// When the oldest part was read.
    pub(super) as_of: Instant,
}

impl Reception {
    /// The free slots of agendas that one feature serves. An agenda that cannot
    /// be read in full never gives a slot.
    pub(super) async fn read_free(
        &self,
        wish: Wish<'_>,
        feature: &FeatureId,
        seats: &[Seat<'_>],
    ) -> Result<Free, Unread> {
        let serves = wish.practice.agenda(feature)?.descriptor().caps.serves_slots;
        let mut free = Free { slots: Vec::new(), complete: true, as_of: wish.now };
        if serves {
            let page = self.find(wish, feature, seats, wish.window, wish.limit).await?;
            let full = page.slots.len() >= usize::try_from(wish.limit).unwrap_or(usize::MAX);
            free.complete = page.complete || full;
            free.as_of = page.as_of.min(wish.now);
            for seat in seats {
                let of_seat: Vec<Slot> =
                    page.slots.iter().filter(|slot| slot.agenda == seat.1.agenda).cloned().collect();
                self.offer(wish, feature, *seat, wish.window, &[], Some(&of_seat), &mut free).await?;
            }
            return Ok(free);
        }
        let enough = usize::try_from(wish.limit).unwrap_or(usize::MAX);
        let mut start = wish.window.start;
        for _ in 0..MAX_CHUNKS {
            let end = start.plus_minutes(CHUNK_MIN).min(wish.window.end);
            let Some(chunk) = Span::new(start, end) else { return Ok(free) };
            self.read_chunk(wish, feature, seats, chunk, &mut free).await?;
            if free.slots.len() >= enough || end == wish.window.end {
                return Ok(free);
            }
            start = end;
        }
        // The rest of the window was not read.
        free.complete = false;
        Ok(free)
    }

    /// Reads all agendas at once, and one by one where that is incomplete, so
    /// that one unreadable agenda does not hide the others.
    async fn read_chunk(
        &self,
        wish: Wish<'_>,
        feature: &FeatureId,
        seats: &[Seat<'_>],
        chunk: Span,
        free: &mut Free,
    ) -> Result<(), Unread> {
        // An appointment that starts at the end of the chunk reaches beyond it.
        let reach = chunk.widened(wish.motive.before_min, wish.motive.duration_min + wish.motive.after_min);
        let all = self.find(wish, feature, seats, reach, MAX_ENTRIES).await?;
        for seat in seats {
            let alone = if all.complete || seats.len() == 1 {
                None
            } else {
                self.find(wish, feature, &[*seat], reach, MAX_ENTRIES).await.ok()
            };
            let page = alone.as_ref().unwrap_or(&all);
            if !page.complete {
                free.complete = false;
                continue;
            }
            free.as_of = free.as_of.min(page.as_of);
            let entries: Vec<Taken> = page
                .slots
                .iter()
                .filter(|slot| slot.agenda == seat.1.agenda && slot.state != SlotState::Free)
                .map(|slot| Taken::Entry(slot.span))
                .collect();
            self.offer(wish, feature, *seat, chunk, &entries, None, free).await?;
        }
        Ok(())
    }

    async fn find(
        &self,
        wish: Wish<'_>,
        feature: &FeatureId,
        seats: &[Seat<'_>],
        window: Span,
        limit: u32,
    ) -> Result<SlotPage, Unread> {
        let query = SlotQuery {
            agendas: seats.iter().map(|(_, agenda)| agenda.agenda.clone()).collect(),
            motive: Some(wish.motive.id.clone()),
            window,
            audience: wish.asker.audience,
            modes: wish.motive.modes.clone(),
            known_patient: wish.asker.known,
            limit,
        };
        Ok(wish.practice.agenda(feature)?.find_slots(&query).await?)
    }

    #[expect(clippy::too_many_arguments, reason = "one seat, one window and both accounts of what is taken there")]
    async fn offer(
        &self,
        wish: Wish<'_>,
        feature: &FeatureId,
        seat: Seat<'_>,
        window: Span,
        entries: &[Taken],
        served: Option<&[Slot]>,
        free: &mut Free,
    ) -> Stored<()> {
        let (practitioner, agenda) = seat;
        let zone = zone(wish.practice);
        let held = self.held(wish.practice, feature, &agenda.agenda, wish.motive, &zone, window).await?;
        let taken: Vec<Taken> = entries.iter().chain(&held.taken).copied().collect();
        let desk = Desk {
            zone: &zone,
            practitioner,
            agenda,
            motive: wish.motive,
            asker: wish.asker,
            now: wish.now,
            taken: &taken,
            motive_starts: &held.motive_starts,
            served,
        };
        free.slots.extend(free_slots(&desk, window, wish.limit).into_iter().map(|slot| OfferedSlot {
            feature: feature.clone(),
            practitioner: Some(practitioner.id.clone()),
            site: Some(agenda.site.clone()),
            slot,
        }));
        Ok(())
    }

    /// What greffon itself holds of an agenda around a window.
    pub(super) async fn held(
        &self,
        practice: &Practice,
        feature: &FeatureId,
        agenda: &AgendaId,
        motive: &Motive,
        zone: &Zone,
        window: Span,
    ) -> Stored<Held> {
        let reach = window.widened(motive.before_min, motive.duration_min + motive.after_min);
        let claims = self.storage.claims(&practice.id, &agenda_resource(feature, agenda), reach).await?;
        let taken = claims.iter().map(|claim| Taken::Claim { seat: claim.seat, span: claim.span }).collect();
        let mut places = Vec::new();
        if motive.max_per_day.is_some() {
            // A place in the quota is claimed for its whole civil day.
            let (first, last) = (zone.day(zone.date(window.start)), zone.day(zone.date(window.end)));
            let days = Span { start: first.start, end: last.end };
            let resource = quota_resource(feature, agenda, &motive.id);
            places = self.storage.claims(&practice.id, &resource, days).await?;
        }
        let motive_starts = places.iter().map(|place| place.span.start).collect();
        Ok(Held { claims, taken, places, motive_starts })
    }
}

/// Live claims of an agenda, in the words of the rules.
pub(super) struct Held {
    pub(super) claims: Vec<Claim>,
    pub(super) taken: Vec<Taken>,
    pub(super) places: Vec<Claim>,
    pub(super) motive_starts: Vec<Instant>,
}

impl Held {
    /// Leaves out what an intent of the same appointment holds: a move may
    /// overlap the time that it gives up.
    pub(super) fn leave_out(&mut self, own: &Intent) {
        for claim in &own.claims {
            if let Some(index) = self.claims.iter().position(|held| held == claim) {
                self.claims.remove(index);
                self.taken.remove(index);
            }
            if let Some(index) = self.places.iter().position(|held| held == claim) {
                self.places.remove(index);
                self.motive_starts.remove(index);
            }
        }
    }
}
