//! Records that may be of one patient.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use crate::api::extract::{Named, Params};
use crate::api::v1::schema::page::{Page, wanted};
use crate::api::v1::schema::patient::Patient;
use crate::api::v1::schema::problem::Problems;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// At most so many, 1 to 200; 50 when absent.
    #[serde(default)]
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
    /// The `next` of an earlier page.
    #[serde(default)]
    cursor: Option<String>,
}

/// List the records of which a person should say whether they are another one's, oldest first.
#[utoipa::path(
    get,
    path = "/v1/practices/{practice}/patients/doubtful",
    operation_id = "list_doubtful_patients",
    tag = "patients",
    security(("bearer" = ["greffon:read-patients"])),
    params(("practice" = String, Path, description = "Name of the practice"), Filter),
    responses((status = 200, description = "One page", body = Page<Patient>), Problems),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Named(practice): Named,
    Params(filter): Params<Filter>,
) -> Result<Json<Page<Patient>>, ApiError> {
    let entry = principal.practice(&app, &practice, Permission::ReadPatients)?;
    let page = wanted(filter.limit.as_deref(), filter.cursor)?;
    Ok(Json(Page::of(app.reception.patients.doubtful(&entry.practice, &page).await?)))
}
