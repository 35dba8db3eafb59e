//! Calls without an answer of the contract, and a pure plugin's own errors.

use thiserror::Error;

/// Why a call did not give an answer of the contract. Codes only: nothing of
/// what the plugin saw or said is in here.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PluginFailure {
    /// The practice has no such feature, or one of another kind.
    #[error("no such feature of this kind")]
    NotBound,
    /// The feature has a [`Problem`](super::Problem), which `GET plugins` shows.
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
