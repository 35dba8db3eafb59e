//! Channel plugins. A `send` or `withdraw` whose guest may have run and gave no
//! answer is `uncertain`; everything else is `transient`.

use std::sync::Arc;

use async_trait::async_trait;
use futures::future::BoxFuture;
use greffon_core::model::callback::{CallbackError, InboundRequest};
use greffon_core::model::channel::{
    Accepted, Address, ChannelCaps, ChannelNotice, Inbox, MessageRef, Outbound, Receipt, Rendered, SendError,
};
use greffon_core::model::outside_failure::{LastFailure, OutsideFailure, Resting};
use greffon_core::ports::plugins::{Bound, Channel, Health, PluginFailure};
use greffon_kinds::PluginKind;
use wasmtime::Store;

use super::calls::{intake, take, typed};
use super::outside::{self, Told};
use super::served::Served;
use crate::bindings::channel::greffon::notification::types as wit;
use crate::bindings::channel::{ChannelPlugin, ChannelPluginPre};
use crate::bindings::practice::{self, HttpIn};
use crate::capability::{CONNECTED, Capability};
use crate::convert::FromGuest;
use crate::probe;
use crate::problem::Problem;
use crate::ready::Ready;
use crate::state::CallState;

pub(super) const SERVED: Served = Served {
    kind: PluginKind::Notification,
    capabilities: &[CONNECTED, &[Capability::Mail]],
    fits: |guest| ChannelPluginPre::new(guest.clone()).map(drop),
    bind,
    analyse: None,
};

struct ChannelCalls {
    ready: Ready,
    guest: ChannelPluginPre<CallState>,
    caps: ChannelCaps,
}

fn bind(ready: Ready) -> Result<Bound, Problem> {
    let guest = typed(&ready, ChannelPluginPre::new)?;
    let asked = guest.clone();
    let mut caps: ChannelCaps = ready.ask("channel.describe", move |store| {
        Box::pin(async move {
            let guest = asked.instantiate_async(&mut *store).await?;
            let returned = guest.greffon_notification_channel().call_describe(&mut *store).await?;
            Ok(intake(store).take(returned)?)
        })
    })?;
    if let Some(relay) = &ready.bound.mail {
        caps.max_sensitivity = caps.max_sensitivity.min(relay.max_sensitivity);
    }
    Ok(Bound::Channel(Arc::new(ChannelCalls { ready, guest, caps })))
}

/// What a function of the contract returned.
type Returned<'s, W, F> = BoxFuture<'s, wasmtime::Result<Result<W, F>>>;

impl ChannelCalls {
    /// A call that sends nothing.
    async fn read<T, W, C>(&self, function: &'static str, call: C) -> Result<T, SendError>
    where
        T: FromGuest<W> + Send + 'static,
        W: 'static,
        C: for<'s> FnOnce(ChannelPlugin, &'s mut Store<CallState>) -> Returned<'s, W, wit::SendError> + Send + 'static,
    {
        self.ask(function, true, call).await.unwrap_or_else(|_| Err(SendError::Transient(None)))
    }

    /// A call that may send something, or take it back.
    async fn act<T, W, C>(&self, function: &'static str, call: C) -> Result<T, SendError>
    where
        T: FromGuest<W> + Send + 'static,
        W: 'static,
        C: for<'s> FnOnce(ChannelPlugin, &'s mut Store<CallState>) -> Returned<'s, W, wit::SendError> + Send + 'static,
    {
        match self.ask(function, false, call).await {
            Ok(answer) => answer,
            Err(failure) if failure.nothing_ran() => Err(SendError::Transient(None)),
            Err(failure) => Err(SendError::Uncertain(failure.to_string())),
        }
    }

    async fn ask<T, E, W, F, C>(
        &self,
        function: &'static str,
        reads: bool,
        call: C,
    ) -> Result<Result<T, E>, PluginFailure>
    where
        T: FromGuest<W> + Send + 'static,
        E: FromGuest<F> + Told + Send + 'static,
        W: 'static,
        F: 'static,
        C: for<'s> FnOnce(ChannelPlugin, &'s mut Store<CallState>) -> Returned<'s, W, F> + Send + 'static,
    {
        let guest = self.guest.clone();
        self.ready
            .call_outside(
                function,
                |answer| outside::end(answer, reads),
                move |store| {
                    Box::pin(async move {
                        let guest = guest.instantiate_async(&mut *store).await?;
                        let returned = call(guest, &mut *store).await?;
                        Ok(take(&mut intake(store), returned)?)
                    })
                },
            )
            .await
    }
}

impl Health for ChannelCalls {
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
impl Channel for ChannelCalls {
    fn caps(&self) -> &ChannelCaps {
        &self.caps
    }

    async fn probe(&self) -> Result<Vec<String>, OutsideFailure> {
        probe::channel(&self.ready).await
    }

    async fn normalise(&self, address: &Address) -> Result<Address, SendError> {
        let address = wit::Address::from(address.clone());
        self.read("channel.normalise", move |guest, store| {
            Box::pin(async move { guest.greffon_notification_channel().call_normalise(store, &address).await })
        })
        .await
    }

    async fn preview(&self, message: &Outbound) -> Result<Rendered, SendError> {
        let message = wit::Outbound::from(message.clone());
        self.read("channel.preview", move |guest, store| {
            Box::pin(async move { guest.greffon_notification_channel().call_preview(store, &message).await })
        })
        .await
    }

    async fn send(&self, message: &Outbound) -> Result<Accepted, SendError> {
        let message = wit::Outbound::from(message.clone());
        self.act("channel.send", move |guest, store| {
            Box::pin(async move { guest.greffon_notification_channel().call_send(store, &message).await })
        })
        .await
    }

    async fn status_of(&self, message: &MessageRef) -> Result<Receipt, SendError> {
        let message = wit::MessageRef::from(message.clone());
        self.read("channel.status-of", move |guest, store| {
            Box::pin(async move { guest.greffon_notification_channel().call_status_of(store, &message).await })
        })
        .await
    }

    async fn withdraw(&self, provider_id: &str) -> Result<(), SendError> {
        let provider_id = provider_id.to_owned();
        self.act("channel.withdraw", move |guest, store| {
            Box::pin(async move { guest.greffon_notification_channel().call_withdraw(store, &provider_id).await })
        })
        .await
    }

    async fn callback(&self, request: &InboundRequest) -> Result<ChannelNotice, CallbackError> {
        let request = HttpIn::from(request.clone());
        let answer = self
            .ask("channel.callback", true, move |guest, store| -> Returned<'_, _, practice::CallbackError> {
                Box::pin(async move { guest.greffon_notification_channel().call_callback(store, &request).await })
            })
            .await;
        answer.unwrap_or_else(|failure| Err(CallbackError::Other(failure.to_string())))
    }

    async fn receive(&self, cursor: Option<&str>) -> Result<Inbox, SendError> {
        let cursor = cursor.map(str::to_owned);
        self.read("channel.receive", move |guest, store| {
            Box::pin(async move { guest.greffon_notification_channel().call_receive(store, cursor.as_deref()).await })
        })
        .await
    }
}
