//! An outside service tells a feature that something has changed.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use greffon_core::flow::{Call, Unheard};
use greffon_core::model::inbound::MAX_BODY_BYTES;
use greffon_core::model::secret::Secret;

use crate::api::extract::{Named, Raw};
use crate::api::v1::schema::problem::Problem;
use crate::app::App;
use crate::error::ApiError;
use crate::metrics;

/// Most headers, and most bytes of their names and values, that a plugin is given.
const MAX_HEADERS: usize = 64;
const MAX_HEADER_BYTES: usize = 16 * 1024;

/// Tell a feature that something has changed. For outside services: the URL is what
/// `make_inbound_address` answered, and the call is signed as the service signs.
///
/// What is told is a hint: the agenda is asked. 204 also for what was told before. Anything else
/// but 5xx and 429 will be answered the same when it is sent again.
#[utoipa::path(
    post,
    path = "/v1/inbound/{token}",
    operation_id = "hear_inbound",
    tag = "inbound",
    security(()),
    params(("token" = String, Path, description = "The secret of the address")),
    request_body(content = Vec<u8>, content_type = "*/*", description = "As the service sends it"),
    responses(
        (status = 204, description = "Heard, now or before"),
        (status = 400, description = "Cut short", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed as it should be, or at another time", body = Problem,
         content_type = "application/problem+json"),
        (status = 404, description = "Nobody is heard here", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "More than 256 KiB", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "About another account, or not readable", body = Problem,
         content_type = "application/problem+json"),
        (status = 429, description = "More than 60 in a minute", body = Problem,
         content_type = "application/problem+json"),
        (status = 503, description = "Not now: send it again", body = Problem,
         content_type = "application/problem+json"),
    ),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    Named(token): Named,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<StatusCode, ApiError> {
    let secret = Secret::read(&token).ok_or(ApiError::NoRoute)?;
    let headers = read_headers(&headers)?;
    if body.len() > MAX_BODY_BYTES {
        return Err(ApiError::TooLarge { limit_bytes: MAX_BODY_BYTES });
    }
    let body = body.to_vec();
    let reception = app.reception.clone();
    let heard = app.complete(async move {
        let heard = reception.inbound.hear(&secret, Call { query, headers, body }).await;
        metrics::inbound(heard.as_ref().map_or_else(Unheard::as_str, |heard| heard.as_str()));
        Ok(heard?)
    });
    heard.await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Names in lower case, as HTTP has them here; bytes that are no text are replaced.
fn read_headers(headers: &HeaderMap) -> Result<Vec<(String, String)>, ApiError> {
    let mut bytes = 0;
    let mut read = Vec::with_capacity(headers.len().min(MAX_HEADERS));
    for (name, value) in headers {
        bytes += name.as_str().len() + value.len();
        if read.len() == MAX_HEADERS || bytes > MAX_HEADER_BYTES {
            return Err(ApiError::TooLarge { limit_bytes: MAX_HEADER_BYTES });
        }
        read.push((name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    }
    Ok(read)
}
