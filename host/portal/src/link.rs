//! The two last pieces of a link's address.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::response::Response;
use greffon_core::ids::AlertId;
use greffon_core::model::secret::Secret;

use crate::page::Notice;
use crate::say::Say;

/// A link that has the form of one. Whether anybody was sent it, the flow says.
#[derive(Clone)]
pub(crate) struct Link {
    pub(crate) alert: AlertId,
    pub(crate) secret: Secret,
}

impl Link {
    /// `None` for what is no link: there is one way only to write each.
    fn read(alert: &str, secret: &str) -> Option<Self> {
        let id: AlertId = alert.parse().ok()?;
        let secret = Secret::read(secret)?;
        (id.to_string() == alert).then_some(Self { alert: id, secret })
    }

    /// Where its alert is opened.
    pub(crate) fn path(&self) -> String {
        format!("/alerte/{}/{}", self.alert, self.secret.expose())
    }
}

/// What is no link is answered as one that nobody was sent.
impl<S: Send + Sync> FromRequestParts<S> for Link {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await.ok();
        let link = path.and_then(|Path((alert, secret))| Self::read(&alert, &secret));
        link.ok_or_else(|| Notice::Unknown.page(Say::as_asked(&parts.headers)))
    }
}
