//! Agenda plugins. A write whose guest may have run and gave no answer is
//! `outcome-unknown`; a read, or a write that never began, is `unavailable`.

use std::sync::Arc;

use async_trait::async_trait;
use futures::future::BoxFuture;
use greffon_core::ids::{AgendaId, AppointmentId, OpId};
use greffon_core::model::callback::{CallbackError, InboundAnswer, InboundRequest};
use greffon_core::model::outside_failure::{LastFailure, Resting};
use greffon_core::model::person::IdentityTrust;
use greffon_core::model::scheduling::{
    AgendaAppointment, AgendaDescriptor, AgendaError, AgendaInfo, AgendaMotive, AgendaNotice, AppointmentStatus,
    BookingRequest, ByWhom, Delta, Found, Hold, Probed, SlotPage, SlotQuery,
};
use greffon_core::ports::agenda_turn::{AgendaIdentity, WriteWindow};
use greffon_core::ports::plugins::{Agenda, Bound, Health, PluginFailure};
use greffon_core::time::{BootInstant, Span};
use greffon_kinds::PluginKind;
use wasmtime::Store;

use super::calls::{intake, take, typed};
use super::outside::{self, Told};
use super::served::Served;
use crate::agenda_identity;
use crate::bindings::agenda::greffon::scheduling::types as wit;
use crate::bindings::agenda::{AgendaPlugin, AgendaPluginPre};
use crate::bindings::practice::{self, HttpIn};
use crate::capability::CONNECTED;
use crate::convert::FromGuest;
use crate::problem::Problem;
use crate::ready::Ready;
use crate::state::CallState;
use crate::window::Window;

pub(super) const SERVED: Served = Served {
    kind: PluginKind::Agenda,
    capabilities: &[CONNECTED],
    fits: |guest| AgendaPluginPre::new(guest.clone()).map(drop),
    bind,
    analyse: None,
};

#[derive(Clone)]
struct AgendaCalls {
    ready: Arc<Ready>,
    guest: AgendaPluginPre<CallState>,
    descriptor: Arc<AgendaDescriptor>,
    /// In which writes may begin; any time without.
    window: Option<WriteWindow>,
}

fn bind(ready: Ready) -> Result<Bound, Problem> {
    let guest = typed(&ready, AgendaPluginPre::new)?;
    let asked = guest.clone();
    let descriptor = ready.ask("agenda.describe", move |store| {
        Box::pin(async move {
            let guest = asked.instantiate_async(&mut *store).await?;
            let returned = guest.greffon_scheduling_agenda().call_describe(&mut *store).await?;
            Ok(intake(store).take(returned)?)
        })
    })?;
    Ok(Bound::Agenda(Arc::new(AgendaCalls {
        ready: Arc::new(ready),
        guest,
        descriptor: Arc::new(descriptor),
        window: None,
    })))
}

/// What a function of the contract returned.
type Returned<'s, W, F = wit::Error> = BoxFuture<'s, wasmtime::Result<Result<W, F>>>;
/// What comes of a call.
type Asked<T, E = AgendaError> = Result<Result<T, E>, PluginFailure>;

impl AgendaCalls {
    /// A call that changes nothing.
    async fn read<T, W, F>(&self, function: &'static str, call: F) -> Result<T, AgendaError>
    where
        T: FromGuest<W> + Send + 'static,
        W: 'static,
        F: for<'s> FnOnce(AgendaPlugin, &'s mut Store<CallState>) -> Returned<'s, W> + Send + 'static,
    {
        match self.ask(function, IdentityTrust::Provisional, None, true, call).await {
            // Nothing is written, so nothing is unknown.
            Ok(Err(AgendaError::OutcomeUnknown(why))) => Err(AgendaError::Unavailable(why)),
            Ok(answer) => answer,
            Err(failure) => Err(AgendaError::Unavailable(failure.to_string())),
        }
    }

