//! Nobody is heard at an address any more.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use greffon_core::flow::Thing;

use crate::api::extract::NamedIn;
use crate::api::v1::schema::inbound::InboundAddress;
use crate::api::v1::schema::problem::Problems;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// Revoke an inbound address. Revoking again changes nothing.
#[utoipa::path(
    post,
    path = "/v1/practices/{practice}/inbound/{id}/revoke",
    operation_id = "revoke_inbound_address",
    tag = "inbound",
    security(("bearer" = ["greffon:manage-inbound"])),
    params(
        ("practice" = String, Path, description = "Name of the practice"),
        ("id" = String, Path, description = "The address's id"),
    ),
    responses((status = 200, description = "The address as it is now", body = InboundAddress), Problems),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    NamedIn(practice, id): NamedIn,
) -> Result<Json<InboundAddress>, ApiError> {
    let entry = principal.practice(&app, &practice, Permission::ManageInbound)?;
    let id = id.parse().map_err(|_| ApiError::NotFound(Thing::InboundAddress))?;
    let reception = app.reception.clone();
    let done = app.complete(async move { Ok(reception.inbound.revoke(&entry.practice, id, &entry.actor).await?) });
    Ok(Json(done.await?.into()))
}
