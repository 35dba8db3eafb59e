//! What somebody who came too late is offered instead.

use std::sync::Arc;

use super::contest::is_fresh;
use super::{Agendas, Wish};
use crate::ids::{AgendaId, FeatureId};
use crate::model::claims::agenda_resource;
use crate::model::practice::Motive;
use crate::model::slots::{Asker, SlotWishes};
use crate::model::view::OfferedSlot;
use crate::ports::practices::LivePractice;
use crate::time::{Instant, Span};

/// How many other slots are offered to somebody who came too late.
const ALTERNATIVES: usize = 5;

/// How many of them are looked at to find the nearest.
const LOOKED_AT: u32 = 60;

/// How far from the wanted start alternatives are looked for, in minutes.
const ALTERNATIVES_WITHIN_MIN: i64 = 7 * 24 * 60;

impl Agendas {
    /// Other slots of the same agenda, the nearest first. Many who lost the same
    /// slot at once share one read of the agenda.
    pub(crate) async fn alternatives(
        &self,
        practice: &LivePractice,
        motive: &Motive,
        asker: Asker,
        feature: &FeatureId,
        agenda: &AgendaId,
        wanted: Instant,
    ) -> Vec<OfferedSlot> {
        let Some(seat) = practice.agenda_of(feature, agenda) else { return Vec::new() };
        let now = self.acts.now();
        let window = Span::new(
            wanted.plus_minutes(-ALTERNATIVES_WITHIN_MIN).max(now),
            wanted.plus_minutes(ALTERNATIVES_WITHIN_MIN),
        );
        let Some(window) = window else { return Vec::new() };
        let contest =
            (practice.id.clone(), feature.clone(), agenda.clone(), format!("{}/{asker:?}", motive.id), wanted);
        let snapshot = self.contests.snapshot(contest, now);
        let mut kept = snapshot.lock().await;
        let slots = match kept.as_ref() {
            Some((at, slots)) if is_fresh(*at, now) => slots.clone(),
            _ => {
                // From the wanted start on first: that is what the caller can come to.
                let wishes = &SlotWishes::default();
                let Ok(absences) = self.storage.absences(&practice.id, window).await else { return Vec::new() };
                let absences = absences.as_slice();
                let mut slots = Vec::new();
                let onward = Span::new(wanted.max(window.start), window.end);
                for part in onward.into_iter().chain(Span::new(window.start, wanted)) {
                    let wish = Wish { practice, motive, asker, wishes, absences, window: part, limit: LOOKED_AT, now };
                    if slots.len() < ALTERNATIVES
                        && let Ok(free) = self.read_free(wish, feature, &[seat]).await
                    {
                        slots.extend(free.slots);
                    }
                }
                let slots = Arc::new(slots);
                *kept = Some((now, slots.clone()));
                slots
            }
        };
        drop(kept);
        // What was claimed since the agenda was read is no alternative.
        let resource = agenda_resource(feature, agenda);
        let Ok(claims) = self.storage.claims(&practice.id, &resource, window).await else { return Vec::new() };
        let free = |offer: &&OfferedSlot| {
            let wide = offer.slot.span.widened(motive.before_min, motive.after_min);
            offer.slot.span.start != wanted
                && (motive.seats > 1 || !claims.iter().any(|claim| claim.span.overlaps(&wide)))
        };
        let mut near: Vec<OfferedSlot> = slots.iter().filter(free).cloned().collect();
        near.sort_by_key(|offer| offer.slot.span.start.millis_since(wanted).abs());
        near.truncate(ALTERNATIVES);
        near
    }
}
