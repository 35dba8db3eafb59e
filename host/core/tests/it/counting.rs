//! Plugins that count what is asked of them, and that can hang.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::channel::oneshot::Receiver;
use greffon_core::ids::{AgendaId, AppointmentId, OpId};
use greffon_core::model::callback::{CallbackError, InboundAnswer, InboundRequest};
use greffon_core::model::outside_failure::LastFailure;
use greffon_core::model::scheduling::{
    AgendaAppointment, AgendaDescriptor, AgendaError, AgendaInfo, AgendaMotive, AgendaNotice, AppointmentStatus,
    BookingRequest, ByWhom, Delta, Found, Hold, Probed, SlotPage, SlotQuery,
};
use greffon_core::model::script::{ScriptInfo, Session, View};
use greffon_core::model::triage::{Encounter, Protocol, Step};
use greffon_core::ports::agenda_turn::{AgendaIdentity, WriteWindow};
use greffon_core::ports::plugins::{Agenda, Bound, Health, Pure, Script, Triage};
use greffon_core::ports::practices::Feature;
use greffon_core::time::Span;
use greffon_simulation::FakePlugins;

/// Counts the calls of the features that it was put around.
#[derive(Clone, Default)]
pub struct Counting {
    pub fakes: FakePlugins,
    calls: Arc<Mutex<BTreeMap<&'static str, u32>>>,
    /// Grids and writes never come back: the process dies while one is under way.
    pub hangs: Arc<AtomicBool>,
    /// The next answer of `changes` is on its way until this is over.
    pub late: Arc<Mutex<Option<Receiver<()>>>>,
    /// What `book` answers instead of the agenda's own word.
    pub garbage: Arc<Mutex<Option<AgendaAppointment>>>,
}

impl Counting {
    pub fn over(fakes: FakePlugins) -> Self {
        Self { fakes, ..Self::default() }
    }

    pub fn calls(&self, name: &str) -> u32 {
        self.calls.lock().unwrap().get(name).copied().unwrap_or(0)
    }

    /// All calls that are counted.
    pub fn total(&self) -> u32 {
        self.calls.lock().unwrap().values().sum()
    }

    /// Counts a call, which may never come back.
    async fn ask(&self, name: &'static str) {
        self.count(name);
        if self.hangs.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
    }

    fn count(&self, name: &'static str) {
        *self.calls.lock().unwrap().entry(name).or_default() += 1;
    }

    /// The feature behind the counter.
    pub fn around(&self, mut feature: Feature) -> Feature {
        let of = self.clone();
        feature.bound = feature.bound.map(|bound| match bound {
            Bound::Triage(inner) => Bound::Triage(Arc::new(Counted { of, inner })),
            Bound::Script(inner) => Bound::Script(Arc::new(Counted { of, inner })),
            Bound::Agenda(inner) => Bound::Agenda(Arc::new(Counted { of, inner })),
            channel @ Bound::Channel(_) => channel,
        });
        feature
    }
}

struct Counted<P: ?Sized> {
    of: Counting,
    inner: Arc<P>,
}

impl<P: ?Sized + Health> Health for Counted<P> {
    fn is_suspended(&self) -> bool {
        self.inner.is_suspended()
    }

    fn last_failure(&self) -> Option<LastFailure> {
        self.inner.last_failure()
    }
}

#[async_trait]
impl Triage for Counted<dyn Triage> {
    fn protocols(&self) -> &[Protocol] {
        self.inner.protocols()
    }
    async fn next(&self, encounter: &Encounter) -> Pure<Step> {
        self.of.ask("triage").await;
        self.inner.next(encounter).await
    }
}

#[async_trait]
impl Script for Counted<dyn Script> {
    fn catalogue(&self) -> &[ScriptInfo] {
        self.inner.catalogue()
    }
    async fn render(&self, session: &Session) -> Pure<View> {
        self.of.count("script");
        self.inner.render(session).await
    }
}

