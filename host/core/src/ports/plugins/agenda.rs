//! Agenda plugins.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use super::Health;
use crate::ids::{AgendaId, AppointmentId, FeatureId, OpId};
use crate::model::callback::{CallbackError, InboundAnswer, InboundRequest};
use crate::model::known_agendas::KnownAgendas;
use crate::model::scheduling::{
    AgendaAppointment, AgendaDescriptor, AgendaError, AgendaInfo, AgendaMotive, AgendaNotice, AppointmentStatus,
    BookingRequest, ByWhom, Delta, Found, Hold, Probed, SlotPage, SlotQuery,
};
use crate::ports::agenda_turn::{AgendaIdentity, WriteWindow};
use crate::time::{Instant, Span};

/// The agenda plugin of a feature. Failures of the runtime are already folded
/// into [`AgendaError`]: `OutcomeUnknown` for writes whose guest may have run,
/// `Unavailable` where nothing ran or nothing is ever written.
#[async_trait]
pub trait Agenda: Health {
    /// The same agenda for one step that writes: nothing that changes it begins
    /// once the window has closed, and a write that is cut off in the middle is
    /// `OutcomeUnknown`. Whoever writes has one.
    fn within(&self, window: WriteWindow) -> Arc<dyn Agenda>;
    /// Digest of what decides which agendas these are: plugin, settings, granted
    /// origins. What was learnt of another one does not count.
    fn binding(&self) -> String;
    /// What one of its agendas is, whoever names it. Reads it over the network. An
    /// error too when the binding does not say it in a way that can be relied on.
    async fn identity(&self, of: &AgendaId) -> Result<AgendaIdentity, AgendaError>;
    /// What it can do. Asked once, when the feature was bound.
    fn descriptor(&self) -> &AgendaDescriptor;
    /// Whether the agenda answers, and what it is.
    async fn probe(&self) -> Result<Probed, AgendaError>;
    /// The agendas that it holds. Reads them over the network.
    async fn agendas(&self) -> Result<Vec<AgendaInfo>, AgendaError>;
    /// The motives of one agenda. Reads them over the network.
    async fn motives(&self, of: &AgendaId) -> Result<Vec<AgendaMotive>, AgendaError>;
    /// Free slots, or what is not free: see [`AgendaDescriptor`].
    async fn find_slots(&self, query: &SlotQuery) -> Result<SlotPage, AgendaError>;
    /// What changed in one agenda since `cursor`, at most `limit` entries.
    async fn changes(
        &self,
        of: &AgendaId,
        cursor: Option<&str>,
        window: Span,
        limit: u32,
    ) -> Result<Delta, AgendaError>;
    /// Keeps a slot for `ttl_s` seconds.
    async fn place_hold(&self, op: &OpId, what: &BookingRequest, ttl_s: u32) -> Result<Hold, AgendaError>;
    /// Lets a held slot go.
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
    /// Gives an appointment another time, if its version is still `expected`.
    async fn move_to(
        &self,
        op: &OpId,
        id: &AppointmentId,
        expected: Option<&str>,
        to: &BookingRequest,
    ) -> Result<AgendaAppointment, AgendaError>;
    /// Calls an appointment off, if its version is still `expected`.
    async fn cancel(
        &self,
        op: &OpId,
        id: &AppointmentId,
        expected: Option<&str>,
        by: ByWhom,
        reason: &str,
    ) -> Result<AgendaAppointment, AgendaError>;
    /// Marks an appointment arrived, fulfilled or no-show.
    async fn set_status(
        &self,
        op: &OpId,
        id: &AppointmentId,
        expected: Option<&str>,
        to: AppointmentStatus,
    ) -> Result<AgendaAppointment, AgendaError>;
    /// Closes a span of an agenda; gives the block's name.
    async fn block(&self, op: &OpId, of: &AgendaId, over: Span, label: &str) -> Result<String, AgendaError>;
    /// Opens a closed span again.
    async fn unblock(&self, op: &OpId, block: &str) -> Result<(), AgendaError>;
    /// Reads what an outside service told.
    async fn callback(&self, request: &InboundRequest) -> Result<AgendaNotice, CallbackError>;
    /// The answer to a platform that looks for slots: these.
    async fn answer(&self, request: &InboundRequest, slots: &SlotPage) -> Result<InboundAnswer, CallbackError>;
    /// Tells a platform of an appointment that another agenda holds.
    async fn declare(&self, op: &OpId, what: &AgendaAppointment) -> Result<(), AgendaError>;
}

/// Most agendas of a feature whose motives are read: each is a call over the network.
const MOST_READ: usize = 200;

/// Asks a feature's agendas what they are and which motives they have, over the
/// network: one call, and one for each agenda, up to 200 of them, one after the other.
/// `now` is when. An agenda whose motives cannot be read has none in the answer.
///
/// # Errors
/// The agenda's, when it does not say which agendas there are.
pub async fn read_agendas(agenda: &dyn Agenda, feature: &FeatureId, now: Instant) -> Result<KnownAgendas, AgendaError> {
    let agendas = agenda.agendas().await?;
    let mut motives = BTreeMap::new();
    for one in agendas.iter().take(MOST_READ) {
        if let Ok(read) = agenda.motives(&one.id).await {
            motives.insert(one.id.clone(), read);
        }
    }
    Ok(KnownAgendas { feature: feature.clone(), binding: agenda.binding(), agendas, motives, read_at: now })
}
