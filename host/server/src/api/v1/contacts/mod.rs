//! Contacts: from the first word to the recap.

pub(in crate::api) mod book;
pub(in crate::api) mod close;
pub(in crate::api) mod facts;
pub(in crate::api) mod get;
pub(in crate::api) mod level;
pub(in crate::api) mod list;
pub(in crate::api) mod receive;
pub(in crate::api) mod slots;

use std::sync::Arc;

use axum::Router;

use crate::api::endpoint;
use crate::app::App;

pub(super) fn routes() -> Router<Arc<App>> {
    let routes = Router::new();
    let routes = endpoint!(routes, receive);
    let routes = endpoint!(routes, list);
    let routes = endpoint!(routes, get);
    let routes = endpoint!(routes, facts);
    let routes = endpoint!(routes, level);
    let routes = endpoint!(routes, slots);
    let routes = endpoint!(routes, book);
    endpoint!(routes, close)
}
