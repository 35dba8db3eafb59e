//! Who and what is not there.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::api::extract::Named;
use crate::api::v1::schema::absence::Absence;
use crate::api::v1::schema::each;
use crate::api::v1::schema::problem::Problems;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// List absences that were told and are not over, earliest first. Those of the practice's file
/// are not among them.
#[utoipa::path(
    get,
    path = "/v1/practices/{practice}/absences",
    operation_id = "list_absences",
    tag = "absences",
    security(("bearer" = ["greffon:read-appointments"])),
    params(("practice" = String, Path, description = "Name of the practice")),
    responses((status = 200, description = "All of them", body = Vec<Absence>), Problems),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Named(practice): Named,
) -> Result<Json<Vec<Absence>>, ApiError> {
    let entry = principal.practice(&app, &practice, Permission::ReadAppointments)?;
    Ok(Json(each(app.reception.absences.open(&entry.practice).await?)))
}
