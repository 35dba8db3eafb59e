//! A practitioner withdraws a grid or a script.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::api::extract::NamedIn;
use crate::api::v1::schema::content::Withdrawn;
use crate::api::v1::schema::problem::Problems;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// Withdraw a grid or a script: whatever was approved or signed of it until now, present and
/// earlier, is used no more a few seconds later, and no file brings it back. Only a new
/// approval or signature does. Repeating it changes nothing.
#[utoipa::path(
    post,
    path = "/v1/practices/{practice}/contents/{name}/withdrawal",
    operation_id = "withdraw_content",
    tag = "contents",
    security(("bearer" = ["greffon:approve-contents"])),
    params(
        ("practice" = String, Path, description = "Name of the practice"),
        ("name" = String, Path, description = "The practice's name for the feature"),
    ),
    responses((status = 200, description = "Withdrawn", body = Withdrawn), Problems),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    NamedIn(practice, name): NamedIn,
) -> Result<Json<Withdrawn>, ApiError> {
    let entry = principal.practice(&app, &practice, Permission::ApproveContents)?;
    let approvals = app.reception.approvals.clone();
    let work = async move { Ok(approvals.withdraw(&entry.practice, &name.as_str().into(), &entry.actor).await?) };
    Ok(Json(Withdrawn { withdrawn_at: app.complete(work).await?.into() }))
}
