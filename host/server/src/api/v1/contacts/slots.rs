//! Free slots for a contact.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use greffon_core::flow::SlotSearch;
use serde::Deserialize;

use crate::api::extract::{Named, Params, number_within};
use crate::api::v1::schema::problem::Problems;
use crate::api::v1::schema::slot::SlotOffer;
use crate::api::v1::schema::time::window_of;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wish {
    /// For which motive; the contact's when absent.
    #[serde(default)]
    motive: Option<String>,
    /// First instant, RFC 3339; with `to`.
    #[serde(default)]
    #[param(format = DateTime)]
    from: Option<String>,
    /// First instant after, RFC 3339; with `from`.
    #[serde(default)]
    #[param(format = DateTime)]
    to: Option<String>,
    /// With whom; anybody who offers the motive when absent.
    #[serde(default)]
    practitioner: Option<String>,
    /// At most so many, 1 to 100; 20 when absent.
    #[serde(default)]
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
}

/// Search free slots.
///
/// Without `from` and `to`, from the motive's notice to its horizon.
#[utoipa::path(
    get,
    path = "/v1/contacts/{id}/slots",
    operation_id = "search_slots",
    tag = "contacts",
    security(("bearer" = ["greffon:book"])),
    params(("id" = String, Path, description = "The contact"), Wish),
    responses(
        (status = 200, description = "What is free, and how far to trust the list", body = SlotOffer),
        (status = 409, description = "Not before triage has concluded", body = crate::api::v1::schema::problem::Problem,
            content_type = "application/problem+json"),
        Problems,
    ),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Named(id): Named,
    Params(wish): Params<Wish>,
) -> Result<Json<SlotOffer>, ApiError> {
    let (entry, id) = principal.contact(&app, &id, Permission::Book).await?;
    let search = SlotSearch {
        motive: wish.motive.map(Into::into),
        window: window_of(wish.from.as_deref(), wish.to.as_deref())?,
        practitioner: wish.practitioner.map(Into::into),
        limit: number_within("limit", wish.limit.as_deref(), 20, 1, 100)?,
    };
    let offer = app.reception.bookings.search(&entry.practice, id, search).await?;
    let practice = app.reception.reads.practice(&entry.practice);
    Ok(Json(SlotOffer::of(offer, practice.as_deref())))
}
