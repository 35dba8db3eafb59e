//! What the plugins last said of a contact. It is kept beside the contact, so that
//! reading one asks no plugin.

use serde::{Deserialize, Serialize};

use super::Sequel;
use crate::ids::{ContactId, JobId};
use crate::model::contact::Contact;
use crate::model::script::View;
use crate::model::triage::Question;

/// What grids and script said, and of what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// What they were told of.
    pub of: Told,
    /// What the grids ask.
    pub questions: Vec<Question>,
    /// What the script says.
    pub script: View,
    /// Whether the host's own script stands in for the practice's, which failed.
    pub script_failed: bool,
}

impl Said {
    /// Before anybody was asked.
    #[must_use]
    pub fn nothing(of: Told) -> Self {
        let script =
            View { prompts: Vec::new(), missing: Vec::new(), may_close: false, recap: None, effects: Vec::new() };
        Self { of, questions: Vec::new(), script, script_failed: false }
    }
}

/// What plugins were told of: another value means that something has changed since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Version of the contact.
    pub contact: i64,
    /// Versions of its bookings, added up: each only grows.
    pub bookings: i64,
    /// Versions of its promises, added up.
    pub commitments: i64,
    /// Versions of the patient's records, added up: what may be said hangs on them.
    #[serde(default)]
    pub patient: i64,
    /// Revision of the practice's files.
    pub revision: String,
}

impl Told {
    /// What plugins would be told of now.
    #[must_use]
    pub fn of(revision: &str, contact: &Contact, sequel: &Sequel) -> Self {
        Self {
            contact: contact.version,
            bookings: sequel.intents.iter().map(|one| one.version).sum(),
            commitments: sequel.commitments.iter().map(|one| one.version).sum(),
            patient: sequel.records.iter().map(|one| one.version).sum(),
            revision: revision.to_owned(),
        }
    }

    /// The job that tells them of this: the same whoever asks for it.
    #[must_use]
    pub fn job_of(&self, contact: ContactId) -> JobId {
        let Self { contact: version, bookings, commitments, patient, revision } = self;
        JobId::named(&format!("refresh-view {contact} {version} {bookings} {commitments} {patient} {revision}"))
    }
}
