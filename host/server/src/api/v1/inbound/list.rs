//! The addresses at which outside services tell of a practice's features.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::api::extract::Named;
use crate::api::v1::schema::each;
use crate::api::v1::schema::inbound::InboundAddress;
use crate::api::v1::schema::problem::Problems;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// List the inbound addresses of a practice, oldest first, revoked ones too. Their URLs are not
/// among it: each was shown once.
#[utoipa::path(
    get,
    path = "/v1/practices/{practice}/inbound",
    operation_id = "list_inbound_addresses",
    tag = "inbound",
    security(("bearer" = ["greffon:manage-inbound"])),
    params(("practice" = String, Path, description = "Name of the practice")),
    responses((status = 200, description = "All of them", body = Vec<InboundAddress>), Problems),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Named(practice): Named,
) -> Result<Json<Vec<InboundAddress>>, ApiError> {
    let entry = principal.practice(&app, &practice, Permission::ManageInbound)?;
    Ok(Json(each(app.reception.inbound.addresses(&entry.practice).await?)))
}
