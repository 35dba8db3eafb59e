//! Patients: found by birth date and family name, or created.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, RawQuery, State};
use axum::http::StatusCode;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::Value;

use super::answer::{Answer, paged};
use super::error::ApiError;
use super::gate::Named;
use super::params::Params;
use crate::doctolib_like::app::App;
use crate::doctolib_like::fault::Fault;
use crate::doctolib_like::model::{Patient, seen};

/// Longest name, in characters.
const NAME: usize = 100;

pub(super) async fn list(
    State(app): State<Arc<App>>,
    Extension(Named(name)): Extension<Named>,
    RawQuery(query): RawQuery,
) -> Answer {
    let params = Params::of(query.as_deref());
    let (born, page) = (params.date("birth_date")?.to_string(), params.page()?);
    let wanted = letters(params.text("last_name").unwrap_or_default());
    if wanted.is_empty() {
        return Err(ApiError::invalid("last_name", "a name is needed"));
    }
    let now = app.shared.now();
    let cut = app.shared.strike(Fault::TruncatedPage, &name).is_some();
    let mut state = app.shared.lock();
    let items: Vec<Value> = state
        .patients
        .values_mut()
        .filter(|patient| patient.birth_date == born && letters(&patient.last_name) == wanted)
        .filter_map(|patient| seen(&mut patient.hidden, now).then(|| patient.to_json()))
        .collect();
    drop(state);
    Ok(paged(&items, page, app.page_size, cut, now))
}

/// A name without case, accents, blanks and signs.
fn letters(name: &str) -> String {
    let plain = |sign: char| match sign {
        'à' | 'á' | 'â' | 'ä' | 'ã' | 'å' => 'a',
        'ç' => 'c',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ñ' => 'n',
        'ò' | 'ó' | 'ô' | 'ö' | 'õ' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        'ÿ' => 'y',
        other => other,
    };
    name.to_lowercase().chars().filter(|sign| sign.is_alphanumeric()).map(plain).collect()
}

/// Who is to be created.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    last_name: String,
    first_name: String,
    birth_date: String,
    #[serde(default)]
    phone_number: Option<String>,
}

pub(super) async fn create(
    State(app): State<Arc<App>>,
    Extension(Named(name)): Extension<Named>,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let new: New = serde_json::from_slice(&body).map_err(|error| ApiError::malformed(error.to_string()))?;
    let is_name = |text: &str| !text.trim().is_empty() && text.chars().count() <= NAME;
    if !is_name(&new.last_name) {
        return Err(ApiError::invalid("last_name", "1 to 100 characters are needed"));
    }
    if !is_name(&new.first_name) {
        return Err(ApiError::invalid("first_name", "1 to 100 characters are needed"));
    }
    let born: Date = new.birth_date.parse().map_err(|_| ApiError::invalid("birth_date", "not YYYY-MM-DD"))?;
    let patient = Patient {
        id: 0,
        last_name: new.last_name,
        first_name: new.first_name,
        birth_date: born.to_string(),
        phone_number: new.phone_number,
        hidden: None,
    };
    let patient = app.shared.write_patient(patient, &name);
    Ok((StatusCode::CREATED, Json(patient.to_json())))
}
