//! A request of an outside service as it is written on the command line, and what
//! it is answered: bodies are text.

use greffon_core::model::callback::{InboundAnswer, InboundRequest};
use serde::{Deserialize, Serialize};

/// A request whose body is text.
#[derive(Serialize, Deserialize)]
pub(super) struct Request {
    method: String,
    url: String,
    #[serde(default)]
    headers: Vec<(String, String)>,
    #[serde(default)]
    body: String,
}

impl From<Request> for InboundRequest {
    fn from(Request { method, url, headers, body }: Request) -> Self {
        Self { method, url, headers, body: body.into_bytes() }
    }
}

/// An answer; what is no text in its body comes out as U+FFFD.
#[derive(Serialize)]
pub(super) struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl From<InboundAnswer> for Answer {
    fn from(InboundAnswer { status, headers, body }: InboundAnswer) -> Self {
        Self { status, headers, body: String::from_utf8_lossy(&body).into_owned() }
    }
}
