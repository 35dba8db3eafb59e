//! Somebody, or something, looks at a link.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use crate::gate::Portal;
use crate::link::Link;
use crate::page::Ask;
use crate::say::Say;

/// Asks for the code. Changes nothing: mail gateways and browsers look ahead.
pub(super) async fn handler(State(portal): State<Arc<Portal>>, say: Say, link: Link) -> Response {
    match portal.look(&link).await {
        Ok(usable) => Ask::fresh(say, &link, &usable.practice_name).page(),
        Err(notice) => notice.page(say),
    }
}
