//! Appointments.

mod cancel;
mod holder;
mod list;
mod move_to;
mod status;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list::handler))
        .routes(routes!(move_to::handler))
        .routes(routes!(cancel::handler))
        .routes(routes!(status::handler))
}
