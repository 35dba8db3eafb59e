//! What waits for a person to look into the agenda.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use crate::api::extract::{Named, Params};
use crate::api::v1::schema::booking::BookingToVerify;
use crate::api::v1::schema::page::{Page, wanted};
use crate::api::v1::schema::problem::Problems;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// At most so many, 1 to 200; 50 when absent.
    #[serde(default)]
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
    /// The `next` of an earlier page.
    #[serde(default)]
    cursor: Option<String>,
}

/// List bookings, moves and cancellations of which only a person can tell what became of them,
/// newest first.
#[utoipa::path(
    get,
    path = "/v1/practices/{practice}/bookings/to-verify",
    operation_id = "list_bookings_to_verify",
    tag = "bookings",
    security(("bearer" = ["greffon:read-appointments"])),
    params(("practice" = String, Path, description = "Name of the practice"), Asked),
    responses((status = 200, description = "One page", body = Page<BookingToVerify>), Problems),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Named(practice): Named,
    Params(asked): Params<Asked>,
) -> Result<Json<Page<BookingToVerify>>, ApiError> {
    let entry = principal.practice(&app, &practice, Permission::ReadAppointments)?;
    let page = wanted(asked.limit.as_deref(), asked.cursor)?;
    let listed = app.reception.bookings.to_verify(&entry.practice, &page).await?;
    Ok(Json(Page::of(listed)))
}
