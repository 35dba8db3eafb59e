//! What can be booked.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use serde_json::{Value, json};

use super::answer::{Answer, whole};
use super::error::ApiError;
use super::params::Params;
use crate::doctolib_like::app::App;
use crate::doctolib_like::fault::Fault;
use crate::doctolib_like::model::text;
use crate::doctolib_like::offers::offers;

/// Most days of one question.
const MOST_DAYS: u32 = 7;

pub(super) async fn list(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Answer {
    let params = Params::of(query.as_deref());
    let agendas = params.ids("agenda_ids")?;
    let motive = params.id("visit_motive_id")?;
    let first = params.date("start_date")?;
    let days = params.count("days", MOST_DAYS, MOST_DAYS)?;
    let now = app.shared.now();
    let stale = app.shared.strike(Fault::StaleAvailability, "GET /v1/availabilities").is_some();
    let state = app.shared.lock();
    let motive = state.motives.iter().find(|one| one.id == motive);
    let motive = motive.ok_or_else(|| ApiError::not_found("no such visit motive"))?;
    let mut found: Vec<(i64, Value)> = Vec::new();
    for id in agendas {
        let agenda = state.agenda(id).ok_or_else(|| ApiError::not_found("no such agenda"))?;
        if !motive.agendas.contains(&id) {
            continue;
        }
        let zone = agenda.time_zone();
        let taken = state.of(id).filter(|_| !stale);
        found.extend(offers(agenda, motive, first, days, now, &taken).into_iter().map(|(start, end)| {
            let (from, to) = (text(start, &zone), text(end, &zone));
            (start, json!({ "agenda_id": id, "visit_motive_id": motive.id, "start": from, "end": to }))
        }));
    }
    drop(state);
    found.sort_by_key(|(start, _)| *start);
    let items: Vec<Value> = found.into_iter().map(|(_, offer)| offer).collect();
    Ok(whole(&items, now))
}
