//! Grids and scripts, and who approved them.

use greffon_core::model::approval;
use serde::Serialize;
use utoipa::ToSchema;

use super::plugin::PluginKind;
use super::time::Timestamp;

/// A grid or a script among the settings of a feature.
#[derive(Serialize, ToSchema)]
pub(crate) struct ContentName {
    /// Its id.
    id: String,
    /// Its version.
    version: String,
}

impl From<approval::ContentName> for ContentName {
    fn from(name: approval::ContentName) -> Self {
        let approval::ContentName { id, version } = name;
        Self { id, version }
    }
}

/// Whether a content may be used.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ContentState {
    /// A demonstration practice needs no approval.
    NotNeeded,
    /// It was signed with a practitioner's key.
    Signed,
    /// The host attests that a practitioner who was signed in approved it.
    Attested,
    /// It may not be used.
    Refused,
}

/// A grid or a script as the practice's files have it now.
#[derive(Serialize, ToSchema)]
pub(crate) struct Content {
    /// The practice's name for the feature.
    name: String,
    /// A grid or a script.
    kind: PluginKind,
    /// Digest of its settings, 64 hexadecimal digits: what is approved.
    settings: String,
    /// The grids or scripts in it.
    contents: Vec<ContentName>,
    /// Whether it is written for demonstrations: nobody can approve it.
    demo: bool,
    /// Whether it may be used.
    state: ContentState,
    /// Who approved it: a name, or a pseudonym; null when nobody did.
    by: Option<String>,
    /// Their RPPS number.
    rpps: Option<String>,
    /// First instant at which that holds.
    from: Option<Timestamp>,
    /// First instant at which it holds no more.
    until: Option<Timestamp>,
    /// Why it may not be used.
    problem: Option<String>,
    /// What to do about it.
    remedy: Option<String>,
}

impl From<approval::Content> for Content {
    fn from(content: approval::Content) -> Self {
        let approval::Content { feature, kind, settings, contents, demo, standing } = content;
        let mut shown = Self {
            name: feature.0,
            kind: kind.into(),
            settings: settings.to_string(),
            contents: contents.into_iter().map(Into::into).collect(),
            demo,
            state: ContentState::NotNeeded,
            by: None,
            rpps: None,
            from: None,
            until: None,
            problem: None,
            remedy: None,
        };
        match standing {
            approval::Standing::NotNeeded => {}
            approval::Standing::Approved { by, rpps, attested, from, until } => {
                shown.state = if attested { ContentState::Attested } else { ContentState::Signed };
                (shown.by, shown.rpps) = (Some(by), Some(rpps));
                (shown.from, shown.until) = (Some(from.into()), Some(until.into()));
            }
            approval::Standing::Refused { message, hint } => {
                shown.state = ContentState::Refused;
                (shown.problem, shown.remedy) = (Some(message), Some(hint));
            }
        }
        shown
    }
}

/// What the host attests: that a practitioner who was signed in approved a content.
#[derive(Serialize, ToSchema)]
pub(crate) struct Attestation {
    /// The grids or scripts that were approved.
    contents: Vec<ContentName>,
    /// Pseudonymous name of the practitioner.
    subject: String,
    /// RPPS number of the practitioner.
    rpps: String,
    /// When it was given.
    at: Timestamp,
    /// First instant at which it holds.
    from: Timestamp,
    /// First instant at which it holds no more.
    until: Timestamp,
}

impl From<approval::Attestation> for Attestation {
    fn from(given: approval::Attestation) -> Self {
        let approval::Attestation { contents, subject, rpps, at, from, until } = given;
        Self {
            contents: contents.into_iter().map(Into::into).collect(),
            subject,
            rpps,
            at: at.into(),
            from: from.into(),
            until: until.into(),
        }
    }
}

/// When a content was withdrawn.
#[derive(Serialize, ToSchema)]
pub(crate) struct Withdrawn {
    /// What was approved until then counts no more.
    pub(crate) withdrawn_at: Timestamp,
}
