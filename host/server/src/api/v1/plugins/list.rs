//! The plugins of a practice.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::api::extract::Named;
use crate::api::v1::schema::page::Page;
use crate::api::v1::schema::plugin::Plugin;
use crate::api::v1::schema::problem::Problems;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;
use greffon_core::flow::Thing;

/// List the features of a practice with their plugins, whether they can be used
/// now, and what their agendas last told of themselves. Always one page. Asks no
/// plugin.
#[utoipa::path(
    get,
    path = "/v1/practices/{practice}/plugins",
    operation_id = "list_plugins",
    tag = "plugins",
    security(("bearer" = ["greffon:read-plugins"])),
    params(("practice" = String, Path, description = "Name of the practice")),
    responses((status = 200, description = "All of them", body = Page<Plugin>), Problems),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Named(practice): Named,
) -> Result<Json<Page<Plugin>>, ApiError> {
    let entry = principal.practice(&app, &practice, Permission::ReadPlugins)?;
    let practice = app.reception.reads.practice(&entry.practice).ok_or(ApiError::NotFound(Thing::Practice))?;
    let known = app.reception.reads.known_agendas(&entry.practice).await?;
    let items = practice.features.iter().map(|feature| Plugin::of(feature, &known)).collect();
    Ok(Json(Page { items, next: None }))
}
