//! The alerts of a practice.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use crate::api::extract::{Named, Params};
use crate::api::v1::schema::alert::{AlertState, WholeAlert};
use crate::api::v1::schema::page::{Page, wanted};
use crate::api::v1::schema::problem::Problems;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// Only those in this state.
    #[serde(default)]
    state: Option<AlertState>,
    /// At most so many, 1 to 200; 50 when absent.
    #[serde(default)]
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
    /// The `next` of an earlier page.
    #[serde(default)]
    cursor: Option<String>,
}

/// List alerts, newest first.
#[utoipa::path(
    get,
    path = "/v1/practices/{practice}/alerts",
    operation_id = "list_alerts",
    tag = "alerts",
    security(("bearer" = ["greffon:read-alerts"])),
    params(("practice" = String, Path, description = "Name of the practice"), Filter),
    responses((status = 200, description = "One page", body = Page<WholeAlert>), Problems),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Named(practice): Named,
    Params(filter): Params<Filter>,
) -> Result<Json<Page<WholeAlert>>, ApiError> {
    let entry = principal.practice(&app, &practice, Permission::ReadAlerts)?;
    let page = wanted(filter.limit.as_deref(), filter.cursor)?;
    let state = filter.state.map(Into::into);
    let listed = app.reception.reads.alerts(&entry.practice, state, &page).await?;
    Ok(Json(Page::of(listed)))
}
