//! The person behind a request. A handler gets a practice only from here, and
//! only with a permission, so that scoping cannot be forgotten.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use greffon_core::flow::Thing;
use greffon_core::ids::{AlertId, AppointmentId, CommitmentId, ContactId, JobId, PracticeId};
use greffon_core::model::audit::Actor;

use super::claims::{Identity, Reach};
use super::{AuthError, Permission};
use crate::app::App;
use crate::error::ApiError;
use crate::metrics;
use crate::middleware::request_log::Attribution;

/// Who is asking.
pub(crate) struct Principal {
    identity: Identity,
    attribution: Attribution,
}

/// A practice that the principal may act in, and as whom.
pub(crate) struct Entry {
    pub(crate) practice: PracticeId,
    pub(crate) actor: Actor,
    /// Their RPPS number, when the token has one.
    pub(crate) rpps: Option<String>,
}

impl Principal {
    /// Into the practice of this name.
    ///
    /// A practice outside the token and one that does not exist are the same
    /// 404; only inside its own practices does a role get a 403.
    pub(crate) fn practice(&self, app: &App, name: &str, permission: Permission) -> Result<Entry, ApiError> {
        let practice = PracticeId::from(name);
        if !self.reaches(&practice) || app.reception.reads.practice(&practice).is_none() {
            return Err(ApiError::NotFound(Thing::Practice));
        }
        self.enter(practice, permission)
    }

    /// Into all practices of the token that are served here: for lists over practices. None
    /// is named, so none is hidden: whoever has none sees nothing.
    pub(crate) fn practices(&self, app: &App, permission: Permission) -> Result<Vec<PracticeId>, ApiError> {
        if !self.identity.permissions.contains(&permission) {
            return Err(ApiError::Forbidden { code: "role-may-not" });
        }
        Ok(app.reception.reads.practices().into_iter().filter(|one| self.reaches(one)).collect())
    }

    /// Into the practice of a contact.
    pub(crate) async fn contact(
        &self,
        app: &App,
        id: &str,
        permission: Permission,
    ) -> Result<(Entry, ContactId), ApiError> {
        let id: ContactId = id.parse().map_err(|_| ApiError::NotFound(Thing::Contact))?;
        let practice = app.reception.reads.practice_of_contact(id).await?;
        let practice = practice.filter(|one| self.reaches(one)).ok_or(ApiError::NotFound(Thing::Contact))?;
        Ok((self.enter(practice, permission)?, id))
    }

    /// Into the practice of a commitment.
    pub(crate) async fn commitment(
        &self,
        app: &App,
        id: &str,
        permission: Permission,
    ) -> Result<(Entry, CommitmentId), ApiError> {
        let id: CommitmentId = id.parse().map_err(|_| ApiError::NotFound(Thing::Commitment))?;
        let practice = app.reception.reads.practice_of_commitment(id).await?;
        let practice = practice.filter(|one| self.reaches(one)).ok_or(ApiError::NotFound(Thing::Commitment))?;
        Ok((self.enter(practice, permission)?, id))
    }

    /// Into the practice of an alert.
    pub(crate) async fn alert(
        &self,
        app: &App,
        id: &str,
        permission: Permission,
    ) -> Result<(Entry, AlertId), ApiError> {
        let id: AlertId = id.parse().map_err(|_| ApiError::NotFound(Thing::Alert))?;
        let practice = app.reception.reads.practice_of_alert(id).await?;
        let practice = practice.filter(|one| self.reaches(one)).ok_or(ApiError::NotFound(Thing::Alert))?;
        Ok((self.enter(practice, permission)?, id))
    }

    /// Into the practice of a dead letter.
    pub(crate) async fn dead_letter(
        &self,
        app: &App,
        id: &str,
        permission: Permission,
    ) -> Result<(Entry, JobId), ApiError> {
        let id: JobId = id.parse().map_err(|_| ApiError::NotFound(Thing::DeadLetter))?;
        let practice = app.reception.reads.practice_of_dead_letter(id).await?;
        let practice = practice.filter(|one| self.reaches(one)).ok_or(ApiError::NotFound(Thing::DeadLetter))?;
        Ok((self.enter(practice, permission)?, id))
    }

    /// Into the practice of an appointment. Agendas name their appointments
    /// themselves, so several practices may have one of this name: then the
    /// request must say which.
    pub(crate) async fn appointment(
        &self,
        app: &App,
        id: &str,
        named: Option<&str>,
        permission: Permission,
    ) -> Result<(Entry, AppointmentId), ApiError> {
        let id = AppointmentId::from(id);
        let mut holders = app.reception.reads.practices_of_appointment(&id).await?;
        holders.retain(|one| self.reaches(one) && named.is_none_or(|named| one.as_str() == named));
        match holders.len() {
            0 => Err(ApiError::NotFound(Thing::Appointment)),
            1 => Ok((self.enter(holders.swap_remove(0), permission)?, id)),
            _ => Err(ApiError::AmbiguousAppointment { practices: holders }),
        }
    }

    fn reaches(&self, practice: &PracticeId) -> bool {
        match &self.identity.reach {
            Reach::All => true,
            Reach::Only(practices) => practices.contains(practice.as_str()),
        }
    }

    fn enter(&self, practice: PracticeId, permission: Permission) -> Result<Entry, ApiError> {
        self.attribution.practice(&practice);
        if !self.identity.permissions.contains(&permission) {
            return Err(ApiError::Forbidden { code: "role-may-not" });
        }
        let actor = Actor { subject: self.identity.subject.clone(), role: self.identity.role };
        Ok(Entry { practice, actor, rpps: self.identity.rpps.clone() })
    }
}

impl FromRequestParts<Arc<App>> for Principal {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let result = match bearer(parts) {
            Some(token) => app.authenticator.authenticate(token).await,
            None => Err(AuthError::Missing),
        };
        let identity = result.inspect_err(|error| metrics::refused_token(error.code()))?;
        let attribution = parts.extensions.get::<Attribution>().cloned().unwrap_or_default();
        attribution.requester(&identity.subject, identity.role);
        Ok(Self { identity, attribution })
    }
}

/// The token of `Authorization: Bearer …` (RFC 6750); the scheme's case does
/// not count.
fn bearer(parts: &Parts) -> Option<&str> {
    let value = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}
