//! An appointment is marked arrived, fulfilled or no-show.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use greffon_core::flow;
use serde::Deserialize;
use utoipa::ToSchema;

use super::holder::Holder;
use crate::api::extract::{Named, Params, Payload};
use crate::api::v1::schema::appointment::{Appointment, AppointmentStatus};
use crate::api::v1::schema::problem::{Problem, Problems};
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// Another status.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewStatus {
    /// Minted at the first click, the same for every repeat.
    op_id: String,
    /// `arrived`, `fulfilled` or `noshow`.
    status: AppointmentStatus,
}

/// Mark an appointment.
#[utoipa::path(
    post,
    path = "/v1/appointments/{id}/status",
    operation_id = "set_appointment_status",
    tag = "appointments",
    security(("bearer" = ["greffon:change-appointments"])),
    params(("id" = String, Path, description = "The appointment, as its agenda names it"), Holder),
    request_body = NewStatus,
    responses(
        (status = 200, description = "The appointment as it is now", body = Appointment),
        (status = 409, description = "Not from its present status", body = Problem, content_type = "application/problem+json"),
        Problems,
    ),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Named(id): Named,
    Params(holder): Params<Holder>,
    payload: Payload,
) -> Result<Json<Appointment>, ApiError> {
    let named = holder.practice.as_deref();
    let (entry, id) = principal.appointment(&app, &id, named, Permission::ChangeAppointments).await?;
    let new: NewStatus = payload.parse()?;
    let new = flow::NewStatus { op_id: new.op_id.into(), status: new.status.into() };
    let reception = app.reception.clone();
    let marked = app
        .complete(async move { Ok(reception.appointments.set_status(&entry.practice, &id, new, &entry.actor).await?) });
    Ok(Json(marked.await?.into()))
}
