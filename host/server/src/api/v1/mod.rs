//! Version 1 of the API.

mod absences;
mod agendas;
mod alerts;
mod appointments;
mod audit;
mod bookings;
mod commitments;
mod contacts;
mod contents;
mod dead_letters;
mod inbound;
mod messages;
mod once;
mod patients;
mod plugins;
mod recovery;
pub(crate) mod schema;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

/// The routes of `/v1`, with their descriptions.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    contacts::routes()
        .merge(alerts::routes())
        .merge(appointments::routes())
        .merge(absences::routes())
        .merge(agendas::routes())
        .merge(bookings::routes())
        .merge(patients::routes())
        .merge(messages::routes())
        .merge(commitments::routes())
        .merge(dead_letters::routes())
        .merge(plugins::routes())
        .merge(contents::routes())
        .merge(recovery::routes())
        .merge(inbound::routes())
        .merge(audit::routes())
}
