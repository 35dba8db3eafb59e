//! The interface: one file a resource.

mod admin;
mod appointments;
mod availabilities;
mod catalogue;
mod error;
mod gate;
mod oauth;
mod params;
mod patients;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use self::error::ApiError;
use super::model::text;
use super::{App, page};

/// Largest body that is read, in bytes.
const BODY_BYTES: usize = 64 * 1024;

pub(super) fn router(app: Arc<App>) -> Router {
    let api = Router::new()
        .route("/v1/agendas", get(catalogue::agendas))
        .route("/v1/visit_motives", get(catalogue::motives))
        .route("/v1/availabilities", get(availabilities::list))
        .route("/v1/appointments", get(appointments::list).post(appointments::create))
        .route("/v1/appointments/{id}", get(appointments::one).delete(appointments::cancel))
        .route("/v1/patients", get(patients::list).post(patients::create))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), gate::pass));
    Router::new()
        .merge(api)
        .route("/oauth/token", post(oauth::token))
        .route("/_faults", get(admin::faults).post(admin::switch).delete(admin::heal))
        .route("/_webhook", post(admin::webhook))
        .route("/", get(page::show))
        .route("/page/block", post(page::block))
        .route("/page/move", post(page::move_entry))
        .route("/page/cancel", post(page::cancel))
        .fallback(async || ApiError::not_found("no such path"))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .with_state(app)
}

/// What a request came to.
type Answer = Result<Json<Value>, ApiError>;

/// A list that is told whole.
fn whole(items: &[Value], now: i64) -> Json<Value> {
    let meta = json!({ "total": items.len(), "page": 1, "next_page": null, "server_time": text(now, &TimeZone::UTC) });
    Json(json!({ "items": items, "meta": meta }))
}

/// One page of a list, from 1. `cut`: it is cut short, and said to be the last.
fn paged(items: &[Value], page: usize, size: usize, cut: bool, now: i64) -> Json<Value> {
    let total = items.len();
    let begin = page.saturating_sub(1).saturating_mul(size).min(total);
    let end = begin.saturating_add(size).min(total);
    let mut shown = &items[begin..end];
    let mut next = (end < total).then_some(page + 1);
    if cut {
        shown = &shown[..shown.len() / 2];
        next = None;
    }
    let meta = json!({ "total": total, "page": page, "next_page": next, "server_time": text(now, &TimeZone::UTC) });
    Json(json!({ "items": shown, "meta": meta }))
}
