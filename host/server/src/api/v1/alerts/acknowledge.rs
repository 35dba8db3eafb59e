//! Somebody takes an alert in hand.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use greffon_core::flow::NewAcknowledgement;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::extract::{Named, Payload};
use crate::api::v1::schema::alert::{Alert, NextStep};
use crate::api::v1::schema::problem::{Problem, Problems};
use crate::api::v1::schema::time::Timestamp;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// What is done about it, and until when.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Acknowledging {
    /// What you do next.
    next: NextStep,
    /// Until when: within 15 minutes when it is vital, within an hour otherwise. Without an
    /// outcome by then, everybody is told again.
    until: Timestamp,
}

/// Take an alert in hand: nobody else is told for now. Repeating it gives another hour.
#[utoipa::path(
    post,
    path = "/v1/alerts/{id}/acknowledge",
    operation_id = "acknowledge_alert",
    tag = "alerts",
    security(("bearer" = ["greffon:act-on-alerts"])),
    params(("id" = String, Path, description = "The alert")),
    request_body = Acknowledging,
    responses(
        (status = 200, description = "The alert as it is now", body = Alert),
        (status = 409, description = "It has ended already", body = Problem, content_type = "application/problem+json"),
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
    let Acknowledging { next, until } = payload.parse()?;
    let new = NewAcknowledgement { next: next.into(), until: until.0 };
    let reception = app.reception.clone();
    let work = async move { Ok(reception.alerts.acknowledge(&entry.practice, id, new, &entry.actor).await?) };
    Ok(Json(app.complete(work).await?.into()))
}
