//! Grids and scripts, and who approved them.

mod approve;
mod list;
mod withdraw;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list::handler))
        .routes(routes!(approve::handler))
        .routes(routes!(withdraw::handler))
}
