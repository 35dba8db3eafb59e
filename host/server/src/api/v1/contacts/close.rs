//! A contact ends.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use greffon_core::flow;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::extract::{Named, Payload};
use crate::api::v1::once::{Key, once};
use crate::api::v1::schema::contact::{OverrideCode, RecapOutcome};
use crate::api::v1::schema::problem::{Problem, Problems};
use crate::api::v1::schema::view::ContactView;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// Something that was said: an object of one key.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum NewStatement {
    /// An approved instruction of the practice, by id.
    Instruction(String),
    /// Free words: kept, and marked as such.
    Free(String),
}

impl From<NewStatement> for flow::NewStatement {
    fn from(shape: NewStatement) -> Self {
        match shape {
            NewStatement::Instruction(id) => Self::Instruction(id),
            NewStatement::Free(words) => Self::Free(words),
        }
    }
}

/// The end of a contact.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewClosing {
    /// What the caller said to the recap.
    recap: RecapOutcome,
    /// What was said to the patient.
    #[serde(default)]
    statements: Vec<NewStatement>,
    /// Why it is closed with something missing.
    #[serde(default, rename = "override")]
    overriding: Option<NewOverride>,
}

/// Why a contact is closed although something is missing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewOverride {
    /// The reason; only a supervisor or a practitioner gives `other`.
    code: OverrideCode,
    /// The same in words: at least three, at most 2,000 characters.
    words: String,
}

/// Close a contact.
#[utoipa::path(
    post,
    path = "/v1/contacts/{id}/close",
    operation_id = "close_contact",
    tag = "contacts",
    security(("bearer" = ["greffon:write-contacts"])),
    params(
        ("id" = String, Path, description = "The contact"),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 128 printable characters"),
    ),
    request_body = NewClosing,
    responses(
        (status = 200, description = "The contact as it ended", body = ContactView),
        (status = 409, description = "Something is missing, or it is closed already", body = Problem,
            content_type = "application/problem+json"),
        Problems,
    ),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Named(id): Named,
    key: Key,
    payload: Payload,
) -> Result<Response, ApiError> {
    let (entry, id) = principal.contact(&app, &id, Permission::WriteContacts).await?;
    let new: NewClosing = payload.parse()?;
    let new = flow::NewClosing {
        recap: new.recap.into(),
        statements: new.statements.into_iter().map(Into::into).collect(),
        overriding: new.overriding.map(|one| flow::NewOverride { code: one.code.into(), words: one.words }),
    };
    let changed = once(&app, entry, key, &format!("close {id}"), &payload, async move |reception, entry| {
        reception.contacts.close(&entry.practice, id, new, &entry.actor).await
    })
    .await?;
    Ok(changed.answer(StatusCode::OK))
}
