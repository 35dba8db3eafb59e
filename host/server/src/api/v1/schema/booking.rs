//! Booking intents, and what a request that made one is told.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use greffon_core::flow::BookingOutcome;
use greffon_core::model::practice::Practice;
use greffon_core::model::{intent, script, view};
use greffon_words::banners;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::mirrored;
use super::time::Timestamp;
use crate::error::ApiError;

mirrored! {
    /// Where a booking intent is.
    IntentState = intent::IntentState {
        Drafted, Claimed, Held, Sending, Confirmed, Refused, Unknown, Compensating, Compensated, NeedsHuman,
    }
}

mirrored! {
    /// What may be said of a booking. Nothing is told to the patient before
    /// `confirmed`.
    BookingProgress = script::BookingProgress { None, Pending, Confirmed, Refused, ToVerify }
}

/// A booking of a contact.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct Booking {
    /// The intent.
    intent: Uuid,
    /// Its idempotency key.
    op_id: String,
    /// Where it is.
    state: IntentState,
    /// What may be said of it.
    progress: BookingProgress,
    /// The appointment, once confirmed.
    appointment: Option<String>,
    /// Which agenda.
    agenda: String,
    /// First instant.
    start: Timestamp,
    /// First instant after.
    end: Timestamp,
    /// What for.
    motive: String,
    /// Why it was refused.
    refusal: Option<String>,
    /// Nobody wants it any more: it is looked for in the agenda, and taken out where it is found.
    called_off: bool,
}

impl From<view::BookingView> for Booking {
    fn from(core: view::BookingView) -> Self {
        Self {
            intent: core.intent.0,
            op_id: core.op_id.0,
            state: core.state.into(),
            progress: core.progress.into(),
            appointment: core.appointment.map(|one| one.0),
            agenda: core.agenda.0,
            start: core.span.start.into(),
            end: core.span.end.into(),
            motive: core.motive.0,
            refusal: core.refusal,
            called_off: core.called_off,
        }
    }
}

/// A booking that the practice has for the patient already.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct KnownVisit {
    #[serde(flatten)]
    booking: Booking,
    /// Whether it is theirs for certain; else it is of somebody who may be the same.
    certain: bool,
}

impl From<view::KnownVisit> for KnownVisit {
    fn from(core: view::KnownVisit) -> Self {
        Self { booking: core.booking.into(), certain: core.certain }
    }
}

/// What is asked of an agenda.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum BookingKind {
    /// A new appointment.
    Book,
    /// Another time for an appointment.
    Move,
    /// The end of an appointment.
    Cancel,
}

/// A booking, a move or a cancellation that waits for a person to look into the agenda. Until then
/// its time is kept, and nobody is told that it stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct BookingToVerify {
    #[serde(flatten)]
    booking: Booking,
    /// What was asked of the agenda.
    kind: BookingKind,
    /// The contact that it came from.
    contact: Option<Uuid>,
    /// The binding that serves the agenda.
    feature: String,
    /// For whom.
    patient: super::person::Person,
    /// How often the agenda was asked to write it.
    sends: u32,
    /// When it was asked for.
    created_at: Timestamp,
    /// Since when it waits.
    since: Timestamp,
}

impl From<intent::Intent> for BookingToVerify {
    fn from(core: intent::Intent) -> Self {
        let kind = match core.kind {
            intent::IntentKind::Book => BookingKind::Book,
            intent::IntentKind::Move(_) => BookingKind::Move,
            intent::IntentKind::Cancel { .. } => BookingKind::Cancel,
        };
        Self {
            booking: view::BookingView::of(&core).into(),
            kind,
            contact: core.contact.map(|one| one.0),
            feature: core.feature.0,
            patient: core.request.patient.into(),
            sends: core.sends,
            created_at: core.created_at.into(),
            since: core.updated_at.into(),
        }
    }
}

/// What came of a request to book, move or cancel.
#[derive(Serialize, ToSchema)]
pub(crate) struct BookingAnswer {
    #[serde(flatten)]
    booking: Booking,
    /// Whether an earlier request of the same op-id made it.
    replayed: bool,
    /// What the patient is to bring.
    documents: Vec<String>,
    /// How the patient is to prepare.
    instructions: Option<String>,
    /// How many minutes before the start the patient is to be there.
    arrive_early_min: u32,
    /// When that is.
    arrive_at: Timestamp,
    /// What to tell whoever holds the line, in French, when the outcome is not
    /// known yet.
    notice: Option<String>,
}

/// `done` once the agenda has confirmed; 202 while nobody knows; a problem when
/// an earlier request of the same op-id was refused.
pub(crate) fn answer(
    outcome: BookingOutcome,
    done: StatusCode,
    practice: Option<&Practice>,
) -> Result<Response, ApiError> {
    use intent::IntentState as State;
    let (status, notice) = match outcome.booking.state {
        State::Confirmed => (done, None),
        State::Refused | State::Compensated => {
            let code = outcome.booking.refusal.unwrap_or_else(|| "refused".to_owned());
            return Err(ApiError::Refused { intent: outcome.booking.intent, code });
        }
        State::Claimed => (StatusCode::ACCEPTED, Some(banners::booking_waits().to_string())),
        State::Drafted | State::Held | State::Sending | State::Unknown | State::Compensating | State::NeedsHuman => {
            (StatusCode::ACCEPTED, Some(banners::booking_to_verify().to_string()))
        }
    };
    let motive = practice.and_then(|practice| practice.motive(&outcome.booking.motive));
    let arrive_early_min = motive.map_or(0, |motive| motive.arrive_early_min);
    let body = BookingAnswer {
        documents: motive.map(|motive| motive.documents.clone()).unwrap_or_default(),
        instructions: motive.and_then(|motive| motive.instructions.clone()),
        arrive_early_min,
        arrive_at: outcome.booking.span.start.plus_minutes(-i64::from(arrive_early_min)).into(),
        booking: outcome.booking.into(),
        replayed: outcome.replayed,
        notice,
    };
    Ok((status, Json(body)).into_response())
}
