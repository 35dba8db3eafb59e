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
//! middleware `middleware::problem` writes the body, where the request id is known.

use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use greffon_core::flow::FlowError;
use greffon_core::ids::{FeatureId, IntentId, PracticeId};
use greffon_core::model::scheduling::Rule;
use greffon_core::model::view::OfferedSlot;
use greffon_core::ports::storage::StorageError;

use crate::auth::AuthError;

/// Everything that a handler may end with beside an answer.
#[derive(Clone, Debug)]
pub(crate) enum ApiError {
    /// No token, or one that is not believed.
    Unauthenticated(AuthError),
    /// No such thing, for this caller.
    NotFound(&'static str),
    /// No such route.
    NoRoute,
    /// The route has other methods.
    NoMethod,
    /// The role may not.
    Forbidden { code: &'static str },
    /// The body is not JSON text, or not JSON of any request.
    Malformed { why: String },
    /// The body is not declared as JSON.
    NotJson,
    /// The body is larger than the limit.
    TooLarge { limit_bytes: usize },
    /// A field is wrong.
    Invalid { field: String, why: String },
    /// Several practices hold an appointment of this name.
    AmbiguousAppointment { practices: Vec<PracticeId> },
    /// The state does not allow it.
    NotAllowed { code: &'static str, remedy: String },
    /// Somebody else has the slot.
    SlotTaken { alternatives: Vec<OfferedSlot> },
    /// A rule of the practice forbids it.
    RuleBroken { rule: Rule, why: String },
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
    AgendaUnavailable { feature: FeatureId },
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
            StorageError::InvalidCursor => Self::invalid("cursor", "expected the `next` of an earlier page"),
            StorageError::NotStorable { thing, why } => Self::invalid(thing, why),
            StorageError::Unavailable(source) => Self::StorageUnavailable { cause: source.to_string() },
            StorageError::Inconsistent { .. } => Self::Internal { cause: error.to_string() },
        }
    }
}

impl From<FlowError> for ApiError {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::NotFound(what) => Self::NotFound(what),
            FlowError::Invalid { field, why } => Self::Invalid { field, why },
            FlowError::NotAllowed { code, remedy } => Self::NotAllowed { code, remedy },
            FlowError::Forbidden { code } => Self::Forbidden { code },
            FlowError::SlotTaken { alternatives } => Self::SlotTaken { alternatives },
            FlowError::RuleBroken { rule, why } => Self::RuleBroken { rule, why },
            FlowError::OpIdReused => Self::OpIdReused,
            FlowError::Conflict => Self::Conflict,
            FlowError::AgendaUnavailable(feature) => Self::AgendaUnavailable { feature },
            FlowError::AgendaUnidentified(feature) => Self::AgendaUnidentified { feature },
            FlowError::Storage(error) => error.into(),
        }
    }
}

impl ApiError {
    /// A field of the request that is wrong.
    pub(crate) fn invalid(field: &str, why: impl Into<String>) -> Self {
        Self::Invalid { field: field.to_owned(), why: why.into() }
    }

    /// The status of the answer.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Unauthenticated(AuthError::IssuerUnavailable) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Unauthenticated(_) => StatusCode::UNAUTHORIZED,
            Self::NotFound(_) | Self::NoRoute => StatusCode::NOT_FOUND,
            Self::NoMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::Forbidden { .. } => StatusCode::FORBIDDEN,
            Self::Malformed { .. } => StatusCode::BAD_REQUEST,
            Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Invalid { .. }
            | Self::AmbiguousAppointment { .. }
            | Self::RuleBroken { .. }
            | Self::OpIdReused
            | Self::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NotAllowed { .. }
            | Self::SlotTaken { .. }
            | Self::Refused { .. }
            | Self::KeyRunning
            | Self::Conflict => StatusCode::CONFLICT,
            Self::AgendaUnavailable { .. }
            | Self::AgendaUnidentified { .. }
            | Self::StorageUnavailable { .. }
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
            Self::NotFound(_) => "not-found",
            Self::NoRoute => "no-such-route",
            Self::NoMethod => "method-not-allowed",
            Self::Forbidden { code } | Self::NotAllowed { code, .. } => code,
            Self::Malformed { .. } => "malformed-body",
            Self::NotJson => "not-json",
            Self::TooLarge { .. } => "body-too-large",
            Self::Invalid { .. } => "invalid",
            Self::AmbiguousAppointment { .. } => "ambiguous-appointment",
            Self::SlotTaken { .. } => "slot-taken",
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

