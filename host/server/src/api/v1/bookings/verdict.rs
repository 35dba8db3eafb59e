//! A person says what became of a booking.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use greffon_core::flow::{self, Thing};
use greffon_core::ids::IntentId;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::extract::Payload;
use crate::api::v1::schema::booking::Booking;
use crate::api::v1::schema::problem::{Problem, Problems};
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// What was found in the agenda.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum BookingVerdict {
    /// It holds what was asked for; greffon looks, and tells those concerned.
    Done,
    /// It was not done, and nobody wants it any more: the time is free again.
    NotDone,
    /// It is there and must not be: greffon takes it out.
    TakeOut,
    /// Somebody has settled it in the agenda in another way.
    ByHand,
}

/// The word of whoever looked into the agenda.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewVerdict {
    /// What was found.
    found: BookingVerdict,
    /// What was seen or done, in a few words.
    note: String,
}

/// Say what became of a booking, a move or a cancellation that waits for a person.
#[utoipa::path(
    post,
    path = "/v1/practices/{practice}/bookings/{id}/verdict",
    operation_id = "settle_booking_by_hand",
    tag = "bookings",
    security(("bearer" = ["greffon:change-appointments"])),
    params(
        ("practice" = String, Path, description = "Name of the practice"),
        ("id" = String, Path, description = "The intent of the booking"),
    ),
    request_body = NewVerdict,
    responses(
        (status = 200, description = "The booking as it is now", body = Booking),
        (status = 409, description = "It waits for nobody, or the agenda does not show what was said to be there",
         body = Problem, content_type = "application/problem+json"),
        Problems,
    ),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path((practice, id)): Path<(String, String)>,
    payload: Payload,
) -> Result<Json<Booking>, ApiError> {
    let entry = principal.practice(&app, &practice, Permission::ChangeAppointments)?;
    let id = named_intent(&id)?;
    let new: NewVerdict = payload.parse()?;
    let found = match new.found {
        BookingVerdict::Done => flow::FoundByHand::Done,
        BookingVerdict::NotDone => flow::FoundByHand::NotDone,
        BookingVerdict::TakeOut => flow::FoundByHand::TakeOut,
        BookingVerdict::ByHand => flow::FoundByHand::ByHand,
    };
    let new = flow::NewVerdict { found, note: new.note };
    let reception = app.reception.clone();
    let done = app
        .complete(async move { Ok(reception.bookings.settle_by_hand(&entry.practice, id, new, &entry.actor).await?) });
    Ok(Json(done.await?.booking.into()))
}

/// The intent of this name; one that is no name is not found.
pub(super) fn named_intent(text: &str) -> Result<IntentId, ApiError> {
    let id: Uuid = text.parse().map_err(|_| ApiError::NotFound(Thing::Intent))?;
    Ok(IntentId(id))
}
