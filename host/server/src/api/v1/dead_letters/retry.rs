//! Somebody puts a job that was given up in the queue again.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::api::extract::Named;
use crate::api::v1::schema::dead_letter::DeadLetter;
use crate::api::v1::schema::problem::{Problem, Problems};
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// Put the job of a dead letter in the queue again.
#[utoipa::path(
    post,
    path = "/v1/dead-letters/{id}/retry",
    operation_id = "retry_dead_letter",
    tag = "dead-letters",
    security(("bearer" = ["greffon:act-on-dead-letters"])),
    params(("id" = String, Path, description = "The dead letter")),
    responses(
        (status = 200, description = "The dead letter as it is now", body = DeadLetter),
        (status = 409, description = "Somebody ended it already, or its message has left or may have left",
         body = Problem, content_type = "application/problem+json"),
        Problems,
    ),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Named(id): Named,
) -> Result<Json<DeadLetter>, ApiError> {
    let (entry, id) = principal.dead_letter(&app, &id, Permission::ActOnDeadLetters).await?;
    let reception = app.reception.clone();
    let done = app.complete(async move { Ok(reception.dead_letters.retry(&entry.practice, id, &entry.actor).await?) });
    Ok(Json(done.await?.into()))
}
