//! Commitments.

pub(in crate::api) mod act;
pub(in crate::api) mod list;

use std::sync::Arc;

use axum::Router;

use crate::api::endpoint;
use crate::app::App;

pub(super) fn routes() -> Router<Arc<App>> {
    let routes = endpoint!(Router::new(), list);
    endpoint!(routes, act)
}
