//! What holds for every answer.

use std::sync::LazyLock;
use std::time::Duration;

use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use tokio::time::timeout;

use crate::page::{Notice, STYLE};
use crate::say::Say;

/// Longest time until an answer, a body that comes in drop by drop included.
const ANSWER_TIME: Duration = Duration::from_secs(30);

const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Nothing is loaded and nothing is run; the page's own style, known by its digest, is
/// applied, and its form is sent to where it came from.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let style = STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).expect("base64 is ASCII")
});

/// Refuses what another site sends in a person's name, bounds the time, and sets the
/// headers: nothing is kept, framed, indexed or told to other sites. The address holds the
/// secret, hence no referrer.
pub(crate) async fn layer(request: Request, next: Next) -> Response {
    let say = Say::as_asked(request.headers());
    let mut response = if is_from_elsewhere(&request) {
        Notice::Elsewhere.page(say)
    } else {
        timeout(ANSWER_TIME, next.run(request)).await.unwrap_or_else(|_| Notice::Away.page(say))
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(ROBOTS, HeaderValue::from_static("noindex"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CONTENT_SECURITY_POLICY, POLICY.clone());
    response
}

/// Looking is allowed from anywhere: a link is followed out of a mail's page.
fn is_from_elsewhere(request: &Request) -> bool {
    let looks = [Method::GET, Method::HEAD].contains(request.method());
    !looks && request.headers().get(FETCH_SITE).is_some_and(|site| site == "cross-site")
}
