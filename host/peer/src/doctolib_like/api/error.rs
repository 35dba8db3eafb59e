//! Refusals: `{"error": {"code", "message", "field"}}`.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::super::state::Refusal;

/// A refusal.
#[derive(Clone, Debug)]
pub(in super::super) struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
    field: Option<&'static str>,
    retry_after_s: Option<u32>,
}

impl ApiError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), field: None, retry_after_s: None }
    }

    pub(super) fn malformed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", message)
    }

    pub(super) fn unauthorised() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "invalid_token", "the token is missing, unknown or over")
    }

    pub(in super::super) fn not_found(message: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    pub(super) fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self { field: Some(field), ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", message) }
    }

    pub(super) fn forgotten() -> Self {
        Self::new(StatusCode::GONE, "changes_forgotten", "changes are kept for 30 days")
    }

    pub(super) fn limited(retry_after_s: u32) -> Self {
        let limited = Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", "too many calls");
        Self { retry_after_s: Some(retry_after_s), ..limited }
    }

    pub(super) fn broken() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "something went wrong")
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unknown => Self::not_found("no such object"),
            Refusal::MotiveElsewhere => Self::invalid("visit_motive_id", "this agenda does not offer it"),
            Refusal::WrongLength => Self::invalid("end", "not the start and the length of the motive"),
            Refusal::EmptyPeriod => Self::invalid("end", "not after the start"),
            Refusal::NotOnOffer => Self::new(StatusCode::CONFLICT, "slot_unavailable", "this start is not on offer"),
            Refusal::Cancelled => Self::not_found("it is cancelled"),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let Some(field) = self.field {
            error["field"] = json!(field);
        }
        let mut response = (self.status, Json(json!({ "error": error }))).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
