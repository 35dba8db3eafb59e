//! The interface: one file a resource.

mod admin;
mod answer;
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
use axum::{Router, middleware};

use self::error::ApiError;
use super::app::App;
use super::page;

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
