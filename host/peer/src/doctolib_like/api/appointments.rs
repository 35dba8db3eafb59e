//! What stands in an agenda.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, Path, RawQuery, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::answer::{Answer, paged};
use super::error::ApiError;
use super::gate::Named;
use super::params::Params;
use crate::doctolib_like::app::App;
use crate::doctolib_like::fault::Fault;
use crate::doctolib_like::model::{Agenda, Entry, Kind, instant};
use crate::doctolib_like::state::{FOLLOWED_MS, State as Held, Wanted};

/// Longest period of a list, in milliseconds: 366 days.
const LONGEST_MS: i64 = 366 * 24 * 3_600_000;

/// Longest notes, in characters.
const NOTES: usize = 1_000;

pub(super) async fn list(
    State(app): State<Arc<App>>,
    Extension(Named(name)): Extension<Named>,
    RawQuery(query): RawQuery,
) -> Answer {
    let params = Params::of(query.as_deref());
    let (agenda, page) = (params.id("agenda_id")?, params.page()?);
    let now = app.shared.now();
    let cut = app.shared.strike(Fault::TruncatedPage, &name).is_some();
    let mut state = app.shared.lock();
    state.agenda(agenda).ok_or_else(|| ApiError::not_found("no such agenda"))?;
    let found = if params.text("updated_since").is_some() {
        let since = params.instant("updated_since")?;
        if since < now - FOLLOWED_MS {
            return Err(ApiError::forgotten());
        }
        let mut found = state.listed(agenda, now, |entry| entry.updated_at >= since);
        found.sort_by_key(|entry| (entry.updated_at, entry.id));
        found
    } else {
        let (from, to) = (params.instant("from")?, params.instant("to")?);
        if from >= to || to - from > LONGEST_MS {
            return Err(ApiError::invalid("to", "a period of at most 366 days is needed"));
        }
        let mut found = state.listed(agenda, now, |entry| entry.takes(from, to));
        found.sort_by_key(|entry| (entry.start, entry.id));
        found
    };
    let items: Vec<Value> = found.iter().map(|entry| shown(&state, entry)).collect();
    drop(state);
    Ok(paged(&items, page, app.page_size, cut, now))
}

pub(super) async fn one(State(app): State<Arc<App>>, Path(id): Path<u64>) -> Answer {
    let state = app.shared.lock();
    let entry = state.entries.get(&id).ok_or_else(|| ApiError::not_found("no such appointment"))?;
    Ok(Json(shown(&state, entry)))
}

fn shown(state: &Held, entry: &Entry) -> Value {
    let zone = state.agenda(entry.agenda).map_or(jiff::tz::TimeZone::UTC, Agenda::time_zone);
    let patient = match &entry.kind {
        Kind::Appointment { patient, .. } => state.patients.get(patient),
        Kind::Block { .. } => None,
    };
    entry.to_json(patient, &zone)
}

/// What is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    agenda_id: u64,
    visit_motive_id: u64,
    patient_id: u64,
    start: String,
    #[serde(default)]
    end: Option<String>,
    #[serde(default)]
    notes: String,
}

pub(super) async fn create(
    State(app): State<Arc<App>>,
    Extension(Named(name)): Extension<Named>,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let new: New = serde_json::from_slice(&body).map_err(|error| ApiError::malformed(error.to_string()))?;
    let at = |field, text: &str| instant(text).ok_or_else(|| ApiError::invalid(field, "not an instant of RFC 3339"));
    if new.notes.chars().count() > NOTES {
        return Err(ApiError::invalid("notes", "longer than 1000 characters"));
    }
    let wanted = Wanted {
        agenda: new.agenda_id,
        motive: new.visit_motive_id,
        patient: new.patient_id,
        start: at("start", &new.start)?,
        end: new.end.as_deref().map(|text| at("end", text)).transpose()?,
        notes: new.notes,
    };
    let entry = app.shared.book(wanted, &name)?;
    let state = app.shared.lock();
    Ok((StatusCode::CREATED, Json(shown(&state, &entry))))
}

pub(super) async fn cancel(State(app): State<Arc<App>>, Path(id): Path<u64>) -> Result<StatusCode, ApiError> {
    let is_block = |entry: &Entry| matches!(entry.kind, Kind::Block { .. });
    if app.shared.lock().entries.get(&id).is_some_and(is_block) {
        return Err(ApiError::not_found("no such appointment"));
    }
    app.shared.cancel(id)?;
    Ok(StatusCode::NO_CONTENT)
}
