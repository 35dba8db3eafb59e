//! Free slots for a contact.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use greffon_core::flow::SlotSearch;
use greffon_core::model::civil::parse_date;
use greffon_core::model::slots::{HalfDay, SlotWishes, Weekday};
use greffon_words::fields;
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
    /// Starts before noon, or at noon and later: `morning` or `afternoon`.
    #[serde(default)]
    half_day: Option<String>,
    /// On these days of the week: `mon,thu`.
    #[serde(default)]
    weekdays: Option<String>,
    /// On no day before this one: `2026-12-03`.
    #[serde(default)]
    #[param(format = Date)]
    not_before: Option<String>,
    /// On no day before this hour of the practice's clock: `17:00`.
    #[serde(default)]
    from_hour: Option<String>,
    /// At most so many, 1 to 100; 20 when absent. With 1 it is the first that is free.
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
        wishes: SlotWishes {
            half_day: wish.half_day.as_deref().map(half_day).transpose()?,
            weekdays: wish.weekdays.as_deref().map(weekdays).transpose()?.unwrap_or_default(),
            not_before: wish.not_before.as_deref().map(not_before).transpose()?,
            from_minute: wish.from_hour.as_deref().map(from_hour).transpose()?,
        },
        limit: number_within("limit", wish.limit.as_deref(), 20, 1, 100)?,
    };
    let offer = app.reception.bookings.search(&entry.practice, id, search).await?;
    let practice = app.reception.reads.practice(&entry.practice);
    Ok(Json(SlotOffer::of(offer, practice.as_deref())))
}

fn half_day(written: &str) -> Result<HalfDay, ApiError> {
    match written {
        "morning" => Ok(HalfDay::Morning),
        "afternoon" => Ok(HalfDay::Afternoon),
        _ => Err(ApiError::invalid("half_day", fields::half_day())),
    }
}

fn weekdays(written: &str) -> Result<Vec<Weekday>, ApiError> {
    let day = |name: &str| Weekday::named(name.trim()).ok_or_else(|| ApiError::invalid("weekdays", fields::weekdays()));
    written.split(',').map(day).collect()
}

fn not_before(written: &str) -> Result<jiff::civil::Date, ApiError> {
    parse_date(written).map_err(|_| ApiError::invalid("not_before", fields::date()))
}

/// `17:00` as minutes after midnight.
fn from_hour(written: &str) -> Result<u16, ApiError> {
    let parts = written.split_once(':').filter(|(hours, minutes)| hours.len() == 2 && minutes.len() == 2);
    let number = |text: &str, most: u16| text.parse::<u16>().ok().filter(|one| *one <= most);
    let minute = parts.and_then(|(hours, minutes)| Some(number(hours, 23)? * 60 + number(minutes, 59)?));
    minute.ok_or_else(|| ApiError::invalid("from_hour", fields::hour()))
}
