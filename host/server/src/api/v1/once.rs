//! Changes of a contact that a client may send twice: `Idempotency-Key`.

use std::sync::Arc;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use greffon_core::flow::{Flow, FlowError, NewContact, Reception};
use greffon_core::ids::ContactId;
use greffon_core::model::view;
use greffon_core::ports::idempotency::{Begun, HELD_FOR, IdempotencyKey, KeyClaim};
use greffon_core::ports::storage::StorageError;
use greffon_words::fields;
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

impl Key {
    fn of(self, entry: &Entry) -> Option<IdempotencyKey> {
        let Entry { practice, actor, .. } = entry;
        self.0.map(|key| IdempotencyKey { practice: practice.clone(), subject: actor.subject.clone(), key })
    }
}

impl FromRequestParts<Arc<App>> for Key {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, ApiError> {
        let Some(value) = parts.headers.get(HEADER) else { return Ok(Self(None)) };
        let key = value.to_str().ok().filter(|key| !key.is_empty() && key.len() <= LONGEST_KEY);
        let wrong = || ApiError::invalid("Idempotency-Key", fields::idempotency_key(LONGEST_KEY));
        key.map(|key| Self(Some(key.to_owned()))).ok_or_else(wrong)
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

    /// Which contact it is.
    pub(super) fn contact(&self) -> ContactId {
        self.view.contact
    }

    /// The path of the contact.
    pub(super) fn location(&self) -> String {
        format!("/v1/contacts/{}", self.view.contact)
    }
}

/// Runs a change of a contact to its end; with a key, once: as long as it runs, on
/// whatever node, nobody else takes the key, and should somebody have taken it all
/// the same, nothing more is written. A repeat is answered with the contact as it is
/// now. After a failure the key counts as never used.
pub(super) async fn once<W, F>(
    app: &Arc<App>,
    entry: Entry,
    key: Key,
    operation: &str,
    payload: &Payload,
    work: W,
) -> Result<Changed, ApiError>
where
    W: FnOnce(Reception, Entry) -> F + Send + 'static,
    F: Future<Output = Flow<view::ContactView>> + Send + 'static,
{
    let digest = digest(operation, payload);
    let running = Arc::clone(app);
    app.complete(async move {
        let app = running;
        let reception = app.reception.clone();
        let Some(key) = key.of(&entry) else {
            return Ok(Changed { view: work(reception, entry).await?, replayed: false });
        };
        match app.idempotency.begin(&key, &digest).await? {
            Begun::OtherRequest => Err(ApiError::KeyReused),
            Begun::Running => Err(ApiError::KeyRunning),
            Begun::Done(contact) => {
                let view = reception.reads.contact(&entry.practice, named(&contact)?).await?.view;
                Ok(Changed { view, replayed: true })
            }
            Begun::First(claim) => {
                let guarded = reception.over(|storage| app.idempotency.guarded(storage, &claim));
                let result = tokio::select! {
                    result = work(guarded, entry) => result,
                    never = renewed(&app, &claim) => match never {},
                };
                let kept = match &result {
                    Ok(view) => app.idempotency.finish(&claim, &view.contact.to_string()).await,
                    Err(_) => app.idempotency.abandon(&claim).await,
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

/// Renews a claim until it is dropped: two of three times may fail.
async fn renewed(app: &App, claim: &KeyClaim) -> std::convert::Infallible {
    loop {
        tokio::time::sleep(HELD_FOR / 3).await;
        match app.idempotency.renew(claim).await {
            Ok(true) => {}
            Ok(false) => tracing::warn!("an idempotency key was taken by another request while its own ran"),
            Err(error) => tracing::warn!(error.cause = %error, "an idempotency key was not renewed"),
        }
    }
}

/// Stores a new contact; with a key, once, even when the process dies on the
/// way: the contact's name is written down under the key first, and no name is
/// stored twice.
pub(super) async fn received_once(
    app: &Arc<App>,
    entry: Entry,
    key: Key,
    payload: &Payload,
    new: NewContact,
) -> Result<Changed, ApiError> {
    let digest = digest("receive-contact", payload);
    let running = Arc::clone(app);
    app.complete(async move {
        let app = running;
        let minted = app.reception.contacts.mint();
        let Some(key) = key.of(&entry) else {
            let view = app.reception.contacts.receive_as(&entry.practice, minted, new, &entry.actor).await?;
            return Ok(Changed { view, replayed: false });
        };
        let (id, claim) = match app.idempotency.begin(&key, &digest).await? {
            Begun::OtherRequest => return Err(ApiError::KeyReused),
            Begun::Running => return Err(ApiError::KeyRunning),
            Begun::Done(contact) => (named(&contact)?, None),
            Begun::First(claim) => {
                app.idempotency.finish(&claim, &minted.to_string()).await?;
                (minted, Some(claim))
            }
        };
        let (practice, reads) = (&entry.practice, &app.reception.reads);
        if id != minted && reads.has_contact(practice, id).await? {
            return Ok(Changed {
                view: app.reception.contacts.resume(practice, id, &entry.actor).await?,
                replayed: true,
            });
        }
        match app.reception.contacts.receive_as(practice, id, new, &entry.actor).await {
            Ok(view) => Ok(Changed { view, replayed: false }),
            Err(error) if reads.has_contact(practice, id).await? => match error {
                // The same request, at the same time, was faster.
                FlowError::Conflict | FlowError::Storage(StorageError::Exists { .. }) => Ok(Changed {
                    view: app.reception.contacts.resume(practice, id, &entry.actor).await?,
                    replayed: true,
                }),
                stored_but_not_looked_at => Err(stored_but_not_looked_at.into()),
            },
            Err(error) => {
                // Whoever comes to a key that was done before leaves it as it is.
                if let Some(claim) = &claim {
                    app.idempotency.abandon(claim).await?;
                }
                Err(error.into())
            }
        }
    })
    .await
}

/// The contact that a key's row names.
fn named(contact: &str) -> Result<ContactId, ApiError> {
    contact
        .parse()
        .map_err(|_| ApiError::Internal { cause: "the result of an idempotency key is not a contact".to_owned() })
}

/// The request, so that a key is not used for two different ones.
fn digest(operation: &str, payload: &Payload) -> String {
    let mut hash = Sha256::new();
    hash.update(operation.as_bytes());
    hash.update(b"\n");
    hash.update(payload.bytes());
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
