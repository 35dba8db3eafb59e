//! What outside services tell greffon over HTTP, and what they are answered.

use serde::{Deserialize, Serialize};

use crate::time::Instant;

/// A request that an outside service made to greffon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboundRequest {
    /// `POST`.
    pub method: String,
    /// The public URL that was called: some services sign it.
    pub url: String,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

/// What such a request is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboundAnswer {
    /// Status, 200 to 599.
    pub status: u16,
    /// `content-type` and `cache-control`, where they are told.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

/// Which request it was, so that a repeated or an old one is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The service's own id of what it delivers.
    pub id: Option<String>,
    /// When the service signed it, by its clock.
    pub signed_at: Option<Instant>,
}

/// Why a request was not understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallbackError {
    /// Not from the service.
    BadSignature,
    /// For somebody else, or for nobody.
    NotMine,
    /// Not understood.
    Malformed(String),
    /// Something else.
    Other(String),
}
