//! Problem details (RFC 9457).

use greffon_words::Locale;
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};
use uuid::Uuid;

use super::booking::KnownVisit;
use super::slot::{Rule, Slot};
use crate::error::ApiError;

/// What went wrong. `code` is stable; `title` and `detail` are for a person, in
/// French unless `Accept-Language` prefers English.
#[derive(Clone, Default, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// The code as a URI.
    #[schema(example = "urn:greffon:problem:slot-taken")]
    pub(crate) r#type: String,
    /// What went wrong, in a few words.
    pub(crate) title: String,
    /// The status of the answer.
    pub(crate) status: u16,
    /// What exactly, and what to do.
    pub(crate) detail: String,
    /// Stable code.
    #[schema(example = "slot-taken")]
    pub(crate) code: &'static str,
    /// Which field is wrong: `facts.0.value`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) field: Option<String>,
    /// Which rule forbids it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rule: Option<Rule>,
    /// Which agenda plugin does not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) feature: Option<String>,
    /// Which practices hold an appointment of that name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) practices: Option<Vec<String>>,
    /// What could be had instead of the slot that is taken, or that a rule forbids.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) alternatives: Option<Vec<Slot>>,
    /// Appointments to come that the patient has for the motive already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) already: Option<Vec<KnownVisit>>,
    /// The intent that was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) intent: Option<Uuid>,
    /// The name of the request in the server's log, for faults of the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request_id: Option<String>,
}

impl Problem {
    /// The body of an answer, for somebody who reads this language.
    pub(crate) fn of(error: ApiError, locale: Locale) -> Self {
        let mut problem = Self {
            r#type: format!("urn:greffon:problem:{}", error.code()),
            title: error.title().of(locale).to_owned(),
            status: error.status().as_u16(),
            detail: error.detail().of(locale).to_owned(),
            code: error.code(),
            ..Self::default()
        };
        match error {
            ApiError::Invalid { field, .. } => problem.field = Some(field),
            ApiError::AmbiguousAppointment { practices } => {
                problem.practices = Some(practices.into_iter().map(|one| one.0).collect());
            }
            ApiError::SlotTaken { alternatives } => {
                problem.alternatives = Some(alternatives.into_iter().map(Into::into).collect());
            }
            ApiError::SecondAppointment { already } => {
                problem.already = Some(already.into_iter().map(Into::into).collect());
            }
            ApiError::RuleBroken { rule, alternatives, .. } => {
                problem.rule = Some(rule.into());
                problem.alternatives = Some(alternatives.into_iter().map(Into::into).collect())
                    .filter(|some: &Vec<Slot>| !some.is_empty());
            }
            ApiError::Refused { intent, .. } => problem.intent = Some(intent.0),
            ApiError::AgendaUnavailable { feature, .. } | ApiError::AgendaUnidentified { feature } => {
                problem.feature = Some(feature.0);
            }
            _ => {}
        }
        problem
    }
}

/// The problems that every route of a practice may answer with.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers; ApiError makes them")]
pub(crate) enum Problems {
    /// No token, or one that is not believed.
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthenticated(Problem),
    /// The token's role may not do that in its own practice.
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(Problem),
    /// Not there, or in a practice outside the token.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
    /// A field or parameter is wrong; `field` names it.
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(Problem),
    /// A fault of the server; `request_id` names it in the log.
    #[response(status = 500, content_type = "application/problem+json")]
    Internal(Problem),
    /// Nothing was done; ask again after `Retry-After`.
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(Problem),
}
