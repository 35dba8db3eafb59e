//! Writes the body of a failed request: problem details (RFC 9457).

use axum::body::Body;
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::Response;
use greffon_words::Locale;

use super::request_id::RequestId;
use crate::error::ApiError;

pub(super) async fn layer(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned();
    let mut response = next.run(request).await;
    let Some(error) = response.extensions_mut().remove::<ApiError>() else {
        return response;
    };
    let mut problem = error.problem(Locale::Fr);
    if response.status().is_server_error() {
        problem.request_id = id.map(|id| id.0.to_string());
    }
    let body = serde_json::to_vec(&problem).expect("a problem is strings, numbers and lists");
    *response.body_mut() = Body::from(body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}
