//! Look for patients. A body, not a query: addresses of requests are written into logs.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use greffon_core::flow::PatientSearch;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::extract::{Named, Payload};
use crate::api::v1::schema::each;
use crate::api::v1::schema::patient::Patient;
use crate::api::v1::schema::problem::Problems;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// Whom to look for: a whole birth date or a number is needed, the rest narrows.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Search {
    /// A whole birth date, `1984-02-29`.
    #[serde(default)]
    birth_date: Option<String>,
    /// The first letters of a family or given name.
    #[serde(default)]
    letters: Option<String>,
    /// A telephone number.
    #[serde(default)]
    phone: Option<String>,
}

/// Those who were found.
#[derive(Serialize, ToSchema)]
pub(super) struct Found {
    /// At most 50, by family name.
    items: Vec<Patient>,
}

/// Look for patients. The journal says who looked, by what, and how many were found.
#[utoipa::path(
    post,
    path = "/v1/practices/{practice}/patients/search",
    operation_id = "search_patients",
    tag = "patients",
    security(("bearer" = ["greffon:read-patients"])),
    params(("practice" = String, Path, description = "Name of the practice")),
    request_body = Search,
    responses((status = 200, description = "Those who were found", body = Found), Problems),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Named(practice): Named,
    payload: Payload,
) -> Result<Json<Found>, ApiError> {
    let entry = principal.practice(&app, &practice, Permission::ReadPatients)?;
    let Search { birth_date, letters, phone } = payload.parse()?;
    let wanted = PatientSearch { birth_date, letters, phone };
    let reception = app.reception.clone();
    let work = async move { Ok(reception.patients.search(&entry.practice, wanted, &entry.actor).await?) };
    Ok(Json(Found { items: each(app.complete(work).await?) }))
}
