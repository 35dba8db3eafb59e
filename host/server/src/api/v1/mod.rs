//! Version 1 of the API.

mod appointments;
mod audit;
mod commitments;
mod contacts;
mod dead_letters;
mod messages;
mod once;
mod plugins;
pub(crate) mod schema;

use std::sync::Arc;

use axum::Router;

use crate::app::App;

/// The routes of `/v1`.
pub(crate) fn routes() -> Router<Arc<App>> {
    contacts::routes()
        .merge(appointments::routes())
        .merge(messages::routes())
        .merge(commitments::routes())
        .merge(dead_letters::routes())
        .merge(plugins::routes())
        .merge(audit::routes())
}

/// The description of every operation of `/v1`.
pub(super) mod described {
    pub(in crate::api) use super::appointments::{cancel, list as list_appointments, move_to, status};
    pub(in crate::api) use super::audit::list as list_audit;
    pub(in crate::api) use super::commitments::{act, list as list_commitments};
    pub(in crate::api) use super::contacts::{book, close, facts, get, level, list as list_contacts, receive, slots};
    pub(in crate::api) use super::dead_letters::{close as close_dead_letter, list as list_dead_letters, retry};
    pub(in crate::api) use super::messages::list as list_messages;
    pub(in crate::api) use super::plugins::list as list_plugins;
}
