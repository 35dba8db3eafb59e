//! One patient.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};

use super::named::named;
use crate::api::v1::schema::patient::WholePatient;
use crate::api::v1::schema::problem::Problems;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// Read a patient, with what they asked before. The journal says who read it.
#[utoipa::path(
    get,
    path = "/v1/practices/{practice}/patients/{id}",
    operation_id = "get_patient",
    tag = "patients",
    security(("bearer" = ["greffon:read-patients"])),
    params(
        ("practice" = String, Path, description = "Name of the practice"),
        ("id" = String, Path, description = "The patient"),
    ),
    responses((status = 200, description = "The patient", body = WholePatient), Problems),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path((practice, id)): Path<(String, String)>,
) -> Result<Json<WholePatient>, ApiError> {
    let entry = principal.practice(&app, &practice, Permission::ReadPatients)?;
    let id = named(&id)?;
    let reception = app.reception.clone();
    let work = async move { Ok(reception.patients.get(&entry.practice, id, &entry.actor).await?) };
    Ok(Json(app.complete(work).await?.into()))
}
