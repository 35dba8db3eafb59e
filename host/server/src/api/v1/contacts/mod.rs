//! Contacts: from the first word to the recap.

mod book;
mod check;
mod close;
mod disclose;
mod facts;
mod get;
mod level;
mod list;
mod patient;
mod receive;
mod slots;
mod take_over;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(receive::handler))
        .routes(routes!(list::handler))
        .routes(routes!(get::handler))
        .routes(routes!(facts::handler))
        .routes(routes!(level::handler))
        .routes(routes!(patient::handler))
        .routes(routes!(check::handler))
        .routes(routes!(disclose::handler))
        .routes(routes!(slots::handler))
        .routes(routes!(book::handler))
        .routes(routes!(take_over::handler))
        .routes(routes!(close::handler))
}
