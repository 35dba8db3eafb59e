//! One alert.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::api::extract::Named;
use crate::api::v1::schema::alert::WholeAlert;
use crate::api::v1::schema::problem::Problems;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// Read an alert, with what it is about as it is now.
#[utoipa::path(
    get,
    path = "/v1/alerts/{id}",
    operation_id = "get_alert",
    tag = "alerts",
    security(("bearer" = ["greffon:read-alerts"])),
    params(("id" = String, Path, description = "The alert")),
    responses((status = 200, description = "The alert", body = WholeAlert), Problems),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Named(id): Named,
) -> Result<Json<WholeAlert>, ApiError> {
    let (entry, id) = principal.alert(&app, &id, Permission::ReadAlerts).await?;
    Ok(Json(app.reception.reads.alert(&entry.practice, id).await?.into()))
}
