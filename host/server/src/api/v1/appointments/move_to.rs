//! An appointment is given another time.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use greffon_core::flow;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::holder::{Holder, contact_of};
use crate::api::extract::{Named, Params, Payload};
use crate::api::v1::schema::booking::{BookingAnswer, answer};
use crate::api::v1::schema::problem::{Problem, Problems};
use crate::api::v1::schema::time::Timestamp;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// Another time.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewMove {
    /// Minted at the first click, the same for every repeat.
    op_id: String,
    /// In which contact.
    #[serde(default)]
    contact: Option<Uuid>,
    /// First instant of the new time.
    start: Timestamp,
    /// Another agenda of the same feature.
    #[serde(default)]
    agenda: Option<String>,
    /// `handle` of the offered slot.
    #[serde(default)]
    slot_handle: Option<String>,
    /// `version` of the offered slot.
    #[serde(default)]
    slot_version: Option<String>,
}

/// Move an appointment.
///
/// The old time is released only when the new one is confirmed.
#[utoipa::path(
    post,
    path = "/v1/appointments/{id}/move",
    operation_id = "move_appointment",
    tag = "appointments",
    security(("bearer" = ["greffon:change-appointments"])),
    params(("id" = String, Path, description = "The appointment, as its agenda names it"), Holder),
    request_body = NewMove,
    responses(
        (status = 200, description = "Confirmed by the agenda", body = BookingAnswer),
        (status = 202, description = "Not known yet whether the agenda did it; `notice` says what to tell", body = BookingAnswer),
        (status = 409, description = "Somebody else has the new time, or not allowed now", body = Problem,
            content_type = "application/problem+json"),
        Problems,
    ),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Named(id): Named,
    Params(holder): Params<Holder>,
    payload: Payload,
) -> Result<Response, ApiError> {
    let named = holder.practice.as_deref();
    let (entry, id) = principal.appointment(&app, &id, named, Permission::ChangeAppointments).await?;
    let new: NewMove = payload.parse()?;
    let new = flow::NewMove {
        op_id: new.op_id.into(),
        contact: contact_of(&app, &principal, &entry, new.contact).await?,
        start: new.start.0,
        agenda: new.agenda.map(Into::into),
        slot_handle: new.slot_handle,
        slot_version: new.slot_version,
    };
    let practice = app.reception.reads.practice(&entry.practice);
    let reception = app.reception.clone();
    let moved =
        app.complete(async move { Ok(reception.appointments.move_to(&entry.practice, &id, new, &entry.actor).await?) });
    answer(moved.await?, StatusCode::OK, practice.as_deref().map(|one| &one.practice))
}
