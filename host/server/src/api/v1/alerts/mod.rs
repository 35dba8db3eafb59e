//! Alerts.

mod acknowledge;
mod end;
mod get;
mod list;
mod over_practices;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list::handler))
        .routes(routes!(over_practices::handler))
        .routes(routes!(get::handler))
        .routes(routes!(acknowledge::handler))
        .routes(routes!(end::handler))
}
