//! Whoever holds the line asks whether something may be said.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::extract::{Named, Payload};
use crate::api::v1::schema::disclosure::{Disclosed, Information};
use crate::api::v1::schema::problem::{Problem, Problems};
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// What is to be said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewDisclosure {
    /// Which kind of information.
    information: Information,
}

/// Ask whether something may be said to whoever is on the line, before it is said. The answer is
/// written into the journal, whichever it is, without what would be said.
#[utoipa::path(
    post,
    path = "/v1/contacts/{id}/disclosures",
    operation_id = "disclose",
    tag = "contacts",
    security(("bearer" = ["greffon:write-contacts"])),
    params(("id" = String, Path, description = "The contact")),
    request_body = NewDisclosure,
    responses(
        (status = 200, description = "It may be said", body = Disclosed),
        (status = 409, description = "It may not (`not-told`), or not yet (`verify-first`); the detail says what to say instead", body = Problem, content_type = "application/problem+json"),
        Problems,
    ),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Named(id): Named,
    payload: Payload,
) -> Result<Json<Disclosed>, ApiError> {
    let (entry, id) = principal.contact(&app, &id, Permission::WriteContacts).await?;
    let NewDisclosure { information } = payload.parse()?;
    let reception = app.reception.clone();
    let work =
        async move { Ok(reception.contacts.disclose(&entry.practice, id, information.into(), &entry.actor).await?) };
    Ok(Json(app.complete(work).await?.into()))
}
