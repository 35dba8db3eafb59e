//! The commitments of a practice.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use crate::api::extract::{Named, Params};
use crate::api::v1::schema::commitment::{CommitmentState, Commitments};
use crate::api::v1::schema::each;
use crate::api::v1::schema::page::wanted;
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
    state: Option<CommitmentState>,
    /// At most so many, 1 to 200; 50 when absent.
    #[serde(default)]
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
    /// The `next` of an earlier page.
    #[serde(default)]
    cursor: Option<String>,
}

/// List commitments, earliest due first, and the room that their owners have for call-backs.
#[utoipa::path(
    get,
    path = "/v1/practices/{practice}/commitments",
    operation_id = "list_commitments",
    tag = "commitments",
    security(("bearer" = ["greffon:read-commitments"])),
    params(("practice" = String, Path, description = "Name of the practice"), Filter),
    responses((status = 200, description = "One page", body = Commitments), Problems),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Named(practice): Named,
    Params(filter): Params<Filter>,
) -> Result<Json<Commitments>, ApiError> {
    let entry = principal.practice(&app, &practice, Permission::ReadCommitments)?;
    let page = wanted(filter.limit.as_deref(), filter.cursor)?;
    let state = filter.state.map(Into::into);
    let reads = &app.reception.reads;
    let listed = reads.commitments(&entry.practice, state, &page).await?;
    let windows = reads.callback_windows(&entry.practice).await?;
    Ok(Json(Commitments { items: each(listed.items), next: listed.next, windows: each(windows) }))
}
