//! A panic is a bug of ours: the client gets the constant 500, the others go on.

use std::any::Any;

use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;

use crate::error::ApiError;

pub(super) fn layer() -> CatchPanicLayer<fn(Box<dyn Any + Send>) -> Response> {
    CatchPanicLayer::custom(answer)
}

/// The panic's own text may hold anything, so it stays with the panic hook.
fn answer(_: Box<dyn Any + Send>) -> Response {
    ApiError::Internal { cause: "the handler panicked".to_owned() }.into_response()
}
