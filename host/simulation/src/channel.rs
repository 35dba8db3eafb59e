//! Message channels of the world outside, in memory.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use greffon_core::model::callback::{CallbackError, InboundRequest};
use greffon_core::model::care::Sensitivity;
use greffon_core::model::channel::{
    Accepted, Address, ChannelCaps, ChannelKind, ChannelNotice, DeliveryState, Inbox, MessageRef, Outbound, Receipt,
    Rendered, SendError,
};
use greffon_core::model::outside_failure::OutsideFailure;
use greffon_core::ports::clock::Clock;
use greffon_core::ports::plugins::{Channel, Health};
use greffon_core::time::Instant;

use super::clock::ManualClock;
use super::faults::{Effect, Fault, FaultPlan};
use super::pace::Pace;

/// What kind of channel it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelStyle {
    /// Sends text messages, once for one key, and can be asked: a gateway.
    Gateway,
    /// Sends whatever it is given and knows nothing afterwards: mail.
    Mail,
}

/// A message that left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentMessage {
    /// The idempotency key.
    pub key: String,
    /// The provider's name for it.
    pub provider_id: String,
    /// To whom.
    pub to: Address,
    /// The template that made it.
    pub template: String,
    /// When.
    pub at: Instant,
}

type Witness = Box<dyn Fn(&Outbound) + Send + Sync>;

/// A channel provider. Clones share it; it outlives every `Reception`.
#[derive(Clone)]
pub struct FakeChannel {
    inner: Arc<Inner>,
}

struct Inner {
    style: ChannelStyle,
    caps: ChannelCaps,
    sent: Mutex<Vec<SentMessage>>,
    witness: Mutex<Option<Witness>>,
    clock: Arc<ManualClock>,
    plan: Arc<FaultPlan>,
    pace: Arc<Pace>,
}

impl fmt::Debug for FakeChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeChannel").field("style", &self.inner.style).finish_non_exhaustive()
    }
}

impl FakeChannel {
    /// A channel that never fails but when told to.
    #[must_use]
    pub fn new(style: ChannelStyle, clock: Arc<ManualClock>) -> Self {
        Self::with(style, clock, Arc::default(), Arc::default())
    }

    /// A channel with faults and a pace.
    #[must_use]
    pub fn with(style: ChannelStyle, clock: Arc<ManualClock>, plan: Arc<FaultPlan>, pace: Arc<Pace>) -> Self {
        let (caps, sent, witness) = (caps(style), Mutex::default(), Mutex::default());
        Self { inner: Arc::new(Inner { style, caps, sent, witness, clock, plan, pace }) }
    }

    /// The same, nothing sent, over a relay that may carry less.
    #[must_use]
    pub fn carrying_at_most(&self, max_sensitivity: Sensitivity) -> Self {
        let Inner { style, caps, clock, plan, pace, .. } = &*self.inner;
        let caps = ChannelCaps { max_sensitivity, ..caps.clone() };
        let (sent, witness) = (Mutex::default(), Mutex::default());
        let (clock, plan, pace) = (clock.clone(), plan.clone(), pace.clone());
        Self { inner: Arc::new(Inner { style: *style, caps, sent, witness, clock, plan, pace }) }
    }

    /// Everything that left, oldest first.
    #[must_use]
    pub fn sent(&self) -> Vec<SentMessage> {
        self.lock().clone()
    }

    /// Is shown every message at the moment when it leaves.
    pub fn watch(&self, witness: impl Fn(&Outbound) + Send + Sync + 'static) {
        *self.inner.witness.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(witness));
    }

    fn lock(&self) -> MutexGuard<'_, Vec<SentMessage>> {
        self.inner.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn deliver(&self, message: &Outbound) -> Accepted {
        let now = self.inner.clock.now();
        let mut sent = self.lock();
        let before = sent.iter().find(|one| one.key == message.key && self.inner.style == ChannelStyle::Gateway);
        if let Some(before) = before {
            return Accepted { provider_id: before.provider_id.clone(), at: before.at, units: 1 };
        }
        if let Some(witness) = self.inner.witness.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            witness(message);
        }
        let provider_id = format!("prov-{}", sent.len());
        sent.push(SentMessage {
            key: message.key.clone(),
            provider_id: provider_id.clone(),
            to: message.to.clone(),
            template: message.template.id.clone(),
            at: now,
        });
        Accepted { provider_id, at: now, units: 1 }
    }
}

