//! The agendas of a practice, with what takes time in them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use greffon_words::fields;
use serde::Deserialize;

use crate::api::extract::{Named, Params};
use crate::api::v1::schema::agenda::Agenda;
use crate::api::v1::schema::each;
use crate::api::v1::schema::problem::Problems;
use crate::api::v1::schema::time::window_of;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// Longest window: five weeks, as a month on a wall shows them.
const MAX_DAYS: u32 = 35;

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// First instant, RFC 3339.
    #[serde(default)]
    #[param(value_type = String, format = DateTime)]
    from: Option<String>,
    /// First instant after, RFC 3339; at most 35 days later.
    #[serde(default)]
    #[param(value_type = String, format = DateTime)]
    to: Option<String>,
    /// Whose; everybody's when absent.
    #[serde(default)]
    practitioner: Option<String>,
}

/// List what takes time in the agendas during `[from, to)`, whoever wrote it: appointments made
/// through greffon, and what practitioners and others put there by hand, of which only the time
/// is known. As it was when the agendas were last followed, which is every minute where they can
/// be read (`as_of` says when), with what was booked here since. To book, search slots.
#[utoipa::path(
    get,
    path = "/v1/practices/{practice}/agendas",
    operation_id = "list_agendas",
    tag = "appointments",
    security(("bearer" = ["greffon:read-appointments"])),
    params(("practice" = String, Path, description = "Name of the practice"), Asked),
    responses((status = 200, description = "All of them", body = Vec<Agenda>), Problems),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Named(practice): Named,
    Params(asked): Params<Asked>,
) -> Result<Json<Vec<Agenda>>, ApiError> {
    let entry = principal.practice(&app, &practice, Permission::ReadAppointments)?;
    let window = window_of(asked.from.as_deref(), asked.to.as_deref())?
        .ok_or_else(|| ApiError::invalid("from", fields::from_and_to_needed()))?;
    if window.end > window.start.plus_minutes(i64::from(MAX_DAYS) * 24 * 60) {
        return Err(ApiError::invalid("to", fields::window_of_days(MAX_DAYS)));
    }
    let practitioner = asked.practitioner.map(Into::into);
    Ok(Json(each(app.reception.reads.agendas(&entry.practice, window, practitioner.as_ref()).await?)))
}
