//! One contact, whole.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use greffon_core::flow::ReadContact;
use greffon_core::ports::storage::Page;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::extract::Named;
use crate::api::v1::schema::audit::AuditEvent;
use crate::api::v1::schema::contact::Contact;
use crate::api::v1::schema::each;
use crate::api::v1::schema::fact::Fact;
use crate::api::v1::schema::problem::Problems;
use crate::api::v1::schema::view::ContactView;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// More transitions than a contact has; the journal's own route has them all.
const LONGEST_TIMELINE: u32 = 200;

/// Everything about one contact.
#[derive(Serialize, ToSchema)]
pub(super) struct WholeContact {
    /// The contact.
    contact: Contact,
    /// All answers, oldest first.
    facts: Vec<Fact>,
    /// What comes next.
    view: ContactView,
    /// What happened, newest first, at most 200; the rest is in the journal.
    timeline: Vec<AuditEvent>,
}

/// Read a contact with its facts, its view and its timeline.
#[utoipa::path(
    get,
    path = "/v1/contacts/{id}",
    operation_id = "get_contact",
    tag = "contacts",
    security(("bearer" = ["greffon:read-contacts"])),
    params(("id" = String, Path, description = "The contact")),
    responses((status = 200, description = "Everything about it", body = WholeContact), Problems),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Named(id): Named,
) -> Result<Json<WholeContact>, ApiError> {
    let (entry, id) = principal.contact(&app, &id, Permission::ReadContacts).await?;
    let ReadContact { mut contact, view } = app.reception.reads.contact(&entry.practice, id).await?;
    let first_page = Page { limit: LONGEST_TIMELINE, cursor: None };
    let timeline = app.reception.reads.audit(&entry.practice, Some(id), &first_page).await?;
    Ok(Json(WholeContact {
        facts: each(std::mem::take(&mut contact.facts)),
        contact: contact.into(),
        view: view.into(),
        timeline: each(timeline.items),
    }))
}
