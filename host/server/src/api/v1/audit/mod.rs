//! The journal.

pub(in crate::api) mod list;

use std::sync::Arc;

use axum::Router;

use crate::api::endpoint;
use crate::app::App;

pub(super) fn routes() -> Router<Arc<App>> {
    endpoint!(Router::new(), list)
}
