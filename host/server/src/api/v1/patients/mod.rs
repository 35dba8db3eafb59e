//! The registry of patients of a practice.

mod change;
mod doubtful;
mod get;
mod resolve;
mod search;

use std::sync::Arc;

use greffon_core::flow::Thing;
use greffon_core::ids::PatientId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::error::ApiError;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(search::handler))
        .routes(routes!(doubtful::handler))
        .routes(routes!(get::handler))
        .routes(routes!(change::handler))
        .routes(routes!(resolve::handler))
}

/// The patient that a path names.
fn named(id: &str) -> Result<PatientId, ApiError> {
    id.parse().map_err(|_| ApiError::NotFound(Thing::Patient))
}
