//! Appointments.

pub(in crate::api) mod cancel;
pub(in crate::api) mod list;
pub(in crate::api) mod move_to;
pub(in crate::api) mod status;

use std::sync::Arc;

use axum::Router;
use greffon_words::fields;

use greffon_core::ids::ContactId;
use serde::Deserialize;
use uuid::Uuid;

use crate::api::endpoint;
use crate::app::App;
use crate::auth::{Entry, Permission, Principal};
use crate::error::ApiError;

pub(super) fn routes() -> Router<Arc<App>> {
    let routes = Router::new();
    let routes = endpoint!(routes, list);
    let routes = endpoint!(routes, move_to);
    let routes = endpoint!(routes, cancel);
    endpoint!(routes, status)
}

/// Which practice's appointment is meant.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct Holder {
    /// Name of the practice; needed only when several of the token's practices
    /// hold an appointment of this name.
    #[serde(default)]
    practice: Option<String>,
}

/// The contact in which a change is asked for: one of the same practice.
async fn contact_of(
    app: &App,
    principal: &Principal,
    entry: &Entry,
    contact: Option<Uuid>,
) -> Result<Option<ContactId>, ApiError> {
    let Some(contact) = contact else { return Ok(None) };
    let found = principal.contact(app, &contact.to_string(), Permission::ChangeAppointments).await;
    match found {
        Ok((of, id)) if of.practice == entry.practice => Ok(Some(id)),
        Ok(_) | Err(ApiError::NotFound(_)) => Err(ApiError::invalid("contact", fields::contact_unknown())),
        Err(error) => Err(error),
    }
}
