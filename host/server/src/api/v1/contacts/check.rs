//! Somebody at the desk made sure of who is on the line.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::extract::{Named, Payload};
use crate::api::v1::once::{Key, once};
use crate::api::v1::schema::disclosure::CheckedBy;
use crate::api::v1::schema::problem::Problems;
use crate::api::v1::schema::view::ContactView;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// How.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCheck {
    /// How.
    how: CheckedBy,
}

/// Write down that somebody made sure of who is on the line. It counts until another caller or
/// patient is told of.
#[utoipa::path(
    post,
    path = "/v1/contacts/{id}/identity-checks",
    operation_id = "check_identity",
    tag = "contacts",
    security(("bearer" = ["greffon:write-contacts"])),
    params(
        ("id" = String, Path, description = "The contact"),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 128 printable characters"),
    ),
    request_body = NewCheck,
    responses((status = 200, description = "What comes next", body = ContactView), Problems),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Named(id): Named,
    key: Key,
    payload: Payload,
) -> Result<Response, ApiError> {
    let (entry, id) = principal.contact(&app, &id, Permission::WriteContacts).await?;
    let NewCheck { how } = payload.parse()?;
    let changed = once(&app, entry, key, &format!("check-identity {id}"), &payload, async move |reception, entry| {
        reception.contacts.check_identity(&entry.practice, id, how.into(), &entry.actor).await
    })
    .await?;
    Ok(changed.answer(StatusCode::OK))
}