    /// A call that may change the agenda. `told` is the trust in the person
    /// that the guest is told about.
    async fn write<T, W, F>(&self, function: &'static str, told: IdentityTrust, call: F) -> Result<T, AgendaError>
    where
        T: FromGuest<W> + Send + 'static,
        W: 'static,
        F: for<'s> FnOnce(AgendaPlugin, &'s mut Store<CallState>) -> Returned<'s, W> + Send + 'static,
    {
        let window = self.window.map(|until| Arc::new(Window::new(until, self.ready.clock())));
        match self.ask(function, told, window.as_ref(), false, call).await {
            Ok(_) if window.is_some_and(|window| window.cut_in_two()) => {
                Err(AgendaError::OutcomeUnknown("the time of the write ended in the middle of it".to_owned()))
            }
            Ok(answer) => answer,
            Err(failure) if failure.nothing_ran() => Err(AgendaError::Unavailable(failure.to_string())),
            Err(failure) => Err(AgendaError::OutcomeUnknown(failure.to_string())),
        }
    }

    /// A call that reads what an outside service said.
    async fn understand<T, W, C>(&self, function: &'static str, call: C) -> Result<T, CallbackError>
    where
        T: FromGuest<W> + Send + 'static,
        W: 'static,
        C: for<'s> FnOnce(AgendaPlugin, &'s mut Store<CallState>) -> Returned<'s, W, practice::CallbackError>
            + Send
            + 'static,
    {
        let answer = self.ask(function, IdentityTrust::Provisional, None, true, call).await;
        answer.unwrap_or_else(|failure| Err(CallbackError::Other(failure.to_string())))
    }

    async fn ask<T, E, W, F, C>(
        &self,
        function: &'static str,
        told: IdentityTrust,
        window: Option<&Arc<Window>>,
        reads: bool,
        call: C,
    ) -> Asked<T, E>
    where
        T: FromGuest<W> + Send + 'static,
        E: FromGuest<F> + Told + Send + 'static,
        W: 'static,
        F: 'static,
        C: for<'s> FnOnce(AgendaPlugin, &'s mut Store<CallState>) -> Returned<'s, W, F> + Send + 'static,
    {
        let guest = self.guest.clone();
        let window = window.cloned();
        self.ready
            .call_outside(
                function,
                |answer| outside::end(answer, reads),
                move |store| {
                    Box::pin(async move {
                        if let Some(window) = &window {
                            store.data_mut().write_within(window);
                        }
                        let guest = guest.instantiate_async(&mut *store).await?;
                        let returned = call(guest, &mut *store).await?;
                        Ok(take(&mut intake(store).trusting(told), returned)?)
                    })
                },
            )
            .await
    }
}

impl Health for AgendaCalls {
    fn is_suspended(&self) -> bool {
        self.ready.breaker.is_open()
    }

    fn problem(&self) -> Option<Problem> {
        self.ready.bound.refresh_grants.problem()
    }

    fn last_failure(&self) -> Option<LastFailure> {
        self.ready.failures.last()
    }

    fn resting(&self) -> Vec<Resting> {
        self.ready.caller.egress.resting(&self.ready.bound)
    }
}

#[async_trait]
impl Agenda for AgendaCalls {
    fn within(&self, window: WriteWindow) -> Arc<dyn Agenda> {
        Arc::new(Self { window: Some(window), ..self.clone() })
    }

    fn binding(&self) -> String {
        self.ready.bound.digest()
    }

    fn descriptor(&self) -> &AgendaDescriptor {
        &self.descriptor
    }

    async fn probe(&self) -> Result<Probed, AgendaError> {
        // Whatever the plugin does when it is asked so: nothing is written.
        let closed = Arc::new(Window::new(WriteWindow { closes: BootInstant(0) }, self.ready.clock()));
        let asked = self.ask("agenda.probe", IdentityTrust::Provisional, Some(&closed), true, |guest, store| {
            Box::pin(async move { guest.greffon_scheduling_agenda().call_probe(store).await })
        });
        asked.await.unwrap_or_else(|failure| Err(AgendaError::Unavailable(failure.to_string())))
    }

