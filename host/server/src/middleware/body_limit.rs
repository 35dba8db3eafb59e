//! Refuses a body that says of itself that it is too large. One that grows too
//! large while it is read is stopped by axum's own limit.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::CONTENT_LENGTH;
use axum::middleware::Next;
use axum::response::Response;

use crate::app::App;
use crate::error::ApiError;

pub(super) async fn layer(State(app): State<Arc<App>>, request: Request, next: Next) -> Result<Response, ApiError> {
    let limit_bytes = app.limits.body_bytes;
    let declared = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|bytes| bytes > limit_bytes as u64) {
        return Err(ApiError::TooLarge { limit_bytes });
    }
    Ok(next.run(request).await)
}
