//! Answers 503 at once when too many requests are under way: waiting callers
//! are better told than kept.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::app::App;
use crate::error::ApiError;
use crate::metrics;

pub(super) async fn layer(State(app): State<Arc<App>>, request: Request, next: Next) -> Result<Response, ApiError> {
    let Ok(_place) = app.places.try_acquire() else {
        metrics::shed();
        return Err(ApiError::Overloaded);
    };
    Ok(next.run(request).await)
}
