//! Bookings, moves and cancellations that no machine can bring to their end.

mod call_off;
mod to_verify;
mod verdict;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(to_verify::handler))
        .routes(routes!(verdict::handler))
        .routes(routes!(call_off::handler))
}
