//! A person says which patient a contact is about.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use greffon_core::flow::NewPatientChoice;
use greffon_core::ids::PatientId;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::extract::{Named, Payload};
use crate::api::v1::once::{Key, once};
use crate::api::v1::schema::problem::Problems;
use crate::api::v1::schema::view::ContactView;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// Whom it is about.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Choosing {
    /// The patient; null for none of those that were shown.
    patient: Option<Uuid>,
}

/// Say which patient a contact is about. It stands until another name or birth date is told.
#[utoipa::path(
    post,
    path = "/v1/contacts/{id}/patient",
    operation_id = "choose_patient",
    tag = "contacts",
    security(("bearer" = ["greffon:write-contacts"])),
    params(
        ("id" = String, Path, description = "The contact"),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 128 printable characters"),
    ),
    request_body = Choosing,
    responses((status = 200, description = "What comes next", body = ContactView), Problems),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Named(id): Named,
    key: Key,
    payload: Payload,
) -> Result<Response, ApiError> {
    let (entry, id) = principal.contact(&app, &id, Permission::WriteContacts).await?;
    let chosen: Choosing = payload.parse()?;
    let choice =
        chosen.patient.map_or(NewPatientChoice::Somebody, |patient| NewPatientChoice::Known(PatientId(patient)));
    let shown = once(&app, entry, key, &format!("choose-patient {id}"), &payload, async move |reception, entry| {
        reception.contacts.choose_patient(&entry.practice, id, choice, &entry.actor).await
    })
    .await?;
    Ok(shown.answer(StatusCode::OK))
}
