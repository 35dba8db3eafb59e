//! Changes of a contact that a client may send twice: `Idempotency-Key`.

use std::sync::Arc;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use greffon_core::flow::Flow;
use greffon_core::model::view;
use greffon_core::ports::idempotency::{Begun, IdempotencyKey};
use sha2::{Digest, Sha256};

use super::schema::view::ContactView;
use crate::api::extract::Payload;
use crate::app::App;
use crate::auth::Entry;
use crate::error::ApiError;

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const LONGEST_KEY: usize = 128;

/// The `Idempotency-Key` of a request, if it has one.
pub(in crate::api) struct Key(Option<String>);

impl FromRequestParts<Arc<App>> for Key {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, ApiError> {
        let Some(value) = parts.headers.get(HEADER) else { return Ok(Self(None)) };
        let key = value.to_str().ok().filter(|key| !key.is_empty() && key.len() <= LONGEST_KEY);
        let why = format!("expected 1 to {LONGEST_KEY} printable ASCII characters");
        key.map(|key| Self(Some(key.to_owned()))).ok_or_else(|| ApiError::invalid("Idempotency-Key", why))
    }
}

/// What a change of a contact ended with.
pub(super) struct Changed {
    view: view::ContactView,
    replayed: bool,
}

impl Changed {
    /// The contact as it is now, and whether an earlier request changed it.
    pub(super) fn answer(self, status: StatusCode) -> Response {
        let mut response = (status, Json(ContactView::from(self.view))).into_response();
        if self.replayed {
            response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        }
        response
    }

    /// The path of the contact.
    pub(super) fn location(&self) -> String {
        format!("/v1/contacts/{}", self.view.contact)
    }
}

/// Runs `work` to its end; with a key, once. A repeat is answered with the
/// contact as it is now. After a failure the key counts as never used.
pub(super) async fn once<W, F>(
    app: &Arc<App>,
    entry: Entry,
    key: Key,
    operation: &str,
    payload: &Payload,
    work: W,
) -> Result<Changed, ApiError>
where
    W: FnOnce(Arc<App>, Entry) -> F + Send + 'static,
    F: Future<Output = Flow<view::ContactView>> + Send + 'static,
{
    let digest = digest(operation, payload);
    let running = Arc::clone(app);
    app.complete(async move {
        let app = running;
        let Some(key) = key.0 else {
            return Ok(Changed { view: work(app, entry).await?, replayed: false });
        };
        let key = IdempotencyKey { practice: entry.practice.clone(), subject: entry.actor.subject.clone(), key };
        match app.idempotency.begin(&key, &digest, app.reception.clock.now()).await? {
            Begun::OtherRequest => Err(ApiError::KeyReused),
            Begun::Running => Err(ApiError::KeyRunning),
            Begun::Done(contact) => {
                let contact = contact.parse().map_err(|_| ApiError::Internal {
                    cause: "the result of an idempotency key is not a contact".to_owned(),
                })?;
                let view = app.reception.view_contact(&entry.practice, contact).await?;
                Ok(Changed { view, replayed: true })
            }
            Begun::First => {
                let result = work(Arc::clone(&app), entry).await;
                let kept = match &result {
                    Ok(view) => app.idempotency.finish(&key, &view.contact.to_string()).await,
                    Err(_) => app.idempotency.abandon(&key).await,
                };
                if let Err(error) = kept {
                    // The change stands as it is; only a repeat is told to wait.
                    tracing::warn!(error.cause = %error, "the end of an idempotency key was not written down");
                }
                Ok(Changed { view: result?, replayed: false })
            }
        }
    })
    .await
}

/// The request, so that a key is not used for two different ones.
fn digest(operation: &str, payload: &Payload) -> String {
    let mut hash = Sha256::new();
    hash.update(operation.as_bytes());
    hash.update(b"\n");
    hash.update(payload.bytes());
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
