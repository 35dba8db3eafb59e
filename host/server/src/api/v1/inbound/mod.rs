//! What outside services tell, and the addresses at which they do.

mod hear;
mod list;
mod make;
mod revoke;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list::handler))
        .routes(routes!(make::handler))
        .routes(routes!(revoke::handler))
        .routes(routes!(hear::handler))
}
