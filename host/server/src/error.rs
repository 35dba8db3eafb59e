//! What goes wrong, and how a client is told: RFC 9457 problem details.
//!
//! Which to use where:
//! * a handler returns [`ApiError`] and nothing else; `?` turns `FlowError`,
//!   `StorageError` and `AuthError` into it, each case in one place below;
//! * the request itself is wrong: `Malformed` (not JSON) or `Invalid` (names the
//!   field);
//! * something is not there, or not for this caller: `NotFound`, never a hint
//!   which of the two;
//! * a cause that is ours: `Internal`. Its text goes to the request log only.
//!
//! An error is turned into a response without a body, which carries it along; the
//! middleware `middleware::problem` writes the body, where the request id and the
//! language are known. Its words stand in the locale files of `greffon-words`.

use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use greffon_core::flow::{FlowError, Thing, Unheard, Unreached};
use greffon_core::ids::{FeatureId, IntentId, PracticeId};
use greffon_core::model::outside_failure::FailureClass;
use greffon_core::model::scheduling::Rule;
use greffon_core::model::view::{KnownVisit, OfferedSlot};
use greffon_core::ports::storage::StorageError;
use greffon_words::{Text, fields, problems, titles};

use crate::auth::AuthError;

/// Everything that a handler may end with beside an answer.
#[derive(Clone, Debug)]
pub(crate) enum ApiError {
    /// No token, or one that is not believed.
    Unauthenticated(AuthError),
    /// No such thing, for this caller.
    NotFound(Thing),
    /// A name in the path that is no text: nothing has it.
    NoName,
    /// No such route.
    NoRoute,
    /// The route has other methods.
    NoMethod,
    /// The role may not.
    Forbidden { code: &'static str },
    /// The body is not JSON text, or not JSON of any request.
    Malformed { why: Text },
    /// The body is not declared as JSON.
    NotJson,
    /// The body is larger than the limit.
    TooLarge { limit_bytes: usize },
    /// A call of an outside service that is not believed: it is not signed as it should be.
    Unbelieved(Unbelieved),
    /// A call of an outside service that tells nothing here.
    Untold(Untold),
    /// More calls than an address takes.
    TooMany { after_s: u32 },
    /// The feature that is called cannot read it now.
    CallNotNow,
    /// A field is wrong.
    Invalid { field: String, why: Text },
    /// Several practices hold an appointment of this name.
    AmbiguousAppointment { practices: Vec<PracticeId> },
    /// The state does not allow it.
    NotAllowed { code: &'static str, remedy: Text },
    /// Somebody else has the slot.
    SlotTaken { alternatives: Vec<OfferedSlot> },
    /// The patient has an appointment for the motive already.
    SecondAppointment { already: Vec<KnownVisit> },
    /// A rule of the practice forbids it.
    RuleBroken { rule: Rule, why: Text, alternatives: Vec<OfferedSlot> },
    /// An earlier request with this op-id ended without an appointment.
    Refused { intent: IntentId, code: String },
    /// The op-id was used for another request.
    OpIdReused,
    /// The idempotency key was used for another request.
    KeyReused,
    /// The request of this idempotency key is still running.
    KeyRunning,
    /// Somebody changed the same thing.
    Conflict,
    /// The agenda does not answer; nothing changed.
    AgendaUnavailable { feature: FeatureId, class: Option<FailureClass> },
    /// The agenda has not said yet what it is; nothing is written to it.
    AgendaUnidentified { feature: FeatureId },
    /// The database does not answer.
    StorageUnavailable { cause: String },
    /// Too many requests at once.
    Overloaded,
    /// The answer took too long; it may still be done.
    TimedOut,
    /// A fault of ours.
    Internal { cause: String },
}

/// Why a call is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unbelieved {
    Signature,
    Untimely,
}

/// Why a call tells nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Untold {
    NotMine,
    Unreadable,
}

/// Why a request failed, for the request log. Never shown to a client.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) code: &'static str,
    pub(crate) cause: Option<String>,
}

