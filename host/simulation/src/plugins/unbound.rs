//! A channel that is not there.

use async_trait::async_trait;
use greffon_core::ids::FeatureId;
use greffon_core::model::channel::{
    Accepted, Address, CallbackError, ChannelCaps, ChannelEvent, InboundRequest, MessageRef, Outbound, Receipt,
    Rendered, SendError,
};
use greffon_core::ports::plugins::{Channel, PluginFailure};

/// Stands where nothing is bound: nothing ran, nothing was sent.
pub(super) struct Unbound(pub(super) FeatureId);

#[async_trait]
impl Channel for Unbound {
    async fn describe(&self) -> Result<ChannelCaps, PluginFailure> {
        Err(PluginFailure::NotBound(self.0.clone()))
    }

    async fn normalise(&self, _address: &Address) -> Result<Address, SendError> {
        Err(SendError::Transient(None))
    }

    async fn preview(&self, _message: &Outbound) -> Result<Rendered, SendError> {
        Err(SendError::Transient(None))
    }

    async fn send(&self, _message: &Outbound) -> Result<Accepted, SendError> {
        Err(SendError::Transient(None))
    }

    async fn status_of(&self, _message: &MessageRef) -> Result<Receipt, SendError> {
        Err(SendError::Transient(None))
    }

    async fn withdraw(&self, _provider_id: &str) -> Result<(), SendError> {
        Err(SendError::Transient(None))
    }

    async fn callback(&self, _request: &InboundRequest) -> Result<Vec<ChannelEvent>, CallbackError> {
        Err(CallbackError::NotMine)
    }
}
