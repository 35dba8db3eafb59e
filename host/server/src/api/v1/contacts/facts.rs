//! Answers are written down.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::extract::{Named, Payload};
use crate::api::v1::once::{Key, once};
use crate::api::v1::schema::each;
use crate::api::v1::schema::fact::NewFact;
use crate::api::v1::schema::problem::Problems;
use crate::api::v1::schema::view::ContactView;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// Answers to be written down, in this order.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewFacts {
    /// The answers.
    facts: Vec<NewFact>,
}

/// Add facts and see what comes next.
///
/// Red flags are looked at first, then the grid, then the script.
#[utoipa::path(
    post,
    path = "/v1/contacts/{id}/facts",
    operation_id = "add_facts",
    tag = "contacts",
    security(("bearer" = ["greffon:write-contacts"])),
    params(
        ("id" = String, Path, description = "The contact"),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 128 printable characters"),
    ),
    request_body = NewFacts,
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
    let new: NewFacts = payload.parse()?;
    let changed = once(&app, entry, key, &format!("add-facts {id}"), &payload, async move |reception, entry| {
        reception.contacts.advance(&entry.practice, id, each(new.facts), &entry.actor).await
    })
    .await?;
    Ok(changed.answer(StatusCode::OK))
}