impl From<AuthError> for ApiError {
    fn from(error: AuthError) -> Self {
        Self::Unauthenticated(error)
    }
}

impl From<StorageError> for ApiError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Stale { .. } | StorageError::Exists { .. } | StorageError::ClaimTaken { .. } => {
                Self::Conflict
            }
            StorageError::InvalidCursor => Self::invalid("cursor", fields::cursor()),
            StorageError::NotStorable { thing, why } => Self::invalid(thing, fields::not_storable(why)),
            StorageError::Unavailable(source) => Self::StorageUnavailable { cause: source.to_string() },
            StorageError::Inconsistent { .. } => Self::Internal { cause: error.to_string() },
        }
    }
}

impl From<FlowError> for ApiError {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::NotFound(thing) => Self::NotFound(thing),
            FlowError::Invalid { field, why } => Self::Invalid { field, why },
            FlowError::NotAllowed { code, remedy } => Self::NotAllowed { code, remedy },
            FlowError::Forbidden { code } => Self::Forbidden { code },
            FlowError::SlotTaken { alternatives } => Self::SlotTaken { alternatives },
            FlowError::SecondAppointment { already } => Self::SecondAppointment { already },
            FlowError::RuleBroken { rule, why, alternatives } => Self::RuleBroken { rule, why, alternatives },
            FlowError::OpIdReused => Self::OpIdReused,
            FlowError::Conflict => Self::Conflict,
            FlowError::AgendaUnavailable(Unreached { feature, class }) => Self::AgendaUnavailable { feature, class },
            FlowError::AgendaUnidentified(feature) => Self::AgendaUnidentified { feature },
            FlowError::Storage(error) => error.into(),
        }
    }
}

impl From<Unheard> for ApiError {
    fn from(error: Unheard) -> Self {
        match error {
            Unheard::Unknown => Self::NoRoute,
            Unheard::TooMany(after_s) => Self::TooMany { after_s },
            Unheard::BadSignature => Self::Unbelieved(Unbelieved::Signature),
            Unheard::Untimely => Self::Unbelieved(Unbelieved::Untimely),
            Unheard::NotMine => Self::Untold(Untold::NotMine),
            Unheard::Malformed => Self::Untold(Untold::Unreadable),
            Unheard::NotNow => Self::CallNotNow,
            Unheard::Storage(error) => error.into(),
        }
    }
}

impl ApiError {
    /// A field of the request that is wrong.
    pub(crate) fn invalid(field: &str, why: Text) -> Self {
        Self::Invalid { field: field.to_owned(), why }
    }

