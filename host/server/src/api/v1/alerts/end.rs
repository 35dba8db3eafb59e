//! Somebody says what came of an alert.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use greffon_core::flow::NewEnd;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::extract::{Named, Payload};
use crate::api::v1::schema::alert::{Alert, AlertOutcome};
use crate::api::v1::schema::problem::{Problem, Problems};
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// What came of it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Ending {
    /// What. Only a practitioner finds `no-danger`.
    outcome: AlertOutcome,
    /// In your words, at most 2,000 characters; `unreachable` and `no-danger` need at least
    /// three.
    #[serde(default)]
    note: Option<String>,
}

/// End an alert. The same end, said again by the same person, changes nothing.
#[utoipa::path(
    post,
    path = "/v1/alerts/{id}/end",
    operation_id = "end_alert",
    tag = "alerts",
    security(("bearer" = ["greffon:act-on-alerts"])),
    params(("id" = String, Path, description = "The alert")),
    request_body = Ending,
    responses(
        (status = 200, description = "The alert as it is now", body = Alert),
        (status = 409, description = "It has ended otherwise", body = Problem, content_type = "application/problem+json"),
        Problems,
    ),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Named(id): Named,
    payload: Payload,
) -> Result<Json<Alert>, ApiError> {
    let (entry, id) = principal.alert(&app, &id, Permission::ActOnAlerts).await?;
    let Ending { outcome, note } = payload.parse()?;
    let new = NewEnd { outcome: outcome.into(), note };
    let reception = app.reception.clone();
    let work = async move { Ok(reception.alerts.end(&entry.practice, id, new, &entry.actor).await?) };
    Ok(Json(app.complete(work).await?.into()))
}
