//! Practitioners, rooms and devices that are not there.

mod end;
mod list;
mod tell;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(tell::handler, list::handler)).routes(routes!(end::handler))
}
