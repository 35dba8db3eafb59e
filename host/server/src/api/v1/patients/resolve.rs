//! A person says which records are one patient, and which are not.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use greffon_core::flow::NewJoin;
use greffon_core::ids::PatientId;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::named::named;
use crate::api::extract::Payload;
use crate::api::v1::schema::patient::Patient;
use crate::api::v1::schema::problem::{Problem, Problems};
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// What is said of two records: an object of one key.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Resolving {
    /// This record is that patient's: it is joined to it.
    SameAs(Uuid),
    /// They are two people.
    DistinctFrom(Uuid),
    /// It was joined to that one by mistake.
    ApartFrom(Uuid),
}

/// Join a record to another one, tell them apart, or take a joining back. Nothing that
/// names a record is rewritten, so nothing is lost by either.
#[utoipa::path(
    post,
    path = "/v1/practices/{practice}/patients/{id}/resolve",
    operation_id = "resolve_patient",
    tag = "patients",
    security(("bearer" = ["greffon:join-patients"])),
    params(
        ("practice" = String, Path, description = "Name of the practice"),
        ("id" = String, Path, description = "The record"),
    ),
    request_body = Resolving,
    responses(
        (status = 200, description = "The record as it is now", body = Patient),
        (status = 409, description = "What was said before forbids it", body = Problem, content_type = "application/problem+json"),
        Problems,
    ),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path((practice, id)): Path<(String, String)>,
    payload: Payload,
) -> Result<Json<Patient>, ApiError> {
    let entry = principal.practice(&app, &practice, Permission::JoinPatients)?;
    let id = named(&id)?;
    let join = match payload.parse()? {
        Resolving::SameAs(other) => NewJoin::Same(PatientId(other)),
        Resolving::DistinctFrom(other) => NewJoin::Distinct(PatientId(other)),
        Resolving::ApartFrom(other) => NewJoin::Apart(PatientId(other)),
    };
    let reception = app.reception.clone();
    let work = async move { Ok(reception.patients.resolve(&entry.practice, id, join, &entry.actor).await?) };
    Ok(Json(app.complete(work).await?.into()))
}
