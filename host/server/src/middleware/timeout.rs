//! Bounds the time until an answer. Work that writes goes on without it: see
//! [`App::complete`].

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::app::App;
use crate::error::ApiError;

pub(super) async fn layer(State(app): State<Arc<App>>, request: Request, next: Next) -> Result<Response, ApiError> {
    tokio::time::timeout(app.limits.timeout, next.run(request)).await.map_err(|_| ApiError::TimedOut)
}