fn caps(style: ChannelStyle) -> ChannelCaps {
    let gateway = style == ChannelStyle::Gateway;
    ChannelCaps {
        kind: if gateway { ChannelKind::Sms } else { ChannelKind::Email },
        max_sensitivity: if gateway { Sensitivity::Personal } else { Sensitivity::Health },
        receipts: gateway,
        read_receipts: false,
        replies: false,
        cancel: false,
        provider_dedupes: gateway,
        max_units: 0,
        quiet_hours_enforced: false,
    }
}

impl Health for FakeChannel {
    fn is_suspended(&self) -> bool {
        false
    }
}

#[async_trait]
impl Channel for FakeChannel {
    fn caps(&self) -> &ChannelCaps {
        &self.inner.caps
    }

    async fn probe(&self) -> Result<Vec<String>, OutsideFailure> {
        Ok(Vec::new())
    }

    async fn normalise(&self, address: &Address) -> Result<Address, SendError> {
        Ok(address.clone())
    }

    async fn preview(&self, message: &Outbound) -> Result<Rendered, SendError> {
        Ok(Rendered { body: message.body.clone(), units: 1, encoding: "utf-8".to_owned(), warnings: Vec::new() })
    }

    async fn send(&self, message: &Outbound) -> Result<Accepted, SendError> {
        self.inner.pace.point().await;
        let lost = || Err(SendError::Uncertain("no answer, on purpose".to_owned()));
        let answer = match self.inner.plan.draw(Effect::ChannelSend) {
            Some(Fault::Refused) => return Err(SendError::Transient(None)),
            Some(Fault::Lost) => lost(),
            // What arrives after the caller gave up has arrived all the same.
            Some(Fault::ResponseLost | Fault::Late) => {
                self.deliver(message);
                lost()
            }
            Some(Fault::Doubled) if self.inner.style == ChannelStyle::Gateway => {
                self.deliver(message);
                Ok(self.deliver(message))
            }
            None | Some(Fault::Doubled) => Ok(self.deliver(message)),
        };
        self.inner.pace.point().await;
        answer
    }

    async fn status_of(&self, message: &MessageRef) -> Result<Receipt, SendError> {
        self.inner.pace.point().await;
        if self.inner.style == ChannelStyle::Mail {
            return Err(SendError::Unsupported("status".to_owned()));
        }
        if self.inner.plan.draw(Effect::ChannelRead).is_some() {
            return Err(SendError::Transient(None));
        }
        let sent = self.lock();
        let wanted = |one: &&SentMessage| match message {
            MessageRef::ProviderId(id) => one.provider_id == *id,
            MessageRef::Key(key) => one.key == *key,
        };
        let now = self.inner.clock.now();
        Ok(match sent.iter().find(wanted) {
            Some(one) => {
                Receipt { provider_id: one.provider_id.clone(), state: DeliveryState::Delivered, at: now, code: None }
            }
            None => Receipt { provider_id: String::new(), state: DeliveryState::Unknown, at: now, code: None },
        })
    }

    async fn withdraw(&self, _provider_id: &str) -> Result<(), SendError> {
        Err(SendError::Unsupported("withdraw".to_owned()))
    }

    async fn callback(&self, _request: &InboundRequest) -> Result<ChannelNotice, CallbackError> {
        Err(CallbackError::NotMine)
    }

    async fn receive(&self, _cursor: Option<&str>) -> Result<Inbox, SendError> {
        Err(SendError::Unsupported("receive".to_owned()))
    }
}
