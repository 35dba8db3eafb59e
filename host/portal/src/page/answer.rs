//! A page as an answer.

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LANGUAGE, CONTENT_TYPE, VARY};
use axum::response::{IntoResponse, Response};
use greffon_words::alerts;

use crate::say::Say;

/// Writes a page.
pub(super) fn answer(status: StatusCode, say: Say, page: &impl Template) -> Response {
    let (status, kind, text) = match page.render() {
        Ok(html) => (status, "text/html; charset=utf-8", html),
        Err(error) => {
            tracing::error!(error.cause = %error, "a page cannot be written");
            (StatusCode::INTERNAL_SERVER_ERROR, "text/plain; charset=utf-8", say.of(&alerts::sorry()))
        }
    };
    let headers = [(CONTENT_TYPE, kind), (CONTENT_LANGUAGE, say.tag()), (VARY, "accept-language")];
    (status, headers, text).into_response()
}
