//! The appointments of a practice.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use greffon_words::fields;

use crate::api::extract::{Named, Params};
use crate::api::v1::schema::appointment::Appointment;
use crate::api::v1::schema::page::{Page, wanted};
use crate::api::v1::schema::problem::Problems;
use crate::api::v1::schema::time::window_of;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Window {
    /// First instant, RFC 3339.
    #[serde(default)]
    #[param(value_type = String, format = DateTime)]
    from: Option<String>,
    /// First instant after, RFC 3339.
    #[serde(default)]
    #[param(value_type = String, format = DateTime)]
    to: Option<String>,
    /// At most so many, 1 to 200; 50 when absent.
    #[serde(default)]
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
    /// The `next` of an earlier page.
    #[serde(default)]
    cursor: Option<String>,
}

/// List appointments that overlap `[from, to)`, earliest first.
#[utoipa::path(
    get,
    path = "/v1/practices/{practice}/appointments",
    operation_id = "list_appointments",
    tag = "appointments",
    security(("bearer" = ["greffon:read-appointments"])),
    params(("practice" = String, Path, description = "Name of the practice"), Window),
    responses((status = 200, description = "One page", body = Page<Appointment>), Problems),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Named(practice): Named,
    Params(asked): Params<Window>,
) -> Result<Json<Page<Appointment>>, ApiError> {
    let entry = principal.practice(&app, &practice, Permission::ReadAppointments)?;
    let window = window_of(asked.from.as_deref(), asked.to.as_deref())?
        .ok_or_else(|| ApiError::invalid("from", fields::from_and_to_needed()))?;
    let page = wanted(asked.limit.as_deref(), asked.cursor)?;
    let listed = app.reception.reads.appointments(&entry.practice, window, &page).await?;
    Ok(Json(Page::of(listed)))
}
