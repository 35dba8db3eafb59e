//! Jobs that were given up.

pub(in crate::api) mod close;
pub(in crate::api) mod list;
pub(in crate::api) mod retry;

use std::sync::Arc;

use axum::Router;

use crate::api::endpoint;
use crate::app::App;

pub(super) fn routes() -> Router<Arc<App>> {
    let routes = endpoint!(Router::new(), list);
    let routes = endpoint!(routes, retry);
    endpoint!(routes, close)
}
