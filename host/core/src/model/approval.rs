//! What practitioners said of the grids and scripts of a practice, as this installation has
//! seen it. Files can be put back as they were; what is remembered here cannot, so that what
//! was withdrawn or replaced by something newer stays so.

mod history;

pub use history::{Approvals, Seen};

use std::fmt;

use serde::{Deserialize, Serialize};

use super::pin::SettingsDigest;
use super::practice::PluginKind;
use crate::ids::{FeatureId, PracticeId};
use crate::time::Instant;

/// A grid or a script, as its author names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContentName {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
}

impl fmt::Display for ContentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", printable(&self.id), printable(&self.version))
    }
}

/// A text of anybody's as it may be printed: on one line, and at most 100 characters.
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars().take(100).map(|sign| if sign.is_control() { '\u{fffd}' } else { sign }).collect()
}

/// The host's word that a practitioner who was signed in approved a content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attestation {
    /// The grids or scripts that were approved.
    pub contents: Vec<ContentName>,
    /// Pseudonymous name of the practitioner: the token's `sub`.
    pub subject: String,
    /// RPPS number of the practitioner.
    pub rpps: String,
    /// When it was given.
    pub at: Instant,
    /// First instant at which it holds.
    pub from: Instant,
    /// First instant at which it holds no more.
    pub until: Instant,
}

/// What was said of one content of one feature: of these settings, with their plugin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Whose.
    pub practice: PracticeId,
    /// The practice's name for the feature.
    pub feature: FeatureId,
    /// Of which settings.
    pub settings: SettingsDigest,
    /// When it was last approved, by a signature or an attestation.
    #[serde(default)]
    pub approved_at: Option<Instant>,
    /// From when on that approval holds.
    #[serde(default)]
    pub begins_at: Option<Instant>,
    /// When it was last withdrawn: what was said until then says nothing any more.
    #[serde(default)]
    pub withdrawn_at: Option<Instant>,
    /// The last attestation, unless it was withdrawn.
    #[serde(default)]
    pub attestation: Option<Attestation>,
    /// Optimistic lock.
    pub version: i64,
}

impl Approval {
    /// Nothing was said yet.
    #[must_use]
    pub fn new(practice: PracticeId, feature: FeatureId, settings: SettingsDigest) -> Self {
        Self {
            practice,
            feature,
            settings,
            approved_at: None,
            begins_at: None,
            withdrawn_at: None,
            attestation: None,
            version: 0,
        }
    }

    /// It was approved at an instant; what was said before is kept when it is newer.
    pub fn approve(&mut self, at: Instant, begins: Instant) {
        if self.approved_at.is_none_or(|before| before < at) {
            (self.approved_at, self.begins_at) = (Some(at), Some(begins));
        }
    }

    /// It was withdrawn at an instant; an attestation until then is gone.
    pub fn withdraw(&mut self, at: Instant) {
        self.withdrawn_at = self.withdrawn_at.max(Some(at));
        self.attestation = self.attestation.take().filter(|one| Some(one.at) > self.withdrawn_at);
    }
}

/// A grid or a script as the practice's files have it now, whether it may be used or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The practice's name for the feature.
    pub feature: FeatureId,
    /// A grid or a script.
    pub kind: PluginKind,
    /// Its settings.
    pub settings: SettingsDigest,
    /// The grids or scripts in it.
    pub contents: Vec<ContentName>,
    /// Written for demonstrations: nobody can approve it.
    pub demo: bool,
    /// Whether it may be used.
    pub standing: Standing,
}

/// Whether a content may be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A demonstration practice needs no approval.
    NotNeeded,
    /// It is approved.
    Approved {
        /// By whom: a name, or a pseudonym.
        by: String,
        /// RPPS number.
        rpps: String,
        /// By an attestation of the host, not by a signature.
        attested: bool,
        /// First instant at which it holds.
        from: Instant,
        /// First instant at which it holds no more.
        until: Instant,
    },
    /// It may not be used.
    Refused {
        /// Why.
        message: String,
        /// What to do.
        hint: String,
    },
}
