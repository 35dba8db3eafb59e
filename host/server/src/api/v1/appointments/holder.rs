//! Which appointment a change is about, and in which contact it is asked for.

use greffon_core::ids::ContactId;
use greffon_words::fields;
use serde::Deserialize;
use uuid::Uuid;

use crate::app::App;
use crate::auth::{Entry, Permission, Principal};
use crate::error::ApiError;

/// Which practice's appointment is meant.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Holder {
    /// Name of the practice; needed only when several of the token's practices
    /// hold an appointment of this name.
    #[serde(default)]
    pub(super) practice: Option<String>,
}

/// The contact in which a change is asked for: one of the same practice.
pub(super) async fn contact_of(
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
