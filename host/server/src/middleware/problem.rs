//! Writes the body of a failed request: problem details (RFC 9457), in the
//! language that the request prefers.

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{ACCEPT_LANGUAGE, CONTENT_LANGUAGE, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use greffon_words::Locale;

use super::request_id::RequestId;
use crate::api::v1::schema::problem::Problem;
use crate::error::ApiError;

pub(super) async fn layer(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned();
    let locale = locale_of(request.headers());
    let mut response = next.run(request).await;
    let Some(error) = response.extensions_mut().remove::<ApiError>() else {
        return response;
    };
    let mut problem = Problem::of(error, locale);
    if response.status().is_server_error() {
        problem.request_id = id.map(|id| id.0.to_string());
    }
    let body = serde_json::to_vec(&problem).expect("a problem is strings, numbers and lists");
    *response.body_mut() = Body::from(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(locale.tag()));
    headers.append(VARY, HeaderValue::from_static("accept-language"));
    response
}

/// The language to answer in; a header line that is not text asks for nothing.
fn locale_of(headers: &HeaderMap) -> Locale {
    let lines = headers.get_all(ACCEPT_LANGUAGE).iter();
    Locale::from_accept_language(lines.filter_map(|line| line.to_str().ok()))
}
