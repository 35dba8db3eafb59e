//! What somebody wrote into an agenda by hand is taken over.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use greffon_core::flow;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::extract::{Named, Payload};
use crate::api::v1::schema::booking::{BookingAnswer, answer};
use crate::api::v1::schema::person::NewPerson;
use crate::api::v1::schema::problem::{Problem, Problems};
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// An entry of the practice's own, and what it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTakeOver {
    /// Minted at the first click, the same for every repeat.
    op_id: String,
    /// Which feature of the practice serves the agenda.
    feature: String,
    /// The agenda's name there.
    agenda: String,
    /// `foreign.entry` of the listed entry.
    entry: String,
    /// `foreign.version` of the listed entry, as whoever decides has seen it.
    version: String,
    /// What for.
    motive: String,
    /// For whom; from the contact's facts when absent.
    #[serde(default)]
    patient: Option<NewPerson>,
}

/// Take over what somebody wrote into an agenda by hand.
///
/// It becomes an appointment of this contact that can be moved and cancelled. Nothing
/// is written into the agenda. Not for secretaries: the agenda does not say whose entry it is, so
/// that no caller can be held against it.
#[utoipa::path(
    post,
    path = "/v1/contacts/{id}/take-over",
    operation_id = "take_over_entry",
    tag = "contacts",
    security(("bearer" = ["greffon:change-appointments"])),
    params(("id" = String, Path, description = "The contact")),
    request_body = NewTakeOver,
    responses(
        (status = 201, description = "It is an appointment now", body = BookingAnswer),
        (status = 409, description = "It has changed since it was seen (`appointment-changed`), is one already (`already-known`), cannot be one (`entry-unfit`, `takes-nothing-over`), or is the practice's to take over (`practice-decides`)",
            body = Problem, content_type = "application/problem+json"),
        Problems,
    ),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Named(id): Named,
    payload: Payload,
) -> Result<Response, ApiError> {
    let (entry, id) = principal.contact(&app, &id, Permission::ChangeAppointments).await?;
    let new: NewTakeOver = payload.parse()?;
    let new = flow::NewTakeOver {
        op_id: new.op_id.into(),
        feature: new.feature.into(),
        agenda: new.agenda.into(),
        entry: new.entry.into(),
        version: new.version,
        motive: new.motive.into(),
        patient: new.patient.map(Into::into),
    };
    let reception = app.reception.clone();
    let taken = app
        .complete(async move { Ok(reception.appointments.take_over(&entry.practice, id, new, &entry.actor).await?) });
    answer(taken.await?, StatusCode::CREATED, None)
}