    /// For a person, in French, one per code.
    pub(crate) fn title(&self) -> &'static str {
        match self {
            Self::Unauthenticated(AuthError::IssuerUnavailable) => "Service d'identité injoignable",
            Self::Unauthenticated(_) => "Identification nécessaire",
            Self::NotFound(_) | Self::NoRoute => "Introuvable",
            Self::NoMethod => "Méthode non prévue",
            Self::Forbidden { .. } => "Action réservée à un autre rôle",
            Self::Malformed { .. } | Self::NotJson => "Requête illisible",
            Self::TooLarge { .. } => "Requête trop volumineuse",
            Self::Invalid { .. } => "Champ incorrect",
            Self::AmbiguousAppointment { .. } => "Rendez-vous présent dans plusieurs cabinets",
            Self::NotAllowed { .. } => "Action impossible pour le moment",
            Self::SlotTaken { .. } => "Créneau déjà pris",
            Self::RuleBroken { .. } => "Créneau contraire aux règles du cabinet",
            Self::Refused { .. } => "Demande déjà refusée par l'agenda",
            Self::OpIdReused | Self::KeyReused => "Identifiant déjà utilisé pour une autre demande",
            Self::KeyRunning => "Demande déjà en cours",
            Self::Conflict => "Modifié entre-temps",
            Self::AgendaUnavailable { .. } => "Agenda injoignable",
            Self::AgendaUnidentified { .. } => "Agenda pas encore identifié",
            Self::StorageUnavailable { .. } | Self::Overloaded => "Service momentanément indisponible",
            Self::TimedOut => "Réponse trop longue",
            Self::Internal { .. } => "Erreur interne",
        }
    }

    /// What exactly, and what to do.
    pub(crate) fn detail(&self) -> String {
        match self {
            Self::Unauthenticated(error) => error.to_string(),
            Self::NotFound(what) => format!("{what} not found"),
            Self::NoRoute => "no such route; /v1/openapi.json lists them".to_owned(),
            Self::NoMethod => "the route has other methods; /v1/openapi.json lists them".to_owned(),
            Self::Forbidden { .. } => "the token's role may not do that".to_owned(),
            Self::Malformed { why } => format!("the body cannot be read: {why}"),
            Self::NotJson => "send the body as content-type application/json".to_owned(),
            Self::TooLarge { limit_bytes } => format!("the body is larger than {limit_bytes} bytes"),
            Self::Invalid { why, .. } | Self::RuleBroken { why, .. } => why.clone(),
            Self::AmbiguousAppointment { .. } => {
                "several practices hold an appointment of this name; add ?practice=".to_owned()
            }
            Self::NotAllowed { remedy, .. } => remedy.clone(),
            Self::SlotTaken { .. } => "somebody else has the slot; alternatives lists what is free".to_owned(),
            Self::Refused { code, .. } => format!("the agenda refused an earlier request of this op-id: {code}"),
            Self::OpIdReused => "the op-id was used for another request; mint one per request".to_owned(),
            Self::KeyReused => "the idempotency key was used for another request; mint one per request".to_owned(),
            Self::KeyRunning => "the first request of this idempotency key has not ended; ask again".to_owned(),
            Self::Conflict => "somebody changed the same thing; read it again and repeat".to_owned(),
            Self::AgendaUnavailable { .. } => "the agenda does not answer; nothing was changed".to_owned(),
            Self::AgendaUnidentified { .. } => {
                "Cet agenda n'est pas encore identifié : rien n'y a été inscrit. Réessayez dans un instant ; si cela dure, \
                 prévenez le cabinet."
                    .to_owned()
            }
            Self::TimedOut => {
                "no answer in time; what was asked may still be done: repeat it with the same op-id or idempotency key"
                    .to_owned()
            }
            Self::Overloaded => "too many requests at once; ask again".to_owned(),
            Self::StorageUnavailable { .. } => "the database does not answer; nothing was changed".to_owned(),
            Self::Internal { .. } => "the fault was logged under this request id".to_owned(),
        }
    }

    /// Seconds after which asking again makes sense.
    fn retry_after_s(&self) -> Option<u32> {
        match self {
            Self::Overloaded | Self::KeyRunning => Some(1),
            Self::StorageUnavailable { .. } => Some(5),
            Self::AgendaUnavailable { .. }
            | Self::AgendaUnidentified { .. }
            | Self::Unauthenticated(AuthError::IssuerUnavailable) => Some(30),
            _ => None,
        }
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
