//! What every request of the interface goes through: faults of the line, token, rate.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::error::ApiError;
use crate::doctolib_like::app::App;
use crate::doctolib_like::fault::Fault;
use crate::doctolib_like::line::Cut;

const MINUTE_MS: i64 = 60_000;

/// A request as faults name it: `METHOD /path?query`.
#[derive(Clone, Debug)]
pub(super) struct Named(pub(super) String);

pub(super) async fn pass(
    State(app): State<Arc<App>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    mut request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let name = format!("{} {path}", request.method());
    let strike = |fault| app.shared.strike(fault, &name);
    if strike(Fault::RequestLost).is_some() {
        return lost(&cut);
    }
    if let Some(slow) = strike(Fault::Slow) {
        tokio::time::sleep(Duration::from_secs(slow.seconds.into())).await;
    }
    let bearer = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = bearer.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default().to_owned();
    if strike(Fault::TokenExpires).is_some() {
        app.shared.lock().tokens.remove(&token);
    }
    if !is_good(&app, &token) {
        return ApiError::unauthorised().into_response();
    }
    if let Some(limited) = strike(Fault::RateLimited) {
        return ApiError::limited(limited.seconds).into_response();
    }
    if let Some(wait_s) = over_the_rate(&app) {
        return ApiError::limited(wait_s).into_response();
    }
    let writes = *request.method() != Method::GET;
    request.extensions_mut().insert(Named(name.clone()));
    let response = next.run(request).await;
    if !writes || !response.status().is_success() {
        return response;
    }
    let strike = |fault| app.shared.strike(fault, &name);
    if strike(Fault::ErrorAfterCommit).is_some() {
        return ApiError::broken().into_response();
    }
    if strike(Fault::AnswerLost).is_some() {
        return lost(&cut);
    }
    response
}

/// No answer: the connection is cut before this one is written.
fn lost(cut: &Cut) -> Response {
    cut.now();
    StatusCode::NO_CONTENT.into_response()
}

fn is_good(app: &App, token: &str) -> bool {
    let now = app.shared.now();
    let mut state = app.shared.lock();
    state.tokens.retain(|_, until| now < *until);
    state.tokens.contains_key(token)
}

/// Seconds to wait, when this minute has had its calls.
fn over_the_rate(app: &App) -> Option<u32> {
    let most = app.calls_per_min?;
    let now = app.shared.now();
    let minute = now.div_euclid(MINUTE_MS);
    let mut state = app.shared.lock();
    if state.minute.0 != minute {
        state.minute = (minute, 0);
    }
    state.minute.1 = state.minute.1.saturating_add(1);
    let left_s = (MINUTE_MS - now.rem_euclid(MINUTE_MS)).div_euclid(1_000) + 1;
    (state.minute.1 > most).then(|| u32::try_from(left_s).unwrap_or(60))
}
