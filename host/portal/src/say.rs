//! In which language a page speaks.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use greffon_words::{Locale, Text};

/// Says texts in the language that a request prefers.
#[derive(Clone, Copy)]
pub(crate) struct Say(Locale);

impl Say {
    /// As `Accept-Language` prefers; a header line that is not text asks for nothing.
    pub(crate) fn as_asked(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(ACCEPT_LANGUAGE).iter();
        Self(Locale::from_accept_language(lines.filter_map(|line| line.to_str().ok())))
    }

    /// A text.
    pub(crate) fn of(self, text: &Text) -> String {
        text.of(self.0).to_owned()
    }

    /// The language's tag.
    pub(crate) fn tag(self) -> &'static str {
        self.0.tag()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Say {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::as_asked(&parts.headers))
    }
}
