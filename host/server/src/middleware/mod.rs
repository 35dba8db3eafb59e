//! What happens around every handler, one layer per file.
//!
//! From the outside in: request id, request log, problem bodies, security
//! headers, panics; then, for `/v1` only, load shedding and the timeout; then
//! the body limit. Probes are answered even when `/v1` sheds.

mod body_limit;
mod catch_panic;
mod load_shed;
mod problem;
pub(crate) mod request_id;
pub(crate) mod request_log;
mod security_headers;
mod timeout;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};

use crate::app::App;

/// The layers of every route.
pub(crate) fn around(routes: Router<Arc<App>>, app: &Arc<App>) -> Router<Arc<App>> {
    routes
        .layer(DefaultBodyLimit::max(app.limits.body_bytes))
        .layer(from_fn_with_state(Arc::clone(app), body_limit::layer))
        .layer(catch_panic::layer())
        .layer(from_fn(security_headers::layer))
        .layer(from_fn(problem::layer))
        .layer(from_fn(request_log::layer))
        .layer(from_fn_with_state(Arc::clone(app), request_id::layer))
}

/// The layers of `/v1` alone.
pub(crate) fn around_v1(routes: Router<Arc<App>>, app: &Arc<App>) -> Router<Arc<App>> {
    routes
        .layer(from_fn_with_state(Arc::clone(app), timeout::layer))
        .layer(from_fn_with_state(Arc::clone(app), load_shed::layer))
}
