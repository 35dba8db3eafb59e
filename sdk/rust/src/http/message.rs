//! Requests and answers, and why there is none.

use std::borrow::Cow;
use std::time::Duration;

use serde::de::DeserializeOwned;
use thiserror::Error;

/// A request. Nothing is checked before [`Request::send`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Method, upper case, such as `PUT` or `REPORT`.
    pub method: String,
    /// Absolute URL.
    pub url: String,
    /// Headers in order; a name may repeat.
    pub headers: Vec<(String, String)>,
    /// Body. Empty: none.
    pub body: Vec<u8>,
    /// How long connecting, the first byte and each next byte may take. None:
    /// what the host gives.
    pub timeout: Option<Duration>,
}

impl Request {
    /// A request without headers and body.
    #[must_use]
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self { method: method.into(), url: url.into(), headers: Vec::new(), body: Vec::new(), timeout: None }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Sets how long connecting, the first byte and each next byte may take.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }
}

/// An answer, complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// Status, 100 to 599.
    pub status: u16,
    /// Headers in order, names in lower case, names may repeat.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl Response {
    /// An answer without headers, as tests write it.
    #[must_use]
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_ascii_lowercase(), value.into()));
        self
    }

    /// The first header of a name, in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(each, _)| each.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Whether the status is one of 200 to 299.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as text; bytes that are no UTF-8 are replaced.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// The body is not what the type expects.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }
}

/// Why there is no answer. Texts name hosts and causes, no URL and no body.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Error {
    /// The request cannot be formed: what is wrong with it. Not sent.
    #[error("request cannot be formed: {0}")]
    Invalid(String),
    /// The host does not let the plugin there: no grant for the origin, or an
    /// address that is closed. Not sent.
    #[error("request denied: {0}")]
    Denied(String),
    /// No connection to the other side came about. Not sent.
    #[error("not sent: {0}")]
    NotSent(String),
    /// The request may have arrived; its answer did not. Never repeat a write
    /// blindly.
    #[error("response lost: {0}")]
    ResponseLost(String),
}

impl Error {
    /// Whether the other side cannot have acted on the request.
    #[must_use]
    pub fn certainly_not_sent(&self) -> bool {
        !matches!(self, Self::ResponseLost(_))
    }
}
