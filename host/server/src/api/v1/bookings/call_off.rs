//! A booking that nobody knows the outcome of, or that waits, is wanted no more.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};

use super::verdict::named_intent;
use crate::api::v1::schema::booking::Booking;
use crate::api::v1::schema::problem::{Problem, Problems};
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// Call off a booking that is not confirmed. One whose outcome nobody knows is looked for, and
/// taken out of the agenda if it is there.
#[utoipa::path(
    post,
    path = "/v1/practices/{practice}/bookings/{id}/call-off",
    operation_id = "call_off_booking",
    tag = "bookings",
    security(("bearer" = ["greffon:book"])),
    params(
        ("practice" = String, Path, description = "Name of the practice"),
        ("id" = String, Path, description = "The intent of the booking"),
    ),
    responses(
        (status = 200, description = "The booking as it is now", body = Booking),
        (status = 409, description = "It is confirmed, or no booking", body = Problem,
         content_type = "application/problem+json"),
        Problems,
    ),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path((practice, id)): Path<(String, String)>,
) -> Result<Json<Booking>, ApiError> {
    let entry = principal.practice(&app, &practice, Permission::Book)?;
    let id = named_intent(&id)?;
    let reception = app.reception.clone();
    let done = app.complete(async move { Ok(reception.bookings.call_off(&entry.practice, id, &entry.actor).await?) });
    Ok(Json(done.await?.booking.into()))
}
