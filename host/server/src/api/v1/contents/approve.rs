//! A practitioner approves a grid or a script.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use greffon_core::flow::NewApproval;
use greffon_words::fields;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::extract::{NamedIn, Payload};
use crate::api::v1::schema::content::Attestation;
use crate::api::v1::schema::problem::{Problem, Problems};
use crate::api::v1::schema::time::Timestamp;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// What a practitioner says of a content that they have read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Approving {
    /// The digest of the settings that were read, as `list_contents` has it: of others nothing
    /// is approved.
    settings: String,
    /// First instant at which it holds; now when absent.
    #[serde(default)]
    from: Option<Timestamp>,
    /// First instant at which it holds no more.
    until: Timestamp,
}

/// Approve a grid or a script: it counts as a signature of the practitioner whose RPPS number
/// the token has, for these settings alone, and is used a few seconds later. Repeating it
/// changes nothing.
#[utoipa::path(
    post,
    path = "/v1/practices/{practice}/contents/{name}/approval",
    operation_id = "approve_content",
    tag = "contents",
    security(("bearer" = ["greffon:approve-contents"])),
    params(
        ("practice" = String, Path, description = "Name of the practice"),
        ("name" = String, Path, description = "The practice's name for the feature"),
    ),
    request_body = Approving,
    responses(
        (status = 200, description = "What the host attests", body = Attestation),
        (status = 409, description = "It changed since it was read, is a demonstration, or the token has no RPPS number", body = Problem, content_type = "application/problem+json"),
        Problems,
    ),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    NamedIn(practice, name): NamedIn,
    payload: Payload,
) -> Result<Json<Attestation>, ApiError> {
    let entry = principal.practice(&app, &practice, Permission::ApproveContents)?;
    let Approving { settings, from, until } = payload.parse()?;
    let settings = settings.parse().map_err(|_| ApiError::invalid("settings", fields::settings_digest()))?;
    let new = NewApproval { settings, from: from.map(|from| from.0), until: until.0 };
    let approvals = app.reception.approvals.clone();
    let work = async move {
        let (practice, feature) = (&entry.practice, name.as_str().into());
        Ok(approvals.approve(practice, &feature, new, entry.rpps.as_deref(), &entry.actor).await?)
    };
    Ok(Json(app.complete(work).await?.into()))
}
