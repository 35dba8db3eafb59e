//! Plugins that count what is asked of them, and that can hang.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use greffon_core::ids::{AgendaId, AppointmentId, FeatureId, OpId};
use greffon_core::model::practice::Practice;
use greffon_core::model::scheduling::{
    AgendaAppointment, AgendaDescriptor, AgendaError, AgendaInfo, AgendaMotive, AppointmentStatus, BookingRequest,
    ByWhom, Delta, Found, Hold, SlotPage, SlotQuery,
};
use greffon_core::model::script::{ScriptInfo, Session, View};
use greffon_core::model::triage::{Encounter, Protocol, Step};
use greffon_core::ports::plugins::{Agenda, Channel, PluginStatus, Plugins, Pure};
use greffon_core::time::{Instant, Span};
use greffon_simulation::FakePlugins;

/// Fake plugins behind a counter.
#[derive(Clone, Default)]
pub struct Counting {
    pub fakes: FakePlugins,
    calls: Arc<Mutex<BTreeMap<&'static str, u32>>>,
    /// Writes never come back: the process dies while one is under way.
    pub hangs: Arc<AtomicBool>,
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

    fn count(&self, name: &'static str) {
        *self.calls.lock().unwrap().entry(name).or_default() += 1;
    }
}

#[async_trait]
impl Plugins for Counting {
    async fn status(&self, practice: &Practice) -> Vec<PluginStatus> {
        self.fakes.status(practice).await
    }
    async fn triage_protocols(&self, practice: &Practice, feature: &FeatureId) -> Pure<Vec<Protocol>> {
        self.fakes.triage_protocols(practice, feature).await
    }
    async fn triage_next(&self, practice: &Practice, feature: &FeatureId, encounter: &Encounter) -> Pure<Step> {
        self.count("triage");
        self.fakes.triage_next(practice, feature, encounter).await
    }
    async fn script_catalogue(&self, practice: &Practice, feature: &FeatureId) -> Pure<Vec<ScriptInfo>> {
        self.fakes.script_catalogue(practice, feature).await
    }
    async fn script_render(&self, practice: &Practice, feature: &FeatureId, session: &Session) -> Pure<View> {
        self.count("script");
        self.fakes.script_render(practice, feature, session).await
    }
    fn agenda<'a>(&'a self, practice: &'a Practice, feature: &'a FeatureId) -> Box<dyn Agenda + 'a> {
        Box::new(CountingAgenda { of: self, inner: self.fakes.agenda(practice, feature) })
    }
    fn channel<'a>(&'a self, practice: &'a Practice, feature: &'a FeatureId) -> Box<dyn Channel + 'a> {
        self.fakes.channel(practice, feature)
    }
}

struct CountingAgenda<'a> {
    of: &'a Counting,
    inner: Box<dyn Agenda + 'a>,
}

impl CountingAgenda<'_> {
    async fn write(&self, name: &'static str) {
        self.of.count(name);
        if self.of.hangs.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
    }
}

#[async_trait]
impl Agenda for CountingAgenda<'_> {
    async fn describe(&self) -> Result<AgendaDescriptor, AgendaError> {
        self.of.count("describe");
        self.inner.describe().await
    }
    async fn probe(&self) -> Result<Instant, AgendaError> {
        self.inner.probe().await
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
        self.inner.changes(of, cursor, window, limit).await
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
        self.write("book").await;
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
        self.write("move").await;
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
        self.write("cancel").await;
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
}