    /// The status of the answer.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Unauthenticated(AuthError::IssuerUnavailable) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Unauthenticated(_) | Self::Unbelieved(_) => StatusCode::UNAUTHORIZED,
            Self::NotFound(_) | Self::NoName | Self::NoRoute => StatusCode::NOT_FOUND,
            Self::NoMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::Forbidden { .. } => StatusCode::FORBIDDEN,
            Self::Malformed { .. } => StatusCode::BAD_REQUEST,
            Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Invalid { .. }
            | Self::AmbiguousAppointment { .. }
            | Self::RuleBroken { .. }
            | Self::OpIdReused
            | Self::KeyReused
            | Self::Untold(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NotAllowed { .. }
            | Self::SlotTaken { .. }
            | Self::SecondAppointment { .. }
            | Self::Refused { .. }
            | Self::KeyRunning
            | Self::Conflict => StatusCode::CONFLICT,
            Self::AgendaUnavailable { .. }
            | Self::AgendaUnidentified { .. }
            | Self::StorageUnavailable { .. }
            | Self::CallNotNow
            | Self::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
            Self::TimedOut => StatusCode::GATEWAY_TIMEOUT,
            Self::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Stable, for programs.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated(AuthError::IssuerUnavailable) => "issuer-unavailable",
            Self::Unauthenticated(_) => "unauthenticated",
            Self::NotFound(_) | Self::NoName => "not-found",
            Self::NoRoute => "no-such-route",
            Self::NoMethod => "method-not-allowed",
            Self::Forbidden { code } | Self::NotAllowed { code, .. } => code,
            Self::Malformed { .. } => "malformed-body",
            Self::NotJson => "not-json",
            Self::TooLarge { .. } => "body-too-large",
            Self::Unbelieved(Unbelieved::Signature) => "bad-signature",
            Self::Unbelieved(Unbelieved::Untimely) => "untimely",
            Self::Untold(Untold::NotMine) => "not-mine",
            Self::Untold(Untold::Unreadable) => "call-unreadable",
            Self::TooMany { .. } => "too-many",
            Self::CallNotNow => "call-not-now",
            Self::Invalid { .. } => "invalid",
            Self::AmbiguousAppointment { .. } => "ambiguous-appointment",
            Self::SlotTaken { .. } => "slot-taken",
            Self::SecondAppointment { .. } => "second-appointment",
            Self::RuleBroken { .. } => "rule-broken",
            Self::Refused { .. } => "refused",
            Self::OpIdReused => "op-id-reused",
            Self::KeyReused => "idempotency-key-reused",
            Self::KeyRunning => "idempotency-key-running",
            Self::Conflict => "changed-meanwhile",
            Self::AgendaUnavailable { .. } => "agenda-unavailable",
            Self::AgendaUnidentified { .. } => "agenda-unidentified",
            Self::StorageUnavailable { .. } => "storage-unavailable",
            Self::Overloaded => "overloaded",
            Self::TimedOut => "timed-out",
            Self::Internal { .. } => "internal",
        }
    }

    /// What went wrong in a few words, one text per code.
    pub(crate) fn title(&self) -> Text {
        match self {
            Self::Unauthenticated(AuthError::IssuerUnavailable) => titles::issuer_unavailable(),
            Self::Unauthenticated(_) => titles::unauthenticated(),
            Self::NotFound(_) | Self::NoName | Self::NoRoute => titles::not_found(),
            Self::NoMethod => titles::no_method(),
            Self::Forbidden { .. } => titles::forbidden(),
            Self::Malformed { .. } | Self::NotJson => titles::unreadable(),
            Self::TooLarge { .. } => titles::too_large(),
            Self::Unbelieved(_) => titles::unbelieved(),
            Self::Untold(_) => titles::unreadable(),
            Self::TooMany { .. } => titles::too_many(),
            Self::Invalid { .. } => titles::invalid(),
            Self::AmbiguousAppointment { .. } => titles::ambiguous_appointment(),
            Self::NotAllowed { .. } => titles::not_allowed(),
            Self::SlotTaken { .. } => titles::slot_taken(),
            Self::SecondAppointment { .. } => titles::second_appointment(),
            Self::RuleBroken { .. } => titles::rule_broken(),
            Self::Refused { .. } => titles::refused(),
            Self::OpIdReused | Self::KeyReused => titles::name_reused(),
            Self::KeyRunning => titles::already_running(),
            Self::Conflict => titles::changed_meanwhile(),
            Self::AgendaUnavailable { .. } => titles::agenda_unavailable(),
            Self::AgendaUnidentified { .. } => titles::agenda_unidentified(),
            Self::StorageUnavailable { .. } | Self::Overloaded | Self::CallNotNow => titles::unavailable(),
            Self::TimedOut => titles::timed_out(),
            Self::Internal { .. } => titles::internal(),
        }
    }

    /// What exactly, and what to do. Nothing of a fault's cause is in it.
    pub(crate) fn detail(&self) -> Text {
        match self {
            Self::Unauthenticated(error) => error.text(),
            Self::NotFound(thing) => not_found(*thing),
            Self::NoName => problems::no_name(),
            Self::NoRoute => problems::no_route(),
            Self::NoMethod => problems::no_method(),
            Self::Forbidden { .. } => problems::forbidden(),
            Self::Malformed { why } => problems::body_unreadable(why),
            Self::NotJson => problems::not_json(),
            Self::TooLarge { limit_bytes } => problems::too_large(*limit_bytes),
            Self::Unbelieved(Unbelieved::Signature) => problems::bad_signature(),
            Self::Unbelieved(Unbelieved::Untimely) => problems::untimely(),
            Self::Untold(Untold::NotMine) => problems::not_mine(),
            Self::Untold(Untold::Unreadable) => problems::call_unreadable(),
            Self::TooMany { after_s } => problems::too_many(*after_s),
            Self::CallNotNow => problems::call_not_now(),
            Self::Invalid { why, .. } | Self::RuleBroken { why, .. } => why.clone(),
            Self::AmbiguousAppointment { .. } => problems::ambiguous_appointment(),
            Self::NotAllowed { remedy, .. } => remedy.clone(),
            Self::SecondAppointment { already } if already.iter().any(|one| one.certain) => {
                problems::second_appointment()
            }
            Self::SecondAppointment { .. } => problems::second_appointment_perhaps(),
            Self::SlotTaken { alternatives } if alternatives.is_empty() => problems::slot_taken(),
            Self::SlotTaken { alternatives } => problems::slot_taken_with_others(alternatives.len()),
            Self::Refused { code, .. } => problems::refused(code),
            Self::OpIdReused => problems::op_id_reused(),
            Self::KeyReused => problems::key_reused(),
            Self::KeyRunning => problems::key_running(),
            Self::Conflict => problems::changed_meanwhile(),
            Self::AgendaUnavailable { class, .. } => {
                class.map_or_else(problems::agenda_unavailable, FailureClass::at_the_desk)
            }
            Self::AgendaUnidentified { .. } => problems::agenda_unidentified(),
            Self::TimedOut => problems::timed_out(),
            Self::Overloaded => problems::overloaded(),
            Self::StorageUnavailable { .. } => problems::storage_unavailable(),
            Self::Internal { .. } => problems::internal(),
        }
    }

    /// Seconds after which asking again makes sense.
    fn retry_after_s(&self) -> Option<u32> {
        match self {
            Self::Overloaded | Self::KeyRunning => Some(1),
            Self::TooMany { after_s } => Some(*after_s),
            Self::StorageUnavailable { .. } => Some(5),
            Self::AgendaUnavailable { .. }
            | Self::AgendaUnidentified { .. }
            | Self::CallNotNow
            | Self::Unauthenticated(AuthError::IssuerUnavailable) => Some(30),
            _ => None,
        }
    }
}

