//! Plugins as the domain sees them: one small trait a kind, whose methods name
//! neither practice nor feature. The runtime makes one when it binds a feature
//! of a practice; what it cannot bind is a [`Problem`] of that feature.
//!
//! No method is ever called while a transaction is open.

mod agenda;
mod channel;
mod script;
mod triage;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;
use thiserror::Error;

pub use self::agenda::{Agenda, read_agendas};
pub use self::channel::Channel;
pub use self::script::Script;
pub use self::triage::Triage;
use crate::ids::FeatureId;
use crate::model::practice::PluginKind;

/// A plugin bound to a feature of a practice. Clones are the same binding.
#[derive(Clone)]
pub enum Bound {
    /// Triages.
    Triage(Arc<dyn Triage>),
    /// Leads the conversation.
    Script(Arc<dyn Script>),
    /// Holds appointments.
    Agenda(Arc<dyn Agenda>),
    /// Carries messages.
    Channel(Arc<dyn Channel>),
}

impl Bound {
    /// What it is.
    #[must_use]
    pub fn kind(&self) -> PluginKind {
        match self {
            Self::Triage(_) => PluginKind::Triage,
            Self::Script(_) => PluginKind::Script,
            Self::Agenda(_) => PluginKind::Agenda,
            Self::Channel(_) => PluginKind::Notification,
        }
    }

    /// How it has been doing.
    #[must_use]
    pub fn health(&self) -> &dyn Health {
        match self {
            Self::Triage(bound) => bound.as_ref(),
            Self::Script(bound) => bound.as_ref(),
            Self::Agenda(bound) => bound.as_ref(),
            Self::Channel(bound) => bound.as_ref(),
        }
    }
}

impl fmt::Debug for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Bound").field(&self.kind()).finish()
    }
}

/// What every bound plugin can tell of itself without being called.
pub trait Health: Send + Sync {
    /// Whether calls are refused for now, after repeated failures.
    fn is_suspended(&self) -> bool;

    /// What somebody must mend before it does all of its work, although it is
    /// bound; found out in use, so that nothing is known before.
    fn problem(&self) -> Option<Problem> {
        None
    }
}

/// Which plugin serves a feature: what the journal writes beside everything
/// that the plugin had a part in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stamp {
    /// The practice's name for the binding.
    pub feature: FeatureId,
    /// The plugin's id; as the practice's file writes it when no such plugin
    /// was found.
    pub plugin: String,
    /// The plugin's version; empty when it was not found.
    pub version: String,
    /// SHA-256 of its component, hex; empty when it was not found.
    pub digest: String,
}

impl Stamp {
    /// The stamp of a feature that the practice no longer has.
    #[must_use]
    pub fn of_feature(feature: &FeatureId) -> Self {
        Self { feature: feature.clone(), plugin: String::new(), version: String::new(), digest: String::new() }
    }

    /// As fields of a line of the journal; what is not known is left out.
    #[must_use]
    pub fn fields(&self) -> Vec<(String, String)> {
        let fields = [
            ("feature", &self.feature.0),
            ("plugin", &self.plugin),
            ("plugin-version", &self.version),
            ("plugin-digest", &self.digest),
        ];
        fields
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect()
    }
}

/// What keeps a feature from being used, for whoever can mend it. Names no
/// secret and no patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Key below the feature: `settings.calendars`, `grants.http.0`; empty for
    /// the feature as a whole.
    pub key: String,
    /// What is wrong, with the value.
    pub message: String,
    /// What to do; names the line to add where one is missing. Empty when the
    /// message says it.
    pub hint: String,
    /// Where it is written, once that is known.
    pub place: Option<SourcePlace>,
    /// Whether it may be over although nothing that was read changed: the plugin
    /// gave no answer, the host was busy, a file was not there. Such a problem is
    /// never remembered.
    pub passing: bool,
}

impl Problem {
    /// A problem that stands until a file changes.
    pub fn lasting(key: impl Into<String>, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { key: key.into(), message: message.into(), hint: hint.into(), place: None, passing: false }
    }

    /// A problem that may be over at the next try.
    pub fn passing(key: impl Into<String>, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { passing: true, ..Self::lasting(key, message, hint) }
    }
}

impl std::error::Error for Problem {}

impl fmt::Display for Problem {
    /// On one line: place, key, message, remedy.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.message)?;
        if self.hint.is_empty() { Ok(()) } else { write!(f, " ({})", self.hint) }
    }
}

/// A place in a file of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourcePlace {
    /// Which file.
    pub file: PathBuf,
    /// Line and column, from 1; `None` for the file as a whole.
    pub at: Option<(usize, usize)>,
}

impl fmt::Display for SourcePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        match self.at {
            Some((line, column)) => write!(f, ":{line}:{column}"),
            None => Ok(()),
        }
    }
}

/// Why a call did not give an answer of the contract. Codes only: nothing of
/// what the plugin saw or said is in here.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PluginFailure {
    /// The practice has no such feature, or one of another kind.
    #[error("no such feature of this kind")]
    NotBound,
    /// The feature has a [`Problem`], which `GET plugins` shows.
    #[error("the feature cannot be used")]
    NotUsable,
    /// The guest trapped: a bug in the plugin. `unreachable`, `out-of-bounds`…
    #[error("the plugin trapped ({0})")]
    Trapped(String),
    /// A limit was reached: `cpu`, `deadline`, `memory`, `output`, `stack`…
    #[error("the plugin reached its limit of {0}")]
    LimitReached(String),
    /// Too many calls at once for this practice or for the host.
    #[error("too many calls at once")]
    Busy,
    /// The breaker is open after repeated failures.
    #[error("calls are suspended after repeated failures")]
    Suspended,
}

impl PluginFailure {
    /// Whether the guest certainly did not run, so that nothing happened.
    #[must_use]
    pub fn nothing_ran(&self) -> bool {
        matches!(self, Self::NotBound | Self::NotUsable | Self::Busy | Self::Suspended)
    }

    /// A stable word for journal and metrics.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotBound => "not-bound",
            Self::NotUsable => "not-usable",
            Self::Trapped(_) => "trapped",
            Self::LimitReached(_) => "limit-reached",
            Self::Busy => "busy",
            Self::Suspended => "suspended",
        }
    }
}

/// A pure plugin's own error.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{code}: {text}")]
pub struct GuestError {
    /// `unknown-motive`, `protocol-expired`, `contradiction`, `not-prepared`…
    pub code: String,
    /// For the operator; never spoken.
    pub text: String,
}

/// What a pure call ended with.
pub type Pure<T> = Result<Result<T, GuestError>, PluginFailure>;
