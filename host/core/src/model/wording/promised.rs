//! For when a promise was made.

use crate::model::civil::{Zone, spoken_date, spoken_time};
use crate::model::commitment::Commitment;
use crate::model::practice::Practice;

/// The line of a letter that says for when it was promised.
pub(super) fn promised_for(practice: &Practice, promise: &Commitment) -> String {
    match window(practice, promise) {
        Some(window) => format!("Promis pour : {window}"),
        None => format!("Promis avant : {}", Zone::of(practice).spoken(promise.due)),
    }
}

/// The window, unless it had begun when it was promised: then it is any time until its end.
pub(super) fn window(practice: &Practice, promise: &Commitment) -> Option<String> {
    let span = promise.window.filter(|span| span.start > promise.promised_at)?;
    let zone = Zone::of(practice);
    let (start, end) = (zone.civil(span.start), zone.civil(span.end));
    let midnight = end.date() != start.date();
    let end = if midnight { "minuit".to_owned() } else { spoken_time(end.time()) };
    Some(format!("{}, entre {} et {end}", spoken_date(start.date()), spoken_time(start.time())))
}
