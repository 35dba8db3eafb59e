//! A slot is booked.

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
use crate::api::v1::schema::slot::{Slot, VisitMode};
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// A slot to book.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewBooking {
    /// Minted at the first click, the same for every repeat: 1 to 64 of `a-z`,
    /// `A-Z`, `0-9` and `-`.
    op_id: String,
    /// The slot, as it was offered.
    slot: Slot,
    /// What for; the contact's motive when absent.
    #[serde(default)]
    motive: Option<String>,
    /// How; the motive's first when absent.
    #[serde(default)]
    mode: Option<VisitMode>,
    /// For whom; from the contact's facts when absent.
    #[serde(default)]
    patient: Option<NewPerson>,
    /// A note for the practitioner.
    #[serde(default)]
    note: Option<String>,
    /// The patient has an appointment for the motive already, whoever books has seen it, and
    /// another one is wanted.
    #[serde(default)]
    again: bool,
}

impl NewBooking {
    fn into_flow(self) -> Result<flow::NewBooking, ApiError> {
        Ok(flow::NewBooking {
            op_id: self.op_id.into(),
            feature: self.slot.feature.into(),
            agenda: self.slot.agenda.into(),
            start: self.slot.start.0,
            motive: self.motive.map(Into::into),
            mode: self.mode.map(Into::into),
            patient: self.patient.map(Into::into),
            slot_handle: self.slot.handle,
            slot_version: self.slot.version,
            note: self.note,
            again: self.again,
        })
    }
}

/// Book a slot.
///
/// `op_id` is the idempotency key: a repeat answers with the same booking. On
/// 202 the outcome is being looked up: do not book again, read the contact.
#[utoipa::path(
    post,
    path = "/v1/contacts/{id}/bookings",
    operation_id = "book_appointment",
    tag = "contacts",
    security(("bearer" = ["greffon:book"])),
    params(("id" = String, Path, description = "The contact")),
    request_body = NewBooking,
    responses(
        (status = 201, description = "Confirmed by the agenda", body = BookingAnswer),
        (status = 202, description = "Not known yet whether the agenda took it; `notice` says what to tell", body = BookingAnswer),
        (status = 409, description = "Somebody else has the slot (`slot-taken`, with alternatives), the patient has an appointment for the motive already (`second-appointment`, with it), or not allowed now",
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
    let (entry, id) = principal.contact(&app, &id, Permission::Book).await?;
    let new = payload.parse::<NewBooking>()?.into_flow()?;
    let practice = app.reception.reads.practice(&entry.practice);
    let reception = app.reception.clone();
    let booked =
        app.complete(async move { Ok(reception.bookings.book(&entry.practice, id, new, &entry.actor).await?) });
    answer(booked.await?, StatusCode::CREATED, practice.as_deref().map(|one| &one.practice))
}
