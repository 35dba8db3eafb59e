//! Reads free slots out of the practice's agendas: what the agenda serves, or
//! the practice's hours without what the agenda and the database hold. What the agenda holds is
//! read in its mirror while that is fresh.

use std::collections::BTreeMap;

use jiff::ToSpan as _;

use super::Agendas;
use crate::ids::{AgendaId, FeatureId, ResourceId, SiteId};
use crate::model::absence::{Missing, ReportedAbsence, times_of};
use crate::model::agenda_mirror::Mirrored;
use crate::model::civil::Zone;
use crate::model::claims::{agenda_resource, quota_resource, resource_key};
use crate::model::intent::{Claim, Intent};
use crate::model::practice::{Motive, Practice, Practitioner, PractitionerAgenda};
use crate::model::resources::{Choice, Usable};
use crate::model::scheduling::{AgendaError, Slot, SlotPage, SlotQuery, SlotState};
use crate::model::slots::{Asker, Desk, SlotWishes, Taken, free_slots};
use crate::model::view::OfferedSlot;
use crate::model::wording::offer;
use crate::ports::plugins::PluginFailure;
use crate::ports::practices::LivePractice;
use crate::ports::storage::{StorageError, Stored};
use crate::time::{Instant, Span};

/// How much of an agenda is read at once: so many civil days, as vendors count them.
const CHUNK_DAYS: i8 = 7;

/// At most so many weeks are walked through for one search.
const MAX_CHUNKS: usize = 26;

/// Most entries of one read.
const MAX_ENTRIES: u32 = 2_000;

/// A practitioner at one of their agendas.
pub(crate) type Seat<'a> = (&'a Practitioner, &'a PractitionerAgenda);

/// What is looked for.
#[derive(Clone, Copy)]
pub(crate) struct Wish<'a> {
    pub(crate) practice: &'a LivePractice,
    pub(crate) motive: &'a Motive,
    pub(crate) asker: Asker,
    pub(crate) wishes: &'a SlotWishes,
    /// Absences that were told, as far as they reach into the window.
    pub(crate) absences: &'a [ReportedAbsence],
    pub(crate) window: Span,
    pub(crate) limit: u32,
    pub(crate) now: Instant,
}

/// Free slots of one feature, earliest first.
pub(crate) struct Free {
    pub(crate) slots: Vec<OfferedSlot>,
    /// Whether everything was read.
    pub(crate) complete: bool,
    /// When the oldest part was read.
    pub(crate) as_of: Instant,
}

/// Why an agenda was not read.
pub(crate) enum Unread {
    /// It gives no answer.
    Agenda,
    /// The database.
    Storage(StorageError),
}

impl From<AgendaError> for Unread {
    fn from(_: AgendaError) -> Self {
        Self::Agenda
    }
}

impl From<PluginFailure> for Unread {
    fn from(_: PluginFailure) -> Self {
        Self::Agenda
    }
}

