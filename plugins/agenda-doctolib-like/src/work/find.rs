//! Free slots: what the vendor offers, without what its own list of appointments says is taken.

use std::collections::BTreeMap;

use greffon_sdk::agenda::{Audience, Error, Instant, Result, Slot, SlotPage, SlotQuery, SlotState, Span};

use super::place::{Place, checked_window};
use crate::api::client::Client;
use crate::api::failure::Failure;
use crate::api::list::List;
use crate::api::wire::Offer;
use crate::settings::Settings;
use crate::time::{Day, text};

/// Longest window that the vendor offers at once, in days.
const WINDOW_DAYS: i64 = 7;

/// How far ahead is looked, in milliseconds: a year.
const LONGEST_MS: i64 = 366 * 86_400_000;

/// Most motives that are asked for when any will do.
const MOST_MOTIVES: usize = 20;

/// Returns free slots of the agendas of a query, as far as `limit`.
pub fn find_slots(settings: &Settings, client: &Client, query: &SlotQuery, now: Instant) -> Result<SlotPage> {
    let (window, whole) = checked_window(query.window, LONGEST_MS)?;
    let limit = usize::try_from(query.limit.max(1)).unwrap_or(usize::MAX);
    let mut page = SlotPage { slots: Vec::new(), complete: whole, as_of: now };
    let mut last_error = Error::NotFound;
    let mut readable = false;
    for id in &query.agendas {
        match Place::named(id, settings, client).and_then(|place| free(&place, query, window, limit)) {
            Ok((slots, complete)) => {
                readable = true;
                page.slots.extend(slots);
                page.complete &= complete;
            }
            Err(error) => {
                last_error = error;
                page.complete = false;
            }
        }
    }
    if !readable {
        return Err(last_error);
    }
    page.slots.sort_by(|a, b| (a.span.start, a.span.end, &a.agenda).cmp(&(b.span.start, b.span.end, &b.agenda)));
    if page.slots.len() > limit {
        page.slots.truncate(limit);
        page.complete = false;
    }
    Ok(page)
}

/// Free slots of one agenda, and whether that is all of them.
fn free(place: &Place<'_>, query: &SlotQuery, window: Span, limit: usize) -> Result<(Vec<Slot>, bool)> {
    let motives: Vec<(String, u64)> = match &query.motive {
        Some(id) => vec![(id.clone(), place.motive(id)?)],
        None => {
            let mapped = place.settings.motives_of(place.setting);
            mapped.into_iter().map(|(id, vendor)| (id.to_owned(), vendor)).collect()
        }
    };
    let mut complete = motives.len() <= MOST_MOTIVES;
    let first = Day::of(window.start, place.zone())?;
    let last = Day::of(window.end - 1, place.zone())?;
    let mut found: BTreeMap<(Instant, Instant), Vec<String>> = BTreeMap::new();
    let mut day = first;
    let mut read = false;
    while day <= last {
        let days = WINDOW_DAYS.min(last.since(day) + 1);
        match offered(place, &motives, day, days, window) {
            Ok((offers, all)) => {
                read = true;
                complete &= all;
                for (id, span) in offers {
                    found.entry((span.start, span.end)).or_default().push(id);
                }
            }
            // What is missing of one window is unknown; the others are told.
            Err(failure) if read => {
                complete = false;
                if !matches!(failure, Failure::Incomplete | Failure::Garbage(_)) {
                    break;
                }
            }
            Err(failure) => return Err(of_agenda(place, &failure)),
        }
        day = day.plus(days);
        if found.len() >= limit && day <= last {
            complete = false;
            break;
        }
    }
    let slots = found.into_iter().map(|((start, end), motives)| slot(place, Span { start, end }, motives));
    Ok((slots.collect(), complete))
}

/// What the vendor offers on some days, without what is taken; and whether all of it could be read.
fn offered(
    place: &Place<'_>,
    motives: &[(String, u64)],
    day: Day,
    days: i64,
    window: Span,
) -> std::result::Result<(Vec<(String, Span)>, bool), Failure> {
    let (agenda, date) = (place.setting.vendor_id, day.text());
    let mut offers: Vec<(String, Span)> = Vec::new();
    let mut all = true;
    for (id, motive) in motives.iter().take(MOST_MOTIVES) {
        let path =
            format!("/v1/availabilities?agenda_ids={agenda}&visit_motive_id={motive}&start_date={date}&days={days}");
        let list: List<Offer> = List::read(place.client, &path)?;
        all &= list.unreadable == 0;
        let meant = |offer: &&Offer| {
            let begins = window.start <= offer.span.start && offer.span.start < window.end;
            offer.agenda == agenda && offer.motive == *motive && begins
        };
        offers.extend(list.items.iter().filter(meant).map(|offer| (id.clone(), offer.span)));
    }
    let (Some(start), Some(end)) =
        (offers.iter().map(|(_, span)| span.start).min(), offers.iter().map(|(_, span)| span.end).max())
    else {
        return Ok((offers, all));
    };
    // Offers may be older than the list of what stands there, which has the last word.
    let taken = place.entries(Span { start, end })?;
    if taken.unreadable > 0 {
        return Err(Failure::Incomplete);
    }
    offers.retain(|(_, span)| !taken.items.iter().any(|entry| entry.takes(*span)));
    Ok((offers, all))
}

fn of_agenda(place: &Place<'_>, failure: &Failure) -> Error {
    match failure.status() {
        Some(404) => Error::Invalid((
            format!("settings/agendas/{}", place.id),
            format!(
                "the vendor knows no agenda {} or not this motive: correct agendas.{}.vendor-id or motives",
                place.setting.vendor_id, place.id
            ),
        )),
        _ => failure.of_read(),
    }
}

fn slot(place: &Place<'_>, span: Span, motives: Vec<String>) -> Slot {
    Slot {
        agenda: place.id.to_owned(),
        span,
        state: SlotState::Free,
        motives,
        audience: Audience::empty(),
        modes: Vec::new(),
        seats_left: 1,
        // With a handle it is booked whole and from its start: the vendor takes no part of what it offers.
        handle: Some(text(span.start)),
        version: None,
        booking_url: None,
        entry: None,
    }
}
