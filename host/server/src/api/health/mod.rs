//! Probes and metrics: without a token, outside load shedding.

mod healthz;
mod metrics;
mod readyz;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(healthz::handler))
        .routes(routes!(readyz::handler))
        .routes(routes!(metrics::handler))
}
