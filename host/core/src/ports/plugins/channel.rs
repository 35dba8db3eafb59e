//! Channel plugins.

use async_trait::async_trait;

use super::Health;
use crate::model::callback::{CallbackError, InboundRequest};
use crate::model::channel::{
    Accepted, Address, ChannelCaps, ChannelNotice, Inbox, MessageRef, Outbound, Receipt, Rendered, SendError,
};
use crate::model::outside_failure::OutsideFailure;

/// The channel plugin of a feature. Failures of the runtime are already folded
/// into [`SendError`]: `Uncertain` for a send whose guest may have run,
/// `Transient` otherwise.
#[async_trait]
pub trait Channel: Health {
    /// What it can carry. Asked once, when the feature was bound; lowered to
    /// what the practice's relay may carry when mail goes through that.
    fn caps(&self) -> &ChannelCaps;
    /// Asks whether what it sends through can be reached and, where that can be found out without sending anything,
    /// lets us in. Sends and writes nothing. Says which places answered.
    ///
    /// # Errors
    /// The first that did not.
    async fn probe(&self) -> Result<Vec<String>, OutsideFailure>;
    /// The address as the provider wants it.
    async fn normalise(&self, address: &Address) -> Result<Address, SendError>;
    /// The message as it will look.
    async fn preview(&self, message: &Outbound) -> Result<Rendered, SendError>;
    /// Sends the message.
    async fn send(&self, message: &Outbound) -> Result<Accepted, SendError>;
    /// How far a message is.
    async fn status_of(&self, message: &MessageRef) -> Result<Receipt, SendError>;
    /// Takes a message back, where that is possible.
    async fn withdraw(&self, provider_id: &str) -> Result<(), SendError>;
    /// Reads what a provider posted.
    async fn callback(&self, request: &InboundRequest) -> Result<ChannelNotice, CallbackError>;
    /// What came in since the cursor, where the provider does not call.
    async fn receive(&self, cursor: Option<&str>) -> Result<Inbox, SendError>;
}
