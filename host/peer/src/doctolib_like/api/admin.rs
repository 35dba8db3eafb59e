//! Faults and the webhook, for whoever tests.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::ApiError;
use crate::doctolib_like::app::App;
use crate::doctolib_like::fault::Switch;
use crate::doctolib_like::webhook::Webhook;

pub(super) async fn faults(State(app): State<Arc<App>>) -> Json<Value> {
    let on = app.shared.lock().faults.listed();
    let on: Vec<Value> = on.into_iter().map(|(fault, left)| json!({ "fault": fault, "left": left })).collect();
    Json(json!({ "on": on }))
}

pub(super) async fn switch(State(app): State<Arc<App>>, body: Bytes) -> Result<StatusCode, ApiError> {
    let switch: Switch = serde_json::from_slice(&body).map_err(|error| ApiError::malformed(error.to_string()))?;
    app.shared.lock().faults.switch(switch);
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn heal(State(app): State<Arc<App>>) -> StatusCode {
    app.shared.lock().faults.all_off();
    StatusCode::NO_CONTENT
}

/// Where events go.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct To {
    url: String,
    secret: String,
}

pub(super) async fn webhook(State(app): State<Arc<App>>, body: Bytes) -> Result<StatusCode, ApiError> {
    let To { url, secret } = serde_json::from_slice(&body).map_err(|error| ApiError::malformed(error.to_string()))?;
    if !url.is_empty() && !url.starts_with("http://") {
        return Err(ApiError::invalid("url", "an http URL is needed, or none to tell nobody"));
    }
    app.shared.lock().webhook = (!url.is_empty()).then_some(Webhook { url, secret });
    Ok(StatusCode::NO_CONTENT)
}
