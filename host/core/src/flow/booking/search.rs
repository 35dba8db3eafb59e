//! Finds slots in the practice's agendas, under the practice's rules.

use std::collections::BTreeMap;

use futures::future::join_all;
use jiff::ToSpan;

use greffon_words::fields;

use super::{Bookings, SlotSearch};
use crate::flow::agenda::{Seat, Unread, Wish};
use crate::flow::error::{Flow, FlowError};
use crate::ids::{ContactId, FeatureId, MotiveId, PracticeId, PractitionerId, SiteId};
use crate::model::care::{Level, Value, keys, latest};
use crate::model::civil::Zone;
use crate::model::contact::{Contact, is_known, may_book, practitioner_asked};
use crate::model::practice::{Motive, Practice};
use crate::model::scheduling::Audience;
use crate::model::slots::{Asker, is_for};
use crate::model::view::{NotOffered, OfferedSlot, SlotOffer};
use crate::time::{Instant, Span};

/// How far an appointment that starts in a window reaches beyond it at most, with its buffers:
/// half a day, in minutes.
const REACH_MIN: u32 = 12 * 60;

/// Most slots of one search.
const MAX_SLOTS: u32 = 100;

impl Bookings {
    /// Free slots for a contact, those with the practitioner who is asked for in it first, unless
    /// somebody must be seen today.
    ///
    /// # Errors
    /// `NotFound`, `Invalid`, `NotAllowed("not-concluded" | "emergency" | "contact-closed" |
    /// "recovering")`, `Storage`.
    pub async fn search(&self, practice: &PracticeId, contact: ContactId, search: SlotSearch) -> Flow<SlotOffer> {
        let practice = self.acts.practice(practice)?;
        if search.limit == 0 || search.limit > MAX_SLOTS {
            return Err(FlowError::invalid("limit", fields::whole_number(1_u32, MAX_SLOTS)));
        }
        if search.practitioner.as_ref().is_some_and(|one| practice.practitioner(one).is_none()) {
            return Err(FlowError::invalid("practitioner", fields::practitioner()));
        }
        self.gate.pass(&practice.id).await?;
        let contact = self.stored_contact(&practice, contact).await?;
        let motive = motive_of(&practice, &contact, search.motive.as_ref())?;
        // Another time for an appointment that was triaged when it was made.
        let moves = self.motive_moved(&practice, &contact).await? == Some(motive.id.clone());
        may_book(&contact, Some(motive).filter(|_| !moves))?;
        let now = self.acts.now();
        let asker = self.asker(&practice, &contact, motive, None, now).await?;
        let mut offer = SlotOffer::none(now);
        if !moves {
            offer.already = self.already(&practice, &contact, motive, None, now).await?.visits;
        }
        if let Err(broken) = is_for(motive, asker) {
            offer.not_offered = Some(NotOffered { rule: broken.rule, why: broken.why.fr().to_owned() });
            return Ok(offer);
        }
        let window = window(&practice, motive, search.window, now);
        let window = window.and_then(|window| search.wishes.within(&Zone::of(&practice), window));
        let Some(window) = window else { return Ok(offer) };
        let absences = self.storage.absences(&practice.id, window.widened(REACH_MIN, REACH_MIN)).await?;
        let wish = Wish {
            practice: &practice,
            motive,
            asker,
            wishes: &search.wishes,
            absences: &absences,
            window,
            limit: search.limit,
            now,
        };
        // Whoever must be seen today is offered the earliest time, with whomever it is.
        let can_wait = contact.level.is_none_or(|level| !level.at_least(Level::SameDay));
        let asked = practitioner_asked(&practice, &contact.facts);
        let asked = asked.filter(|_| can_wait && search.practitioner.is_none());
        let asked = asked.map(|practitioner| &practitioner.id);
        let seats = seats(&practice, &contact, motive, &search, asked);
        let reads = seats
            .iter()
            .map(|((_, feature), seats)| async move { (*feature, self.agendas.read_free(wish, feature, seats).await) });
        for (feature, read) in join_all(reads).await {
            match read {
                Ok(free) => {
                    offer.complete &= free.complete;
                    offer.as_of = offer.as_of.min(free.as_of);
                    offer.slots.extend(free.slots);
                }
                Err(Unread::Agenda) => {
                    offer.complete = false;
                    if !offer.unavailable.contains(feature) {
                        offer.unavailable.push(feature.clone());
                    }
                }
                Err(Unread::Storage(error)) => return Err(error.into()),
            }
        }
        offer.slots = in_order(offer.slots, asked, usize::try_from(search.limit).unwrap_or(usize::MAX));
        Ok(offer)
    }

