//! Probes and metrics: without a token, outside load shedding.

pub(super) mod healthz;
pub(super) mod metrics;
pub(super) mod readyz;

use std::sync::Arc;

use axum::Router;

use super::endpoint;
use crate::app::App;

pub(super) fn routes() -> Router<Arc<App>> {
    let routes = endpoint!(Router::new(), healthz);
    let routes = endpoint!(routes, readyz);
    endpoint!(routes, metrics)
}
