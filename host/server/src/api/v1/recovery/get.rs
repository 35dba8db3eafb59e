//! How far a practice's check after a restore is.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::api::extract::Named;
use crate::api::v1::schema::problem::Problems;
use crate::api::v1::schema::recovery::Recovery;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// Read how far the practice's check after the last restore of the database is.
#[utoipa::path(
    get,
    path = "/v1/practices/{practice}/recovery",
    operation_id = "get_recovery",
    tag = "recovery",
    security(("bearer" = ["greffon:read-recovery"])),
    params(("practice" = String, Path, description = "Name of the practice")),
    responses((status = 200, description = "As it is now", body = Recovery), Problems),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Named(practice): Named,
) -> Result<Json<Recovery>, ApiError> {
    let entry = principal.practice(&app, &practice, Permission::ReadRecovery)?;
    Ok(Json(app.reception.recoveries.of(&entry.practice).await?.into()))
}
