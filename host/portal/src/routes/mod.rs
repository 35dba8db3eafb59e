//! Routes. One file per page that somebody asks for.

mod end;
mod open;
mod show;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing::{any, get};
use greffon_core::flow::Alerts;

use crate::around;
use crate::gate::Portal;
use crate::page::Notice;
use crate::say::Say;

/// Largest body of a form, in bytes.
const BODY_BYTES: usize = 4096;

/// What becomes of a link that is cut, or copied with something behind it. (The router does
/// not take one pattern for all of them beside the links themselves.)
const SPOILT: [&str; 4] =
    ["/alerte/{alert}", "/alerte/{alert}/", "/alerte/{alert}/{secret}/", "/alerte/{alert}/{secret}/{*rest}"];

/// The pages of alerts, all below `/alerte/`, to be merged beside an API. They hold their
/// own state, need no token, and set their own security headers: whoever wraps them keeps
/// the `Content-Security-Policy` that they send.
///
/// Within one call at most two codes are verified at once; call it once.
pub fn pages<S: Clone + Send + Sync + 'static>(alerts: Alerts) -> Router<S> {
    routes(Arc::new(Portal::new(alerts)))
}

pub(crate) fn routes<S: Clone + Send + Sync + 'static>(portal: Arc<Portal>) -> Router<S> {
    let no_link = || any(async |say: Say| Notice::Unknown.page(say));
    let spoilt = SPOILT.into_iter().fold(Router::new(), |router, path| router.route(path, no_link()));
    spoilt
        .route("/alerte/{alert}/{secret}", get(show::handler).post(open::handler))
        // A browser that restores the page after a form was sent asks with GET.
        .route("/alerte/{alert}/{secret}/fin", get(show::handler).post(end::handler))
        .method_not_allowed_fallback(async |say: Say| Notice::NoMethod.page(say))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(from_fn(around::layer))
        .with_state(portal)
}
