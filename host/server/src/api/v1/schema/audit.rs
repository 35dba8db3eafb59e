//! The journal.

use std::collections::BTreeMap;

use greffon_core::model::audit;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::mirrored;
use super::time::Timestamp;

mirrored! {
    /// What somebody is.
    Role = audit::Role {
        Secretary, Supervisor, Practitioner, PracticeAdmin, Integrator, Auditor, OperatorAdmin, System,
    }
}

/// Who acted.
#[derive(Serialize, ToSchema)]
pub(crate) struct Actor {
    /// Pseudonymous name, or `job:deliver-message`.
    subject: String,
    /// In which role.
    role: Role,
}

/// One line of the journal: ids, codes and numbers only.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditEvent {
    /// Its name, ordered by time.
    id: Uuid,
    /// When.
    at: Timestamp,
    /// Who.
    actor: Actor,
    /// `contact.received`, `intent.confirmed`, `message.sent`…
    action: String,
    /// In which contact.
    contact: Option<Uuid>,
    /// The thing: `intent:0192…`.
    subject: Option<String>,
    /// Codes, counters, plugin and version.
    fields: BTreeMap<String, String>,
}

impl From<audit::AuditEvent> for AuditEvent {
    fn from(core: audit::AuditEvent) -> Self {
        Self {
            id: core.id.0,
            at: core.at.into(),
            actor: Actor { subject: core.actor.subject, role: core.actor.role.into() },
            action: core.action,
            contact: core.contact.map(|one| one.0),
            subject: core.subject,
            fields: core.fields.into_iter().collect(),
        }
    }
}
