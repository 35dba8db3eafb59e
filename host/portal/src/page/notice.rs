//! Pages from which there is no way on.

use askama::Template;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use greffon_core::flow::FlowError;
use greffon_core::ports::storage::StorageError;
use greffon_words::{Text, alerts, titles};

use super::answer::answer;
use super::style::STYLE;
use crate::say::Say;

/// Why there is nothing to do here. Nothing of the practice is in it.
#[derive(Clone, Debug)]
pub(crate) enum Notice {
    /// No link, or none that anybody was sent.
    Unknown,
    /// A link that opens nothing any more, and why.
    Closed(Text),
    /// Its recipient has no code, or none that can be used.
    NoCode,
    /// The form was sent by another site.
    Elsewhere,
    /// The form is larger than any that is filled in by hand.
    TooLarge,
    /// What was sent is no form.
    NoForm,
    /// The address has other methods.
    NoMethod,
    /// Too much at once; nothing was tried.
    Busy,
    /// What is needed does not answer.
    Away,
    /// A fault of ours.
    Broken,
}

#[derive(Template)]
#[template(path = "notice.html")]
struct Page {
    say: Say,
    title: String,
    text: String,
}

impl Notice {
    /// Whether a refusal of the flow says that the link opens nothing any more.
    pub(crate) fn closes(code: &str) -> bool {
        matches!(code, "link-dead" | "link-expired")
    }

    /// The page.
    pub(crate) fn page(self, say: Say) -> Response {
        let (status, title, text) = self.said();
        let page = Page { say, title: say.of(&title), text: say.of(&text) };
        let mut response = answer(status, say, &page);
        if let Self::Busy | Self::Away = self {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("2"));
        }
        response
    }

    fn said(&self) -> (StatusCode, Text, Text) {
        match self {
            Self::Unknown => (StatusCode::NOT_FOUND, titles::not_found(), alerts::unknown()),
            Self::Closed(why) => (StatusCode::GONE, alerts::link_closed(), why.clone()),
            Self::NoCode => (StatusCode::CONFLICT, titles::not_allowed(), alerts::no_code()),
            Self::Elsewhere => (StatusCode::FORBIDDEN, titles::not_allowed(), alerts::from_elsewhere()),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, titles::too_large(), alerts::too_long()),
            Self::NoForm => (StatusCode::UNSUPPORTED_MEDIA_TYPE, titles::unreadable(), alerts::sorry()),
            Self::NoMethod => (StatusCode::METHOD_NOT_ALLOWED, titles::no_method(), alerts::sorry()),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, titles::unavailable(), alerts::busy()),
            Self::Away => (StatusCode::SERVICE_UNAVAILABLE, titles::unavailable(), alerts::sorry()),
            Self::Broken => (StatusCode::INTERNAL_SERVER_ERROR, titles::internal(), alerts::sorry()),
        }
    }
}

impl From<FlowError> for Notice {
    fn from(error: FlowError) -> Self {
        match error {
            // Also a practice that is served no more.
            FlowError::NotFound(_) => Self::Unknown,
            FlowError::NotAllowed { code, remedy } if Self::closes(code) => Self::Closed(remedy),
            FlowError::Conflict => Self::Busy,
            FlowError::Storage(StorageError::Unavailable(cause)) => {
                tracing::error!(error.cause = %cause, "the database does not answer");
                Self::Away
            }
            other => {
                tracing::error!(error.cause = %other, "a page cannot be made");
                Self::Broken
            }
        }
    }
}
