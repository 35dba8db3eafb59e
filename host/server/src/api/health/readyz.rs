//! Whether requests can be served: the database answers, with this binary's
//! schema.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;

use crate::api::v1::schema::problem::Problem;
use crate::app::App;
use crate::error::ApiError;

/// A probe must know sooner than its own timeout, which is most often 3 s.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether the database answers.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "readyz",
    tag = "health",
    security(()),
    responses(
        (status = 200, description = "It does", body = String, content_type = "text/plain"),
        (status = 503, description = "It does not", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn handler(State(app): State<Arc<App>>) -> Result<&'static str, ApiError> {
    match tokio::time::timeout(PATIENCE, app.reception.reads.ready()).await {
        Ok(Ok(())) => Ok("ready\n"),
        Ok(Err(error)) => Err(ApiError::StorageUnavailable { cause: error.to_string() }),
        Err(_) => Err(ApiError::StorageUnavailable { cause: format!("no answer within {PATIENCE:?}") }),
    }
}
