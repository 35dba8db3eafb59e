//! One line per request. Its fields are listed in the README of this crate;
//! paths are the routes' patterns, so no id, query, body or name is in it.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use greffon_core::ids::PracticeId;
use greffon_core::model::audit::Role;

use super::request_id::RequestId;
use crate::error::Failure;
use crate::metrics;

/// Whom a request is attributed to, once that is known.
#[derive(Clone, Default)]
pub(crate) struct Attribution(Arc<Attributed>);

#[derive(Default)]
struct Attributed {
    requester: OnceLock<(String, Role)>,
    practice: OnceLock<PracticeId>,
}

impl Attribution {
    /// The first one counts.
    pub(crate) fn requester(&self, subject: &str, role: Role) {
        let _ = self.0.requester.set((subject.to_owned(), role));
    }

    /// The first one counts.
    pub(crate) fn practice(&self, practice: &PracticeId) {
        let _ = self.0.practice.set(practice.clone());
    }
}

pub(super) async fn layer(mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = metrics::method_name(request.method());
    let route = match request.extensions().get::<MatchedPath>() {
        Some(path) => path.as_str().to_owned(),
        None => "unmatched".to_owned(),
    };
    let id = request.extensions().get::<RequestId>().cloned();
    let attribution = Attribution::default();
    request.extensions_mut().insert(attribution.clone());

    let in_flight = metrics::InFlight::begin();
    let response = next.run(request).await;
    drop(in_flight);

    let took = began.elapsed();
    let status = response.status();
    metrics::answered(method, &route, status, took);
    let failure = response.extensions().get::<Failure>();
    let requester = attribution.0.requester.get();
    macro_rules! line {
        ($level:expr) => {
            tracing::event!(
                $level,
                request.id = id.as_ref().map(|id| &*id.0),
                http.method = method,
                http.route = route,
                http.status = status.as_u16(),
                duration_ms = took.as_secs_f64() * 1000.0,
                requester = requester.map(|(subject, _)| subject.as_str()),
                role = requester.map(|(_, role)| role.as_str()),
                practice.id = attribution.0.practice.get().map(PracticeId::as_str),
                error.code = failure.map(|failure| failure.code),
                error.cause = failure.and_then(|failure| failure.cause.as_deref()),
                "{method} {route} {}",
                status.as_u16(),
            )
        };
    }
    match status.as_u16() {
        500 => line!(tracing::Level::ERROR),
        501.. => line!(tracing::Level::WARN),
        // Probes come every second and say nothing while they succeed.
        _ if !route.starts_with("/v1") && failure.is_none() => line!(tracing::Level::DEBUG),
        _ => line!(tracing::Level::INFO),
    }
    response
}
