//! They are there again.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use greffon_core::flow::Thing;
use greffon_core::ids::AbsenceId;

use crate::api::v1::schema::absence::Absence;
use crate::api::v1::schema::problem::Problems;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// End an absence: what is free of the rest of its time is offered again. What was work stays
/// work until a person ends it.
#[utoipa::path(
    delete,
    path = "/v1/practices/{practice}/absences/{id}",
    operation_id = "end_absence",
    tag = "absences",
    security(("bearer" = ["greffon:change-appointments"])),
    params(
        ("practice" = String, Path, description = "Name of the practice"),
        ("id" = String, Path, description = "The absence"),
    ),
    responses((status = 200, description = "As it is now", body = Absence), Problems),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path((practice, id)): Path<(String, String)>,
) -> Result<Json<Absence>, ApiError> {
    let entry = principal.practice(&app, &practice, Permission::ChangeAppointments)?;
    let id: AbsenceId = id.parse().map_err(|_| ApiError::NotFound(Thing::Absence))?;
    let reception = app.reception.clone();
    let ended = app.complete(async move { Ok(reception.absences.end(&entry.practice, id, &entry.actor).await?) });
    Ok(Json(ended.await?.into()))
}
