//! Somebody does something with a promise.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use greffon_core::model::commitment::CommitmentAction;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::extract::{Named, Payload};
use crate::api::v1::schema::commitment::Commitment;
use crate::api::v1::schema::problem::{Problem, Problems};
use crate::api::v1::schema::time::Timestamp;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// What is done: the word `"start"`, or an object of one key such as
/// `{"keep": {"note": "rappelée à 10 h"}}`.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Action {
    /// Start on it.
    Start,
    /// It is done.
    Keep {
        /// How.
        note: String,
    },
    /// It will not be done.
    Break {
        /// Why.
        reason: String,
    },
    /// The beneficiary does not need it any more.
    Withdraw {
        /// Why.
        reason: String,
    },
    /// Another time, told to the beneficiary.
    Move {
        /// Until when.
        due: Timestamp,
        /// Why.
        reason: String,
    },
}

impl Action {
    fn word(&self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Keep { .. } => "keep",
            Self::Break { .. } => "break",
            Self::Withdraw { .. } => "withdraw",
            Self::Move { .. } => "move",
        }
    }
}

impl From<Action> for CommitmentAction {
    fn from(shape: Action) -> Self {
        match shape {
            Action::Start => Self::Start,
            Action::Keep { note } => Self::Keep { note },
            Action::Break { reason } => Self::Break { reason },
            Action::Withdraw { reason } => Self::Withdraw { reason },
            Action::Move { due, reason } => Self::Move { due: due.0, reason },
        }
    }
}

/// Start, keep, break, withdraw or move a commitment.
#[utoipa::path(
    post,
    path = "/v1/commitments/{id}/actions",
    operation_id = "act_on_commitment",
    tag = "commitments",
    security(("bearer" = ["greffon:act-on-commitments"])),
    params(("id" = String, Path, description = "The commitment")),
    request_body = Action,
    responses(
        (status = 200, description = "The commitment as it is now", body = Commitment),
        (status = 409, description = "It has ended already", body = Problem, content_type = "application/problem+json"),
        Problems,
    ),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Named(id): Named,
    payload: Payload,
) -> Result<Json<Commitment>, ApiError> {
    let (entry, id) = principal.commitment(&app, &id, Permission::ActOnCommitments).await?;
    let action: Action = payload.parse()?;
    let word = action.word();
    let reception = app.reception.clone();
    let done =
        app.complete(
            async move { Ok(reception.commitments.act(&entry.practice, id, action.into(), &entry.actor).await?) },
        );
    let done = done.await.map_err(|error| match error {
        ApiError::Invalid { field, why } => ApiError::Invalid { field: format!("{word}.{field}"), why },
        other => other,
    })?;
    Ok(Json(done.into()))
}
