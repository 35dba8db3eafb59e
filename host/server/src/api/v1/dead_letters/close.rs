//! Somebody closes a job that was given up: it will not be done.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::extract::{Named, Payload};
use crate::api::v1::schema::dead_letter::DeadLetter;
use crate::api::v1::schema::problem::{Problem, Problems};
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// Why it will not be done.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Closing {
    /// In 1 to 500 characters; who reads the list sees it.
    reason: String,
}

/// Close a dead letter.
#[utoipa::path(
    post,
    path = "/v1/dead-letters/{id}/close",
    operation_id = "close_dead_letter",
    tag = "dead-letters",
    security(("bearer" = ["greffon:act-on-dead-letters"])),
    params(("id" = String, Path, description = "The dead letter")),
    request_body = Closing,
    responses(
        (status = 200, description = "The dead letter as it is now", body = DeadLetter),
        (status = 409, description = "Somebody ended it already", body = Problem,
         content_type = "application/problem+json"),
        Problems,
    ),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Named(id): Named,
    payload: Payload,
) -> Result<Json<DeadLetter>, ApiError> {
    let (entry, id) = principal.dead_letter(&app, &id, Permission::ActOnDeadLetters).await?;
    let Closing { reason } = payload.parse()?;
    let reception = app.reception.clone();
    let done = app
        .complete(async move { Ok(reception.dead_letters.close(&entry.practice, id, &reason, &entry.actor).await?) });
    Ok(Json(done.await?.into()))
}
