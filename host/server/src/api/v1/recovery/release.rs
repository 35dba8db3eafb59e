//! Somebody says that a practice goes on although an agenda could not be compared.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::api::extract::Named;
use crate::api::v1::schema::problem::{Problem, Problems};
use crate::api::v1::schema::recovery::Recovery;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// Let a practice book and send again although one of its agendas could not be compared after
/// a restore. Look into that agenda before you give an appointment in it.
#[utoipa::path(
    post,
    path = "/v1/practices/{practice}/recovery/release",
    operation_id = "release_recovery",
    tag = "recovery",
    security(("bearer" = ["greffon:release-recovery"])),
    params(("practice" = String, Path, description = "Name of the practice")),
    responses(
        (status = 200, description = "As it is now", body = Recovery),
        (status = 409, description = "The database was never restored, or the practice goes on already", body = Problem,
         content_type = "application/problem+json"),
        Problems,
    ),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Named(practice): Named,
) -> Result<Json<Recovery>, ApiError> {
    let entry = principal.practice(&app, &practice, Permission::ReleaseRecovery)?;
    let reception = app.reception.clone();
    let done = app.complete(async move { Ok(reception.recoveries.release(&entry.practice, &entry.actor).await?) });
    Ok(Json(Some(done.await?).into()))
}
