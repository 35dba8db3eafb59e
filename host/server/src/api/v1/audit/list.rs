//! The journal of a practice.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use greffon_words::fields;

use crate::api::extract::{Named, Params};
use crate::api::v1::schema::audit::AuditEvent;
use crate::api::v1::schema::page::{Page, wanted};
use crate::api::v1::schema::problem::Problems;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// Only what belongs to this contact.
    #[serde(default)]
    #[param(value_type = Option<uuid::Uuid>)]
    contact: Option<String>,
    /// At most so many, 1 to 200; 50 when absent.
    #[serde(default)]
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
    /// The `next` of an earlier page.
    #[serde(default)]
    cursor: Option<String>,
}

/// List the journal, newest first.
#[utoipa::path(
    get,
    path = "/v1/practices/{practice}/audit",
    operation_id = "list_audit",
    tag = "audit",
    security(("bearer" = ["greffon:read-audit"])),
    params(("practice" = String, Path, description = "Name of the practice"), Filter),
    responses((status = 200, description = "One page", body = Page<AuditEvent>), Problems),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Named(practice): Named,
    Params(filter): Params<Filter>,
) -> Result<Json<Page<AuditEvent>>, ApiError> {
    let entry = principal.practice(&app, &practice, Permission::ReadAudit)?;
    let page = wanted(filter.limit.as_deref(), filter.cursor)?;
    let contact = match filter.contact.map(|id| id.parse()) {
        None => None,
        Some(Ok(id)) => Some(id),
        Some(Err(_)) => return Err(ApiError::invalid("contact", fields::contact_id())),
    };
    let listed = app.reception.reads.audit(&entry.practice, contact, &page).await?;
    Ok(Json(Page::of(listed)))
}