    /// The motive of the appointment that the contact is about.
    async fn motive_moved(&self, practice: &Practice, contact: &Contact) -> Flow<Option<MotiveId>> {
        let Some(about) = &contact.about else { return Ok(None) };
        let appointment = self.storage.appointment(&practice.id, None, about).await?;
        Ok(appointment.and_then(|one| one.held.motive))
    }
}

/// The motive that is asked for, or else the contact's.
pub(super) fn motive_of<'a>(practice: &'a Practice, contact: &Contact, asked: Option<&MotiveId>) -> Flow<&'a Motive> {
    let own = || latest(&contact.facts, keys::MOTIVE).and_then(|fact| fact.value.as_text()).map(MotiveId::from);
    let invalid = |why| FlowError::invalid("motive", why);
    let id = asked.cloned().or_else(own).ok_or_else(|| invalid(fields::motive_missing()))?;
    practice.motive(&id).ok_or_else(|| invalid(fields::motive()))
}

/// What of a contact counts for the booking rules.
pub(in crate::flow) fn asker_of(contact: &Contact) -> Asker {
    let facts = &contact.facts;
    let by_professional =
        latest(facts, keys::CALLER_KIND).and_then(|fact| fact.value.as_text()) == Some("professional");
    let referred = latest(facts, keys::PATIENT_REFERRED).is_some_and(|fact| fact.value == Value::Yes);
    Asker {
        known: is_known(facts),
        doubtful: false,
        referred: referred || by_professional,
        audience: Audience { professional: by_professional, ..Audience::default() },
    }
}

/// The part of the wanted window that notice and horizon leave.
fn window(practice: &Practice, motive: &Motive, wanted: Option<Span>, now: Instant) -> Option<Span> {
    let zone = Zone::of(practice);
    let days = i64::from(motive.max_horizon_days.min(3660));
    let start = now.plus_minutes(i64::from(motive.min_notice_min));
    let end = zone.day(zone.date(now).saturating_add(days.days())).end;
    let wanted = wanted.unwrap_or(Span { start, end });
    Span::new(wanted.start.max(start), wanted.end.min(end))
}

/// Slots as they are offered: those with whoever is asked for before the others, each earliest
/// first. The others keep up to a half of the places: whoever is asked for may be free in weeks only.
fn in_order(slots: Vec<OfferedSlot>, asked: Option<&PractitionerId>, limit: usize) -> Vec<OfferedSlot> {
    let order = |one: &OfferedSlot| (one.slot.span.start, one.practitioner.clone(), one.slot.agenda.clone());
    let is_asked = |one: &OfferedSlot| asked.is_some() && one.practitioner.as_ref() == asked;
    let (mut first, mut others): (Vec<OfferedSlot>, Vec<OfferedSlot>) = slots.into_iter().partition(is_asked);
    first.sort_by_cached_key(order);
    others.sort_by_cached_key(order);
    first.truncate(limit - others.len().min(limit / 2));
    others.truncate(limit - first.len());
    first.extend(others);
    first
}

/// Agendas of those who offer the motive, by the feature that serves them; those of whoever is asked
/// for by themselves, so that the others do not fill the search before they are read.
fn seats<'a>(
    practice: &'a Practice,
    contact: &Contact,
    motive: &Motive,
    search: &SlotSearch,
    asked: Option<&PractitionerId>,
) -> BTreeMap<(bool, &'a FeatureId), Vec<Seat<'a>>> {
    let site = latest(&contact.facts, keys::SITE).and_then(|fact| fact.value.as_text()).map(SiteId::from);
    let mut seats: BTreeMap<(bool, &FeatureId), Vec<Seat<'a>>> = BTreeMap::new();
    for practitioner in &practice.practitioners {
        let offers = motive.practitioners.is_empty() || motive.practitioners.contains(&practitioner.id);
        let wanted = search.practitioner.as_ref().is_none_or(|one| *one == practitioner.id);
        if !offers || !wanted {
            continue;
        }
        for agenda in &practitioner.agendas {
            if site.as_ref().is_none_or(|site| *site == agenda.site) {
                seats
                    .entry((asked == Some(&practitioner.id), &agenda.feature))
                    .or_default()
                    .push((practitioner, agenda));
            }
        }
    }
    seats
}
