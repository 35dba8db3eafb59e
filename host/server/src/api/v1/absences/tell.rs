//! Somebody or something is not there.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use greffon_core::flow;
use greffon_core::ids::AbsenceId;
use greffon_core::model::absence::Missing;
use greffon_words::fields;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::extract::{Named, Payload};
use crate::api::v1::schema::absence::ToldAbsence;
use crate::api::v1::schema::problem::Problems;
use crate::api::v1::schema::time::Timestamp;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// An absence to be told: of a practitioner, or of a resource.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAbsence {
    /// Minted at the first click: a repeat is the same absence.
    id: Uuid,
    /// A practitioner, at all of their sites.
    #[serde(default)]
    practitioner: Option<String>,
    /// A room or a device.
    #[serde(default)]
    resource: Option<String>,
    /// From when on; from now on when absent.
    #[serde(default)]
    from: Option<Timestamp>,
    /// Until when; until somebody ends it when absent.
    #[serde(default)]
    until: Option<Timestamp>,
    /// Why, for the desk, without personal data.
    #[serde(default)]
    note: Option<String>,
}

impl NewAbsence {
    fn into_flow(self) -> Result<flow::NewAbsence, ApiError> {
        let missing = match (self.practitioner, self.resource) {
            (Some(practitioner), None) => Missing::Practitioner(practitioner.into()),
            (None, Some(resource)) => Missing::Resource(resource.into()),
            (None, None) | (Some(_), Some(_)) => {
                return Err(ApiError::invalid("practitioner", fields::practitioner_or_resource()));
            }
        };
        Ok(flow::NewAbsence {
            id: AbsenceId(self.id),
            missing,
            from: self.from.map(|at| at.0),
            until: self.until.map(|at| at.0),
            note: self.note,
        })
    }
}

/// Tell that a practitioner, a room or a device is not there.
///
/// From then on nothing is offered or booked into that time. Nothing is moved or cancelled by
/// itself: what stands in it is listed, and is work of the reception.
#[utoipa::path(
    post,
    path = "/v1/practices/{practice}/absences",
    operation_id = "tell_absence",
    tag = "absences",
    security(("bearer" = ["greffon:change-appointments"])),
    params(("practice" = String, Path, description = "Name of the practice")),
    request_body = NewAbsence,
    responses(
        (status = 201, description = "Kept, with the appointments that stand in it", body = ToldAbsence),
        Problems,
    ),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Named(practice): Named,
    payload: Payload,
) -> Result<(StatusCode, Json<ToldAbsence>), ApiError> {
    let entry = principal.practice(&app, &practice, Permission::ChangeAppointments)?;
    let new = payload.parse::<NewAbsence>()?.into_flow()?;
    let reception = app.reception.clone();
    let told = app.complete(async move { Ok(reception.absences.tell(&entry.practice, new, &entry.actor).await?) });
    Ok((StatusCode::CREATED, Json(told.await?.into())))
}