    async fn identity(&self, of: &AgendaId) -> Result<AgendaIdentity, AgendaError> {
        let agendas = self.agendas().await?;
        let info = agendas.into_iter().find(|info| info.id == *of).ok_or(AgendaError::NotFound)?;
        let bound = &self.ready.bound;
        let said = info.identity.as_deref();
        agenda_identity::identity(&bound.practice, &bound.feature, of, said, &bound.granted.http).map_err(|why| {
            tracing::warn!(
                practice.id = %bound.practice, feature = %bound.feature, agenda.id = %of,
                "agenda not identified, nothing is written to it: {why}"
            );
            AgendaError::Unsupported(why.to_owned())
        })
    }

    async fn agendas(&self) -> Result<Vec<AgendaInfo>, AgendaError> {
        self.read("agenda.agendas", |guest, store| {
            Box::pin(async move { guest.greffon_scheduling_agenda().call_agendas(store).await })
        })
        .await
    }

    async fn motives(&self, of: &AgendaId) -> Result<Vec<AgendaMotive>, AgendaError> {
        let of = of.0.clone();
        self.read("agenda.motives", move |guest, store| {
            Box::pin(async move { guest.greffon_scheduling_agenda().call_motives(store, &of).await })
        })
        .await
    }

    async fn find_slots(&self, query: &SlotQuery) -> Result<SlotPage, AgendaError> {
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let query = wit::SlotQuery::from(query.clone());
        let mut page: SlotPage = self
            .read("agenda.find-slots", move |guest, store| {
                Box::pin(async move { guest.greffon_scheduling_agenda().call_find_slots(store, &query).await })
            })
            .await?;
        if page.slots.len() > limit {
            page.slots.truncate(limit);
            page.complete = false;
        }
        Ok(page)
    }

    async fn changes(
        &self,
        of: &AgendaId,
        cursor: Option<&str>,
        window: Span,
        limit: u32,
    ) -> Result<Delta, AgendaError> {
        let (of, cursor, window) = (of.0.clone(), cursor.map(str::to_owned), window.into());
        self.read("agenda.changes", move |guest, store| {
            Box::pin(async move {
                let agenda = guest.greffon_scheduling_agenda();
                agenda.call_changes(store, &of, cursor.as_deref(), window, limit).await
            })
        })
        .await
    }

    async fn place_hold(&self, op: &OpId, what: &BookingRequest, ttl_s: u32) -> Result<Hold, AgendaError> {
        let (op, told, what) = (op.0.clone(), what.patient.trust, wit::Request::from(what.clone()));
        self.write("agenda.place-hold", told, move |guest, store| {
            Box::pin(async move { guest.greffon_scheduling_agenda().call_place_hold(store, &op, &what, ttl_s).await })
        })
        .await
    }

    async fn release_hold(&self, op: &OpId, token: &str) -> Result<(), AgendaError> {
        let (op, token) = (op.0.clone(), token.to_owned());
        self.write("agenda.release-hold", IdentityTrust::Provisional, move |guest, store| {
            Box::pin(async move { guest.greffon_scheduling_agenda().call_release_hold(store, &op, &token).await })
        })
        .await
    }

    async fn book(
        &self,
        op: &OpId,
        what: &BookingRequest,
        held: Option<&Hold>,
    ) -> Result<AgendaAppointment, AgendaError> {
        let (op, told, what) = (op.0.clone(), what.patient.trust, wit::Request::from(what.clone()));
        let held = held.cloned().map(wit::Hold::from);
        self.write("agenda.book", told, move |guest, store| {
            Box::pin(async move { guest.greffon_scheduling_agenda().call_book(store, &op, &what, held.as_ref()).await })
        })
        .await
    }

    async fn look_up(&self, op: &OpId, what: &BookingRequest) -> Result<Found, AgendaError> {
        let (op, what) = (op.0.clone(), wit::Request::from(what.clone()));
        self.read("agenda.look-up", move |guest, store| {
            Box::pin(async move { guest.greffon_scheduling_agenda().call_look_up(store, &op, &what).await })
        })
        .await
    }