impl From<StorageError> for Unread {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl Agendas {
    /// The free slots of agendas that one feature serves. An agenda that cannot
    /// be read in full never gives a slot.
    pub(crate) async fn read_free(
        &self,
        wish: Wish<'_>,
        feature: &FeatureId,
        seats: &[Seat<'_>],
    ) -> Result<Free, Unread> {
        let serves = wish.practice.agenda(feature)?.descriptor().caps.serves_slots;
        let enough = usize::try_from(wish.limit).unwrap_or(usize::MAX);
        let mut free = Free { slots: Vec::new(), complete: true, as_of: wish.now };
        if !serves && self.read_mirror(wish, feature, seats, &mut free).await? {
            return Ok(free);
        }
        let zone = Zone::of(wish.practice);
        let mut start = wish.window.start;
        for _ in 0..MAX_CHUNKS {
            let next = zone.day(zone.date(start).saturating_add(CHUNK_DAYS.days())).start;
            let end = next.min(wish.window.end);
            let Some(chunk) = Span::new(start, end) else { return Ok(free) };
            if serves {
                self.read_served(wish, feature, seats, chunk, &mut free).await?;
            } else {
                self.read_chunk(wish, feature, seats, chunk, &mut free).await?;
            }
            if free.slots.len() >= enough || end == wish.window.end {
                return Ok(free);
            }
            start = end;
        }
        // The rest of the window was not read.
        free.complete = false;
        Ok(free)
    }

    /// Reads what the agendas held when they were last followed, if that is no longer ago than the
    /// practice says. Says whether.
    async fn read_mirror(
        &self,
        wish: Wish<'_>,
        feature: &FeatureId,
        seats: &[Seat<'_>],
        free: &mut Free,
    ) -> Result<bool, Unread> {
        let practice = wish.practice;
        let fresh_s = i64::from(practice.agenda_fresh_s);
        if fresh_s == 0 {
            return Ok(false);
        }
        let binding = practice.agenda(feature)?.binding();
        let agendas: Vec<AgendaId> = seats.iter().map(|(_, agenda)| agenda.agenda.clone()).collect();
        let reach = reach_of(wish.motive, wish.window);
        let mirrored = self.storage.mirrored(&practice.id, feature, &binding, &agendas, reach).await?;
        // One that another node's clock dates ahead of this one's is no fresher for that.
        let is_fresh = |one: &Mirrored| wish.now.millis_since(one.as_of).saturating_abs() <= fresh_s * 1_000;
        let Some(mirrored) = mirrored.filter(is_fresh) else { return Ok(false) };
        free.as_of = free.as_of.min(mirrored.as_of);
        for seat in seats {
            let of_seat = mirrored.entries.iter().filter(|(agenda, _)| *agenda == seat.1.agenda);
            let entries: Vec<Taken> = of_seat.map(|(_, entry)| Taken::Entry(entry.span)).collect();
            self.offer(wish, feature, *seat, wish.window, &entries, None, free).await?;
        }
        Ok(true)
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
        let reach = reach_of(wish.motive, chunk);
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

    /// The same of an agenda that tells what is free. It knows neither wishes nor claims nor the
    /// practice's rules: all of the week is read, as what it serves first may be what is not offered.
    async fn read_served(
        &self,
        wish: Wish<'_>,
        feature: &FeatureId,
        seats: &[Seat<'_>],
        chunk: Span,
        free: &mut Free,
    ) -> Result<(), Unread> {
        let page = self.find(wish, feature, seats, chunk, MAX_ENTRIES).await?;
        free.as_of = free.as_of.min(page.as_of);
        free.complete &= page.complete;
        for seat in seats {
            let of_seat: Vec<Slot> = page.slots.iter().filter(|slot| slot.agenda == seat.1.agenda).cloned().collect();
            self.offer(wish, feature, *seat, chunk, &[], Some(&of_seat), free).await?;
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
        let zone = Zone::of(wish.practice);
        let own = self.own_claims(wish.practice, seat, wish.motive, &zone, window).await?;
        let taken: Vec<Taken> = entries.iter().chain(&own.taken).copied().collect();
        let desk = Desk {
            zone: &zone,
            practitioner,
            agenda,
            motive: wish.motive,
            asker: wish.asker,
            now: wish.now,
            taken: &taken,
            reserved: &wish.practice.reserved,
            away: &times_of(wish.absences, &Missing::Practitioner(practitioner.id.clone())).collect::<Vec<_>>(),
            resources: &own.choices(wish.practice, wish.motive, &agenda.site, &zone, wish.absences),
            motive_starts: &own.motive_starts,
            served,
        };
        free.slots.extend(free_slots(&desk, wish.wishes, window, wish.limit).into_iter().map(|slot| OfferedSlot {
            feature: feature.clone(),
            practitioner: Some(practitioner.id.clone()),
            site: Some(agenda.site.clone()),
            spoken: offer(wish.practice, Some(practitioner), slot.span.start, wish.now),
            slot,
        }));
        Ok(())
    }

    /// What greffon itself holds of an agenda around a window.
    pub(crate) async fn own_claims(
        &self,
        practice: &Practice,
        (practitioner, agenda): Seat<'_>,
        motive: &Motive,
        zone: &Zone,
        window: Span,
    ) -> Stored<OwnClaims> {
        let reach = reach_of(motive, window);
        let resource = agenda_resource(&agenda.feature, &agenda.agenda);
        let claims = self.storage.claims(&practice.id, &resource, reach).await?;
        let taken = claims.iter().map(|claim| Taken::Claim { seat: claim.seat, span: claim.span }).collect();
        let mut places = Vec::new();
        if motive.max_per_day.is_some() {
            // A place in the quota is claimed for its whole civil day.
            let (first, last) = (zone.day(zone.date(window.start)), zone.day(zone.date(window.end)));
            let days = Span { start: first.start, end: last.end };
            let resource = quota_resource(&practitioner.id, &motive.id);
            places = self.storage.claims(&practice.id, &resource, days).await?;
        }
        let motive_starts = places.iter().map(|place| place.span.start).collect();
        let mut resources = BTreeMap::new();
        for id in motive.resources.iter().flat_map(|choice| &choice.0) {
            resources.insert(id.clone(), self.storage.claims(&practice.id, &resource_key(id), reach).await?);
        }
        Ok(OwnClaims { claims, taken, places, motive_starts, resources })
    }
}

/// All that an appointment may touch which starts in a window: one at its end reaches beyond it.
fn reach_of(motive: &Motive, window: Span) -> Span {
    window.widened(motive.before_min, motive.longest_min() + motive.after_min)
}

/// Live claims of an agenda, in the words of the rules.
pub(crate) struct OwnClaims {
    pub(crate) claims: Vec<Claim>,
    pub(crate) taken: Vec<Taken>,
    pub(crate) places: Vec<Claim>,
    pub(crate) motive_starts: Vec<Instant>,
    resources: BTreeMap<ResourceId, Vec<Claim>>,
}

impl OwnClaims {
    /// What a motive takes at a site beside the practitioner's time, and when it is not to be had.
    pub(crate) fn choices<'a>(
        &self,
        practice: &'a Practice,
        motive: &Motive,
        site: &SiteId,
        zone: &Zone,
        absences: &[ReportedAbsence],
    ) -> Vec<Choice<'a>> {
        let usable = |id: &ResourceId| {
            let resource = practice.resource(id).filter(|one| one.site.as_ref().is_none_or(|own| own == site))?;
            let taken = self.resources.get(id).into_iter().flatten().map(|claim| claim.span).collect();
            let missing = Missing::Resource(id.clone());
            let planned = resource.absences.iter().filter_map(|absence| zone.away(absence));
            let out = planned.chain(times_of(absences, &missing)).collect();
            Some(Usable { resource, taken, out })
        };
        motive.resources.iter().map(|choice| choice.0.iter().filter_map(usable).collect()).collect()
    }

    /// Leaves out what an intent of the same appointment holds: a move may
    /// overlap the time that it gives up.
    pub(crate) fn leave_out(&mut self, own: &Intent) {
        for claim in &own.claims {
            if let Some(index) = self.claims.iter().position(|held| held == claim) {
                self.claims.remove(index);
                self.taken.remove(index);
            }
            if let Some(index) = self.places.iter().position(|held| held == claim) {
                self.places.remove(index);
                self.motive_starts.remove(index);
            }
            for held in self.resources.values_mut() {
                held.retain(|other| other != claim);
            }
        }
    }
}
