//! Routes. One folder per resource, one file per endpoint: request, answer,
//! description and handler together.

mod extract;
mod health;
mod openapi;
pub(crate) mod v1;

use std::sync::Arc;

use axum::Router;

use crate::app::App;
use crate::error::ApiError;
use crate::middleware;

pub use openapi::openapi;

/// All routes, without the layers that every route has.
pub(crate) fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    let v1 = middleware::around_v1(Router::from(v1::routes()).merge(openapi::route()), app);
    Router::from(health::routes())
        .merge(v1)
        .fallback(async || ApiError::NoRoute)
        .method_not_allowed_fallback(async || ApiError::NoMethod)
}
