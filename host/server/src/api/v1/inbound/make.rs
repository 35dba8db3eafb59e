//! Somebody makes an address at which an outside service tells of a feature.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::extract::{Named, Payload};
use crate::api::v1::schema::inbound::NewInboundAddress;
use crate::api::v1::schema::problem::{Problem, Problems};
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// Whose address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// The practice's name for the binding of an agenda.
    feature: String,
}

/// Make an inbound address for a feature. Its URL is shown in this answer only: give it to the
/// service, and keep it nowhere else.
#[utoipa::path(
    post,
    path = "/v1/practices/{practice}/inbound",
    operation_id = "make_inbound_address",
    tag = "inbound",
    security(("bearer" = ["greffon:manage-inbound"])),
    params(("practice" = String, Path, description = "Name of the practice")),
    request_body = Wanted,
    responses(
        (status = 201, description = "The address, with its URL", body = NewInboundAddress),
        (status = 409, description = "The feature has as many as it may, or greffon has no public address",
         body = Problem, content_type = "application/problem+json"),
        Problems,
    ),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Named(practice): Named,
    payload: Payload,
) -> Result<(StatusCode, Json<NewInboundAddress>), ApiError> {
    let entry = principal.practice(&app, &practice, Permission::ManageInbound)?;
    let Wanted { feature } = payload.parse()?;
    let reception = app.reception.clone();
    let made =
        app.complete(async move { Ok(reception.inbound.make(&entry.practice, &feature.into(), &entry.actor).await?) });
    Ok((StatusCode::CREATED, Json(made.await?.into())))
}
