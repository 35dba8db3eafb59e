//! Plugins as the domain sees them. Every call names the practice and the
//! feature; the implementation binds the instance, so that a plugin never
//! learns of another practice.

use async_trait::async_trait;
use serde::Serialize;
use thiserror::Error;

use crate::ids::{AgendaId, AppointmentId, FeatureId, OpId};
use crate::model::channel::{
    Accepted, Address, CallbackError, ChannelCaps, ChannelEvent, InboundRequest, MessageRef, Outbound, Receipt,
    Rendered, SendError,
};
use crate::model::practice::{PluginKind, Practice};
use crate::model::scheduling::{
    AgendaAppointment, AgendaDescriptor, AgendaError, AgendaInfo, AgendaMotive, AppointmentStatus, BookingRequest,
    ByWhom, Delta, Found, Hold, SlotPage, SlotQuery,
};
use crate::model::script::{ScriptInfo, Session, View};
use crate::model::triage::{Encounter, Protocol, Step};
use crate::time::{Instant, Span};

/// Why a call did not give an answer of the contract. Codes only: nothing of
/// what the plugin saw or said is in here.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PluginFailure {
    /// The practice has no such feature, or it is of another kind.
    #[error("no feature \"{0}\" of the kind that was asked for")]
    NotBound(FeatureId),
    /// The binding cannot be used; the text names key, value and remedy.
    #[error("feature \"{feature}\" cannot be used: {why}")]
    NotUsable {
        /// Which.
        feature: FeatureId,
        /// Why.
        why: String,
    },
    /// The guest trapped: a bug in the plugin.
    #[error("plugin of \"{feature}\" trapped ({code})")]
    Trapped {
        /// Which.
        feature: FeatureId,
        /// `unreachable`, `out-of-bounds`…
        code: String,
    },
    /// A limit was reached: `cpu`, `deadline`, `memory`, `output`, `stack`…
    #[error("plugin of \"{feature}\" reached its limit of {limit}")]
    LimitReached {
        /// Which.
        feature: FeatureId,
        /// Which limit.
        limit: String,
    },
    /// Too many calls at once for this practice or for the host.
    #[error("too many calls of \"{0}\" at once")]
    Busy(FeatureId),
    /// The breaker is open after repeated failures.
    #[error("calls of \"{0}\" are suspended after repeated failures")]
    Suspended(FeatureId),
}

impl PluginFailure {
    /// Whether the guest certainly did not run, so that nothing happened.
    #[must_use]
    pub fn nothing_ran(&self) -> bool {
        matches!(self, Self::NotBound(_) | Self::NotUsable { .. } | Self::Busy(_) | Self::Suspended(_))
    }

    /// A stable word for journal and metrics.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotBound(_) => "not-bound",
            Self::NotUsable { .. } => "not-usable",
            Self::Trapped { .. } => "trapped",
            Self::LimitReached { .. } => "limit-reached",
            Self::Busy(_) => "busy",
            Self::Suspended(_) => "suspended",
        }
    }
}

/// A triage plugin's own error.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{code}: {text}")]
pub struct GuestError {
    /// `unknown-motive`, `protocol-expired`, `contradiction`, `invalid-settings`…
    pub code: String,
    /// For the operator; never spoken.
    pub text: String,
}

/// What a pure call ended with.
pub type Pure<T> = Result<Result<T, GuestError>, PluginFailure>;

/// A feature as `plugins` lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PluginStatus {
    /// The practice's name for it.
    pub feature: FeatureId,
    /// The plugin's id.
    pub plugin: String,
    /// The plugin's version.
    pub version: String,
    /// SHA-256 of the component, hex.
    pub digest: String,
    /// What it is.
    pub kind: PluginKind,
    /// Whether it can be called now.
    pub usable: bool,
    /// Why not, with the remedy.
    pub problem: Option<String>,
    /// Whether the breaker is open.
    pub suspended: bool,
}

/// Calls plugins. No method is ever called while a transaction is open.
#[async_trait]
pub trait Plugins: Send + Sync {
    /// All features of a practice.
    async fn status(&self, practice: &Practice) -> Vec<PluginStatus>;

    /// The grids that the feature offers.
    async fn triage_protocols(&self, practice: &Practice, feature: &FeatureId) -> Pure<Vec<Protocol>>;
    /// The next step of a triage. Deterministic.
    async fn triage_next(&self, practice: &Practice, feature: &FeatureId, encounter: &Encounter) -> Pure<Step>;

