//! What is not free.

use greffon_sdk::agenda::{Audience, Error, Slot, SlotPage, SlotQuery, SlotState};

use super::calendar::{Calendar, checked_window};
use super::told;
use crate::mirror::object::{Mark, Period};
use crate::mirror::view::Busy;

/// Returns what is not free in the window, of all agendas of the query. `with` does a work on an opened calendar.
pub fn find_slots(
    query: &SlotQuery,
    now: i64,
    mut with: impl FnMut(&str, &mut dyn FnMut(&mut Calendar<'_>) -> Result<(), Error>) -> Result<(), Error>,
) -> Result<SlotPage, Error> {
    let (window, whole) = checked_window(query.window)?;
    let mut page = SlotPage { slots: Vec::new(), complete: whole, as_of: now };
    let mut last_error = Error::NotFound;
    let mut readable = 0;
    for agenda in &query.agendas {
        let read = with(agenda, &mut |calendar| {
            calendar.refresh().map_err(|failure| failure.of_read())?;
            let view = calendar.mirror.view(window, None);
            page.complete &= view.complete;
            page.slots.extend(
                view.busy
                    .iter()
                    .map(|busy| Slot { entry: Some(told::entry(busy)), ..slot(agenda, busy.period, state(busy)) }),
            );
            Ok(())
        });
        match read {
            Ok(()) => readable += 1,
            Err(error) => {
                last_error = error;
                page.complete = false;
                page.slots.push(slot(agenda, window, SlotState::Unavailable));
            }
        }
    }
    if readable == 0 {
        return Err(last_error);
    }
    page.slots.sort_by(|a, b| (a.span.start, a.span.end, &a.agenda).cmp(&(b.span.start, b.span.end, &b.agenda)));
    let limit = usize::try_from(query.limit.max(1)).unwrap_or(usize::MAX);
    if page.slots.len() > limit {
        page.slots.truncate(limit);
        page.complete = false;
    }
    Ok(page)
}

fn state(busy: &Busy<'_>) -> SlotState {
    let unavailable = busy.unclear || busy.closed || busy.object.content.mark == Mark::Absence;
    if unavailable { SlotState::Unavailable } else { SlotState::Busy }
}

fn slot(agenda: &str, period: Period, state: SlotState) -> Slot {
    Slot {
        agenda: agenda.to_owned(),
        span: period.into(),
        state,
        motives: Vec::new(),
        audience: Audience::empty(),
        modes: Vec::new(),
        seats_left: 0,
        handle: None,
        version: None,
        booking_url: None,
        entry: None,
    }
}