    async fn move_to(
        &self,
        op: &OpId,
        id: &AppointmentId,
        expected: Option<&str>,
        to: &BookingRequest,
    ) -> Result<AgendaAppointment, AgendaError> {
        let (op, id, expected) = (op.0.clone(), id.0.clone(), expected.map(str::to_owned));
        let (told, to) = (to.patient.trust, wit::Request::from(to.clone()));
        self.write("agenda.move-to", told, move |guest, store| {
            Box::pin(async move {
                let agenda = guest.greffon_scheduling_agenda();
                agenda.call_move_to(store, &op, &id, expected.as_ref(), &to).await
            })
        })
        .await
    }

    async fn cancel(
        &self,
        op: &OpId,
        id: &AppointmentId,
        expected: Option<&str>,
        by: ByWhom,
        reason: &str,
    ) -> Result<AgendaAppointment, AgendaError> {
        let (op, id, expected) = (op.0.clone(), id.0.clone(), expected.map(str::to_owned));
        let (by, reason) = (by.into(), reason.to_owned());
        self.write("agenda.cancel", IdentityTrust::Provisional, move |guest, store| {
            Box::pin(async move {
                let agenda = guest.greffon_scheduling_agenda();
                agenda.call_cancel(store, &op, &id, expected.as_ref(), by, &reason).await
            })
        })
        .await
    }

    async fn set_status(
        &self,
        op: &OpId,
        id: &AppointmentId,
        expected: Option<&str>,
        to: AppointmentStatus,
    ) -> Result<AgendaAppointment, AgendaError> {
        let (op, id, expected, to) = (op.0.clone(), id.0.clone(), expected.map(str::to_owned), to.into());
        self.write("agenda.set-status", IdentityTrust::Provisional, move |guest, store| {
            Box::pin(async move {
                let agenda = guest.greffon_scheduling_agenda();
                agenda.call_set_status(store, &op, &id, expected.as_ref(), to).await
            })
        })
        .await
    }

    async fn block(&self, op: &OpId, of: &AgendaId, over: Span, label: &str) -> Result<String, AgendaError> {
        let (op, of, over, label) = (op.0.clone(), of.0.clone(), over.into(), label.to_owned());
        self.write("agenda.block", IdentityTrust::Provisional, move |guest, store| {
            Box::pin(async move { guest.greffon_scheduling_agenda().call_block(store, &op, &of, over, &label).await })
        })
        .await
    }

    async fn unblock(&self, op: &OpId, block: &str) -> Result<(), AgendaError> {
        let (op, block) = (op.0.clone(), block.to_owned());
        self.write("agenda.unblock", IdentityTrust::Provisional, move |guest, store| {
            Box::pin(async move { guest.greffon_scheduling_agenda().call_unblock(store, &op, &block).await })
        })
        .await
    }

    async fn callback(&self, request: &InboundRequest) -> Result<AgendaNotice, CallbackError> {
        let request = HttpIn::from(request.clone());
        self.understand("agenda.callback", move |guest, store| {
            Box::pin(async move { guest.greffon_scheduling_agenda().call_callback(store, &request).await })
        })
        .await
    }

    async fn answer(&self, request: &InboundRequest, slots: &SlotPage) -> Result<InboundAnswer, CallbackError> {
        let (request, slots) = (HttpIn::from(request.clone()), wit::SlotPage::from(slots.clone()));
        self.understand("agenda.answer", move |guest, store| {
            Box::pin(async move { guest.greffon_scheduling_agenda().call_answer(store, &request, &slots).await })
        })
        .await
    }

    async fn declare(&self, op: &OpId, what: &AgendaAppointment) -> Result<(), AgendaError> {
        let (op, what) = (op.0.clone(), wit::Appointment::from(what.clone()));
        self.write("agenda.declare", IdentityTrust::Provisional, move |guest, store| {
            Box::pin(async move { guest.greffon_scheduling_agenda().call_declare(store, &op, &what).await })
        })
        .await
    }
}
