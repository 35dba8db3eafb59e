//! An appointment is called off.

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
use crate::api::v1::schema::appointment::ByWhom;
use crate::api::v1::schema::booking::{BookingAnswer, answer};
use crate::api::v1::schema::problem::{Problem, Problems};
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// The end of an appointment.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCancellation {
    /// Minted at the first click, the same for every repeat.
    op_id: String,
    /// In which contact.
    #[serde(default)]
    contact: Option<Uuid>,
    /// Who wants it.
    by: ByWhom,
    /// Why: a code such as `patient-request` or `practitioner-away`.
    reason: String,
}

/// Cancel an appointment.
#[utoipa::path(
    post,
    path = "/v1/appointments/{id}/cancel",
    operation_id = "cancel_appointment",
    tag = "appointments",
    security(("bearer" = ["greffon:change-appointments"])),
    params(("id" = String, Path, description = "The appointment, as its agenda names it"), Holder),
    request_body = NewCancellation,
    responses(
        (status = 200, description = "Confirmed by the agenda", body = BookingAnswer),
        (status = 202, description = "Not known yet whether the agenda did it; `notice` says what to tell", body = BookingAnswer),
        (status = 409, description = "Not allowed now", body = Problem, content_type = "application/problem+json"),
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
    let new: NewCancellation = payload.parse()?;
    let new = flow::NewCancellation {
        op_id: new.op_id.into(),
        contact: contact_of(&app, &principal, &entry, new.contact).await?,
        by: new.by.into(),
        reason: new.reason,
    };
    let reception = app.reception.clone();
    let cancelled =
        app.complete(async move { Ok(reception.appointments.cancel(&entry.practice, &id, new, &entry.actor).await?) });
    answer(cancelled.await?, StatusCode::OK, None)
}
