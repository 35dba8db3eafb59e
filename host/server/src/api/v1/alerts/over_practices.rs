//! The alerts of all practices that somebody looks after.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use crate::api::extract::Params;
use crate::api::v1::schema::alert::{LiveState, PracticeAlert};
use crate::api::v1::schema::page::{Page, wanted};
use crate::api::v1::schema::problem::Problems;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// Those in this state; `open` when absent. What has ended is listed in its practice.
    #[serde(default)]
    #[param(inline)]
    state: Option<LiveState>,
    /// At most so many, 1 to 200; 50 when absent.
    #[serde(default)]
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
    /// The `next` of an earlier page.
    #[serde(default)]
    cursor: Option<String>,
}

/// List the alerts of all practices of the token, the most urgent first and among those the
/// oldest.
#[utoipa::path(
    get,
    path = "/v1/alerts",
    operation_id = "list_alerts_over_practices",
    tag = "alerts",
    security(("bearer" = ["greffon:read-alerts"])),
    params(Filter),
    responses((status = 200, description = "One page", body = Page<PracticeAlert>), Problems),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Params(filter): Params<Filter>,
) -> Result<Json<Page<PracticeAlert>>, ApiError> {
    let practices = principal.practices(&app, Permission::ReadAlerts)?;
    let page = wanted(filter.limit.as_deref(), filter.cursor)?;
    let state = filter.state.unwrap_or(LiveState::Open).into();
    let listed = app.reception.reads.live_alerts(&practices, state, &page).await?;
    Ok(Json(Page::of(listed)))
}
