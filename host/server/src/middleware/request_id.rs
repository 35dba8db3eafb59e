//! Names every request: `x-request-id`, taken from the client when it is well
//! formed, so that a proxy's log and ours can be read side by side.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use crate::app::App;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// It is written into the log: no longer than an id ever is.
const LONGEST: usize = 64;

/// The name of a request.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(pub(crate) Arc<str>);

pub(super) async fn layer(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let id: Arc<str> = match given(request.headers()) {
        Some(given) => given.into(),
        None => app.reception.fresh_id().to_string().into(),
    };
    request.extensions_mut().insert(RequestId(Arc::clone(&id)));
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}

fn given(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(HEADER)?.to_str().ok()?;
    let plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    (plain && !value.is_empty() && value.len() <= LONGEST).then_some(value)
}
