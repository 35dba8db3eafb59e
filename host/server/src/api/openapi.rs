//! The API's own description.

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::v1::schema::problem::Problem;
use super::{health, v1};
use crate::app::App;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "greffon",
        description = "Medical reception: contacts, triage, bookings, messages, commitments. Every failure is problem \
                       details (RFC 9457); beside those that an operation lists: 400 (the body is not JSON), 413 (it is \
                       too large), 415 (it is not declared as JSON) and 504 (no answer in time).",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(Problem)),
    modifiers(&Bearer),
    security(("bearer" = [])),
)]
struct Description;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

static TEXT: LazyLock<String> = LazyLock::new(|| {
    // The routes bring their own descriptions along.
    let mut description = Description::openapi();
    description.merge(v1::routes().into_openapi());
    description.merge(health::routes().into_openapi());
    let mut text = description.to_pretty_json().expect("a description is maps, lists and strings");
    text.push('\n');
    text
});

/// The OpenAPI description of the API, as JSON text.
#[must_use]
pub fn openapi() -> &'static str {
    &TEXT
}

pub(super) fn route() -> Router<Arc<App>> {
    Router::new().route("/v1/openapi.json", get(handler))
}

async fn handler() -> Response {
    ([(CONTENT_TYPE, "application/json")], openapi()).into_response()
}