#[async_trait]
impl Agenda for Counted<dyn Agenda> {
    fn within(&self, window: WriteWindow) -> Arc<dyn Agenda> {
        Arc::new(Counted { of: self.of.clone(), inner: self.inner.within(window) })
    }
    fn binding(&self) -> String {
        self.inner.binding()
    }
    fn descriptor(&self) -> &AgendaDescriptor {
        self.inner.descriptor()
    }
    async fn probe(&self) -> Result<Probed, AgendaError> {
        self.inner.probe().await
    }
    async fn identity(&self, of: &AgendaId) -> Result<AgendaIdentity, AgendaError> {
        self.inner.identity(of).await
    }
    async fn agendas(&self) -> Result<Vec<AgendaInfo>, AgendaError> {
        self.inner.agendas().await
    }
    async fn motives(&self, of: &AgendaId) -> Result<Vec<AgendaMotive>, AgendaError> {
        self.inner.motives(of).await
    }
    async fn find_slots(&self, query: &SlotQuery) -> Result<SlotPage, AgendaError> {
        self.of.count("find-slots");
        self.inner.find_slots(query).await
    }
    async fn changes(
        &self,
        of: &AgendaId,
        cursor: Option<&str>,
        window: Span,
        limit: u32,
    ) -> Result<Delta, AgendaError> {
        let told = self.inner.changes(of, cursor, window, limit).await;
        let late = self.of.late.lock().unwrap().take();
        if let Some(over) = late {
            over.await.unwrap();
        }
        told
    }
    async fn place_hold(&self, op: &OpId, what: &BookingRequest, ttl_s: u32) -> Result<Hold, AgendaError> {
        self.inner.place_hold(op, what, ttl_s).await
    }
    async fn release_hold(&self, op: &OpId, token: &str) -> Result<(), AgendaError> {
        self.inner.release_hold(op, token).await
    }
    async fn book(
        &self,
        op: &OpId,
        what: &BookingRequest,
        held: Option<&Hold>,
    ) -> Result<AgendaAppointment, AgendaError> {
        self.of.ask("book").await;
        let answer = self.inner.book(op, what, held).await;
        match self.of.garbage.lock().unwrap().clone() {
            Some(garbage) => Ok(garbage),
            None => answer,
        }
    }
    async fn look_up(&self, op: &OpId, what: &BookingRequest) -> Result<Found, AgendaError> {
        self.of.count("look-up");
        self.inner.look_up(op, what).await
    }
    async fn move_to(
        &self,
        op: &OpId,
        id: &AppointmentId,
        expected: Option<&str>,
        to: &BookingRequest,
    ) -> Result<AgendaAppointment, AgendaError> {
        self.of.ask("move").await;
        self.inner.move_to(op, id, expected, to).await
    }
    async fn cancel(
        &self,
        op: &OpId,
        id: &AppointmentId,
        expected: Option<&str>,
        by: ByWhom,
        reason: &str,
    ) -> Result<AgendaAppointment, AgendaError> {
        self.of.ask("cancel").await;
        self.inner.cancel(op, id, expected, by, reason).await
    }
    async fn set_status(
        &self,
        op: &OpId,
        id: &AppointmentId,
        expected: Option<&str>,
        to: AppointmentStatus,
    ) -> Result<AgendaAppointment, AgendaError> {
        self.inner.set_status(op, id, expected, to).await
    }
    async fn block(&self, op: &OpId, of: &AgendaId, over: Span, label: &str) -> Result<String, AgendaError> {
        self.inner.block(op, of, over, label).await
    }
    async fn unblock(&self, op: &OpId, block: &str) -> Result<(), AgendaError> {
        self.inner.unblock(op, block).await
    }
    async fn callback(&self, request: &InboundRequest) -> Result<AgendaNotice, CallbackError> {
        self.inner.callback(request).await
    }
    async fn answer(&self, request: &InboundRequest, slots: &SlotPage) -> Result<InboundAnswer, CallbackError> {
        self.inner.answer(request, slots).await
    }
    async fn declare(&self, op: &OpId, what: &AgendaAppointment) -> Result<(), AgendaError> {
        self.inner.declare(op, what).await
    }
}
