//! A person corrects a patient.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use greffon_core::flow::NewPatient;
use greffon_core::model::patient::Change;
use serde::Deserialize;
use utoipa::ToSchema;

use super::named::named;
use crate::api::extract::Payload;
use crate::api::v1::schema::each;
use crate::api::v1::schema::patient::{Patient, Preferences, Relation, Traits};
use crate::api::v1::schema::person::IdentityTrust;
use crate::api::v1::schema::problem::{Problem, Problems};
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// The patient as it shall be, whole.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Changing {
    /// The version that was read.
    version: i64,
    /// Who.
    traits: Traits,
    /// Numbers, at most 10.
    #[serde(default)]
    phones: Vec<String>,
    /// E-mail address.
    #[serde(default)]
    email: Option<String>,
    /// Those around them, at most 20.
    #[serde(default)]
    relations: Vec<Relation>,
    /// What they want and allow.
    #[serde(default)]
    preferences: Preferences,
    /// Whether they have died.
    #[serde(default)]
    deceased: bool,
    /// How far the identity is trusted from now on: practitioners and administrators of the
    /// practice raise it, with all five traits. As before when absent; provisional when a
    /// strict trait is another one.
    #[serde(default)]
    trust: Option<IdentityTrust>,
    /// Why: which document was seen, who said so.
    reason: String,
}

/// Correct a patient.
#[utoipa::path(
    put,
    path = "/v1/practices/{practice}/patients/{id}",
    operation_id = "change_patient",
    tag = "patients",
    security(("bearer" = ["greffon:change-patients"])),
    params(
        ("practice" = String, Path, description = "Name of the practice"),
        ("id" = String, Path, description = "The patient"),
    ),
    request_body = Changing,
    responses(
        (status = 200, description = "The patient as it is now", body = Patient),
        (status = 409, description = "Changed since it was read, or joined to another record", body = Problem, content_type = "application/problem+json"),
        Problems,
    ),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path((practice, id)): Path<(String, String)>,
    payload: Payload,
) -> Result<Json<Patient>, ApiError> {
    let entry = principal.practice(&app, &practice, Permission::ChangePatients)?;
    let id = named(&id)?;
    let Changing { version, traits, phones, email, relations, preferences, deceased, trust, reason } =
        payload.parse()?;
    let change = Change {
        traits: traits.into(),
        phones,
        email,
        relations: each(relations),
        preferences: preferences.into(),
        deceased,
        trust: trust.map(Into::into),
        reason,
    };
    let new = NewPatient { version, change };
    let reception = app.reception.clone();
    let work = async move { Ok(reception.patients.change(&entry.practice, id, new, &entry.actor).await?) };
    Ok(Json(app.complete(work).await?.into()))
}
