//! A contact has arrived.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use greffon_core::flow;
use greffon_core::model::care::{Value, keys};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::extract::{Named, Payload};
use crate::api::v1::once::{Key, received_once};
use crate::api::v1::schema::contact::ContactChannel;
use crate::api::v1::schema::each;
use crate::api::v1::schema::fact::NewFact;
use crate::api::v1::schema::problem::Problems;
use crate::api::v1::schema::view::ContactView;
use crate::app::App;
use crate::auth::{Permission, Principal};
use crate::error::ApiError;

/// Who is calling.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum CallerKind {
    Patient,
    Relative,
    Professional,
    Laboratory,
    Commercial,
    Internal,
    Unknown,
}

impl CallerKind {
    fn word(self) -> &'static str {
        match self {
            Self::Patient => "patient",
            Self::Relative => "relative",
            Self::Professional => "professional",
            Self::Laboratory => "laboratory",
            Self::Commercial => "commercial",
            Self::Internal => "internal",
            Self::Unknown => "unknown",
        }
    }
}

/// What is known of the caller. Written down as the facts `caller.…`.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Caller {
    /// What they are.
    kind: Option<CallerKind>,
    /// Their name, when they are not the patient.
    name: Option<String>,
    /// The number to call back.
    phone: Option<String>,
}

/// What is known of the patient. Written down as the facts `patient.…`.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Patient {
    /// Family name.
    family: Option<String>,
    /// Given names.
    given: Option<String>,
    /// Civil date, `1984-02-29`.
    birth_date: Option<String>,
    /// Their number, when it is not the caller's.
    phone: Option<String>,
    /// E-mail address.
    email: Option<String>,
    /// Whether the practice knows them.
    known: Option<bool>,
}

/// A contact that just arrived.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewContact {
    /// How.
    channel: ContactChannel,
    /// Number or address, as the network gave it.
    #[serde(default)]
    origin: Option<String>,
    /// Who is calling.
    #[serde(default)]
    caller: Caller,
    /// For whom.
    #[serde(default)]
    patient: Patient,
    /// The request in the caller's own words: the fact `request.words`.
    #[serde(default)]
    reason: Option<String>,
    /// Whatever else is known already.
    #[serde(default)]
    facts: Vec<NewFact>,
    /// The appointment that it is about.
    #[serde(default)]
    about: Option<String>,
}

impl NewContact {
    /// The contact as the flow takes it, and the fields that the facts after
    /// `facts` were spelt out in.
    fn into_flow(self) -> (flow::NewContact, Vec<&'static str>) {
        let NewContact { channel, origin, caller, patient, reason, facts, about } = self;
        let kind = caller.kind.map(|kind| Value::Choice(kind.word().to_owned()));
        let known = patient.known.map(|known| if known { Value::Yes } else { Value::No });
        let spelt_out = [
            ("caller.kind", keys::CALLER_KIND, kind),
            ("caller.name", keys::CALLER_NAME, caller.name.map(Value::Text)),
            ("caller.phone", keys::CALLER_PHONE, caller.phone.map(Value::Phone)),
            ("patient.family", keys::PATIENT_FAMILY, patient.family.map(Value::Text)),
            ("patient.given", keys::PATIENT_GIVEN, patient.given.map(Value::Text)),
            ("patient.birth_date", keys::PATIENT_BIRTH_DATE, patient.birth_date.map(Value::Date)),
            ("patient.phone", keys::PATIENT_PHONE, patient.phone.map(Value::Phone)),
            ("patient.email", keys::PATIENT_EMAIL, patient.email.map(Value::Text)),
            ("patient.known", keys::PATIENT_KNOWN, known),
            ("reason", keys::WORDS, reason.map(Value::Text)),
        ];
        let mut fields = Vec::new();
        let mut all: Vec<flow::NewFact> = each(facts);
        for (field, key, value) in spelt_out {
            if let Some(value) = value {
                fields.push(field);
                all.push(flow::NewFact { key: key.to_owned(), value, source: None });
            }
        }
        let new = flow::NewContact { channel: channel.into(), origin, facts: all, about: about.map(Into::into) };
        (new, fields)
    }
}

/// The error with the field that the request has, where the flow named the fact
/// that was made from it.
fn renamed(error: ApiError, given: usize, fields: &[&'static str]) -> ApiError {
    let ApiError::Invalid { field, why } = error else { return error };
    let index = field.strip_prefix("facts.").and_then(|rest| rest.split('.').next()?.parse::<usize>().ok());
    let own = index.and_then(|index| fields.get(index.checked_sub(given)?));
    ApiError::Invalid { field: own.map_or(field, |own| (*own).to_owned()), why }
}

/// Write a contact down.
///
/// It is stored before any plugin is asked. `Idempotency-Key` makes a repeat
/// answer with the same contact.
#[utoipa::path(
    post,
    path = "/v1/practices/{practice}/contacts",
    operation_id = "receive_contact",
    tag = "contacts",
    security(("bearer" = ["greffon:receive-contacts"])),
    params(
        ("practice" = String, Path, description = "Name of the practice"),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 128 printable characters, minted once per contact"),
    ),
    request_body = NewContact,
    responses((status = 201, description = "Its first view; `Location` is the contact", body = ContactView), Problems),
)]
pub(super) async fn handler(
    State(app): State<Arc<App>>,
    principal: Principal,
    Named(practice): Named,
    key: Key,
    payload: Payload,
) -> Result<Response, ApiError> {
    let entry = principal.practice(&app, &practice, Permission::ReceiveContacts)?;
    let practice = entry.practice.clone();
    let new: NewContact = payload.parse()?;
    let given = new.facts.len();
    let (new, fields) = new.into_flow();
    let changed = received_once(&app, entry, key, &payload, new).await;
    let changed = changed.map_err(|error| renamed(error, given, &fields))?;
    // Whoever is on the line is asked more at once.
    app.reception.reads.note_owner(changed.contact(), &practice);
    let location = HeaderValue::from_str(&changed.location()).expect("a path of letters, digits, `-` and `/`");
    let mut response = changed.answer(StatusCode::CREATED);
    response.headers_mut().insert(LOCATION, location);
    Ok(response)
}
