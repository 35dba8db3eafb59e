#![doc = include_str!("../README.md")]

mod api;
mod app;
mod auth;
mod error;
mod metrics;
mod middleware;
mod serve;

use std::sync::Arc;

use axum::Router;

pub use api::openapi;
pub use app::{App, Limits, RenderMetrics};
pub use auth::{
    Authenticator, ExternalIssuer, FetchError, FetchedKeys, HttpKeys, Issuer, IssuerError, KeySource, KeyUrlError,
    NewToken, check_key_url, signing_key_pem,
};
pub use metrics::describe as describe_metrics;
pub use serve::serve;

/// All routes, with their middleware.
pub fn router(app: Arc<App>) -> Router {
    middleware::around(api::routes(&app).merge(app.pages.clone()), &app).with_state(app)
}
