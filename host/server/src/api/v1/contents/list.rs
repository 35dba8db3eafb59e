//! The grids and scripts of a practice.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::api::extract::Named;
use crate::api::v1::schema::content::Content;
use crate::api::v1::schema::page::Page;
use crate::api::v1::schema::problem::Problems;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// List the grids and scripts of a practice as its files have them now, in which nothing is
/// wrong, and whether a practitioner approved them. Always one page.
#[utoipa::path(
    get,
    path = "/v1/practices/{practice}/contents",
    operation_id = "list_contents",
    tag = "contents",
    security(("bearer" = ["greffon:read-plugins"])),
    params(("practice" = String, Path, description = "Name of the practice")),
    responses((status = 200, description = "All of them", body = Page<Content>), Problems),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Named(practice): Named,
) -> Result<Json<Page<Content>>, ApiError> {
    let entry = principal.practice(&app, &practice, Permission::ReadPlugins)?;
    let contents = app.reception.approvals.contents(&entry.practice)?;
    Ok(Json(Page { items: contents.into_iter().map(Into::into).collect(), next: None }))
}