    /// The scripts that the feature offers.
    async fn script_catalogue(&self, practice: &Practice, feature: &FeatureId) -> Pure<Vec<ScriptInfo>>;
    /// The view of a session. Deterministic.
    async fn script_render(&self, practice: &Practice, feature: &FeatureId, session: &Session) -> Pure<View>;

    /// The agenda plugin of a feature.
    fn agenda<'a>(&'a self, practice: &'a Practice, feature: &'a FeatureId) -> Box<dyn Agenda + 'a>;
    /// The channel plugin of a feature.
    fn channel<'a>(&'a self, practice: &'a Practice, feature: &'a FeatureId) -> Box<dyn Channel + 'a>;
}

/// An agenda. Failures of the runtime are already folded into [`AgendaError`]:
/// `OutcomeUnknown` for writes whose guest may have run, `Unavailable` where
/// nothing ran or nothing is ever written.
#[async_trait]
pub trait Agenda: Send + Sync {
    /// What it can do.
    async fn describe(&self) -> Result<AgendaDescriptor, AgendaError>;
    /// Whether it answers; the agenda's own clock, or the host's.
    async fn probe(&self) -> Result<Instant, AgendaError>;
    /// Its agendas.
    async fn agendas(&self) -> Result<Vec<AgendaInfo>, AgendaError>;
    /// The motives of one.
    async fn motives(&self, of: &AgendaId) -> Result<Vec<AgendaMotive>, AgendaError>;
    /// Free slots, or what is not free: see [`AgendaDescriptor`].
    async fn find_slots(&self, query: &SlotQuery) -> Result<SlotPage, AgendaError>;
    /// What changed.
    async fn changes(
        &self,
        of: &AgendaId,
        cursor: Option<&str>,
        window: Span,
        limit: u32,
    ) -> Result<Delta, AgendaError>;
    /// Keeps a slot for `ttl_s` seconds.
    async fn place_hold(&self, op: &OpId, what: &BookingRequest, ttl_s: u32) -> Result<Hold, AgendaError>;
    /// Lets it go.
    async fn release_hold(&self, op: &OpId, token: &str) -> Result<(), AgendaError>;
    /// Books. Idempotent per op-id where the caps say so.
    async fn book(
        &self,
        op: &OpId,
        what: &BookingRequest,
        held: Option<&Hold>,
    ) -> Result<AgendaAppointment, AgendaError>;
    /// What became of an op-id, from the agenda alone.
    async fn look_up(&self, op: &OpId, what: &BookingRequest) -> Result<Found, AgendaError>;
    /// Another time.
    async fn move_to(
        &self,
        op: &OpId,
        id: &AppointmentId,
        expected: Option<&str>,
        to: &BookingRequest,
    ) -> Result<AgendaAppointment, AgendaError>;
    /// Calls it off.
    async fn cancel(
        &self,
        op: &OpId,
        id: &AppointmentId,
        expected: Option<&str>,
        by: ByWhom,
        reason: &str,
    ) -> Result<AgendaAppointment, AgendaError>;
    /// Arrived, fulfilled, no-show.
    async fn set_status(
        &self,
        op: &OpId,
        id: &AppointmentId,
        expected: Option<&str>,
        to: AppointmentStatus,
    ) -> Result<AgendaAppointment, AgendaError>;
    /// Closes a span; the block's name.
    async fn block(&self, op: &OpId, of: &AgendaId, over: Span, label: &str) -> Result<String, AgendaError>;
    /// Opens it again.
    async fn unblock(&self, op: &OpId, block: &str) -> Result<(), AgendaError>;
}

/// A channel. Failures of the runtime are already folded into [`SendError`]:
/// `Uncertain` for a send whose guest may have run, `Transient` otherwise.
#[async_trait]
pub trait Channel: Send + Sync {
    /// What it can do.
    async fn describe(&self) -> Result<ChannelCaps, PluginFailure>;
    /// The address as the provider wants it.
    async fn normalise(&self, address: &Address) -> Result<Address, SendError>;
    /// The message as it will look.
    async fn preview(&self, message: &Outbound) -> Result<Rendered, SendError>;
    /// Sends.
    async fn send(&self, message: &Outbound) -> Result<Accepted, SendError>;
    /// How far it is.
    async fn status_of(&self, message: &MessageRef) -> Result<Receipt, SendError>;
    /// Takes it back, where that is possible.
    async fn withdraw(&self, provider_id: &str) -> Result<(), SendError>;
    /// Reads what a provider posted.
    async fn callback(&self, request: &InboundRequest) -> Result<Vec<ChannelEvent>, CallbackError>;
}
