//! The journal: append-only, one line per transition.

use serde::{Deserialize, Serialize};

use crate::ids::{AuditId, ContactId, PracticeId};
use crate::time::Instant;

/// Who acts. `subject` comes from a token, or names a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Pseudonymous id of the person, or `job:deliver-message`.
    pub subject: String,
    /// In which role.
    pub role: Role,
}

impl Actor {
    /// The host itself, doing this job.
    #[must_use]
    pub fn job(name: &str) -> Self {
        Self { subject: format!("job:{name}"), role: Role::System }
    }
}

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Holds the line.
    Secretary,
    /// Leads the secretaries.
    Supervisor,
    /// Sees patients; the only one who may lower a level.
    Practitioner,
    /// Runs the practice.
    PracticeAdmin,
    /// Writes plugins; never sees patient data.
    Integrator,
    /// Reads the journal.
    Auditor,
    /// Runs the installation; no patient data.
    OperatorAdmin,
    /// greffon itself.
    System,
}

impl Role {
    /// The wire word: `practice-admin`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Secretary => "secretary",
            Self::Supervisor => "supervisor",
            Self::Practitioner => "practitioner",
            Self::PracticeAdmin => "practice-admin",
            Self::Integrator => "integrator",
            Self::Auditor => "auditor",
            Self::OperatorAdmin => "operator-admin",
            Self::System => "system",
        }
    }
}

/// One line of the journal. `fields` holds ids, codes and numbers only: no
/// name, phone or reason for calling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEvent {
    /// Its name; UUIDv7, so ordered.
    pub id: AuditId,
    /// Whose.
    pub practice: PracticeId,
    /// When.
    pub at: Instant,
    /// Who.
    pub actor: Actor,
    /// `contact.received`, `intent.confirmed`, `message.sent`…
    pub action: String,
    /// In which contact.
    pub contact: Option<ContactId>,
    /// The thing: `intent:0192…`, `message:0192…`.
    pub subject: Option<String>,
    /// Codes, counters, plugin and version.
    pub fields: Vec<(String, String)>,
}
