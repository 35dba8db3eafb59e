//! A person changes the level.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use greffon_core::flow;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::extract::{Named, Payload};
use crate::api::v1::once::{Key, once};
use crate::api::v1::schema::problem::Problems;
use crate::api::v1::schema::triage::Level;
use crate::api::v1::schema::view::ContactView;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// Another level.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewLevel {
    /// To what.
    level: Level,
    /// Why; at least three words when it lowers.
    reason: String,
}

/// Raise the level, or lower it as a practitioner.
#[utoipa::path(
    post,
    path = "/v1/contacts/{id}/level",
    operation_id = "set_level",
    tag = "contacts",
    security(("bearer" = ["greffon:write-contacts"])),
    params(
        ("id" = String, Path, description = "The contact"),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 128 printable characters"),
    ),
    request_body = NewLevel,
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
    let new: NewLevel = payload.parse()?;
    let new = flow::NewLevel { level: new.level.into(), reason: new.reason };
    let changed = once(&app, entry, key, &format!("set-level {id}"), &payload, async move |reception, entry| {
        reception.contacts.set_level(&entry.practice, id, new, &entry.actor).await
    })
    .await?;
    Ok(changed.answer(StatusCode::OK))
}
