//! The registry of patients of a practice.

mod change;
mod doubtful;
mod get;
mod named;
mod resolve;
mod search;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(search::handler))
        .routes(routes!(doubtful::handler))
        .routes(routes!(get::handler))
        .routes(routes!(change::handler))
        .routes(routes!(resolve::handler))
}