fn not_found(thing: Thing) -> Text {
    match thing {
        Thing::Practice => problems::practice_not_found(),
        Thing::Contact => problems::contact_not_found(),
        Thing::Absence => problems::absence_not_found(),
        Thing::Appointment => problems::appointment_not_found(),
        Thing::Intent => problems::intent_not_found(),
        Thing::Commitment => problems::commitment_not_found(),
        Thing::Alert => problems::alert_not_found(),
        Thing::Patient => problems::patient_not_found(),
        Thing::DeadLetter => problems::task_not_found(),
        Thing::Content => problems::content_not_found(),
        Thing::Feature => problems::feature_not_found(),
        Thing::InboundAddress => problems::inbound_address_not_found(),
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Some(seconds) = self.retry_after_s() {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        // RFC 6750, section 3: no error code when no token was sent.
        match &self {
            Self::Unauthenticated(AuthError::IssuerUnavailable) => {}
            Self::Unauthenticated(AuthError::Missing) => {
                response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"greffon\""));
            }
            Self::Unauthenticated(_) => {
                let value = HeaderValue::from_static("Bearer realm=\"greffon\", error=\"invalid_token\"");
                response.headers_mut().insert(WWW_AUTHENTICATE, value);
            }
            _ => {}
        }
        let cause = match &self {
            Self::Internal { cause } | Self::StorageUnavailable { cause } => Some(cause.clone()),
            Self::Unauthenticated(error) => Some(error.code().to_owned()),
            _ => None,
        };
        response.extensions_mut().insert(Failure { code: self.code(), cause });
        response.extensions_mut().insert(self);
        response
    }
}
