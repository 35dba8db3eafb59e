//! Notification plugins: a practice's own channels.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;

pub use crate::bindings::imports::greffon::notification::types::{
    Accepted, Address, Attachment, Bounce, Capabilities, Event, Inbox, Kind, MessageRef, Notice, Outbound, Rendered,
    Reply, SendError, State, Status,
};
use crate::failure::Failure;
pub use crate::practice::{CallbackError, Delivery, HttpIn, Sensitivity};
use crate::{log, settings};

/// A notification plugin. One value serves one call.
///
/// Every error but `Uncertain` promises that nothing was sent.
pub trait Channel: Sized {
    /// The practice's settings.
    type Settings: DeserializeOwned;

    /// Makes the plugin from its settings. No network.
    ///
    /// # Errors
    /// `NoRecipient` for a content that the schema lets pass and the plugin cannot use.
    fn new(settings: Self::Settings) -> Result<Self, SendError>;

    /// Returns what the channel can do. No network.
    fn describe(&self) -> Capabilities;

    /// Returns the one form of an address that the channel sends to. No
    /// network. Doing it again changes nothing.
    ///
    /// # Errors
    /// `NoRecipient` for what is no address, `Unsupported` for another scheme.
    fn normalise(&self, of: Address) -> Result<Address, SendError>;

    /// Returns the message exactly as `send` would send it. No network.
    ///
    /// # Errors
    /// `ContentRefused`.
    fn preview(&self, message: &Outbound) -> Result<Rendered, SendError>;

    /// Sends, once.
    ///
    /// # Errors
    /// `Transient` only if nothing was sent, `Uncertain` if nobody knows.
    fn send(&self, message: &Outbound) -> Result<Accepted, SendError>;

    /// Returns what is known of a message. By default `Unsupported`.
    ///
    /// # Errors
    /// `Transient` for ask again.
    fn status_of(&self, message: &MessageRef) -> Result<Status, SendError> {
        let _ = message;
        Err(SendError::unsupported("status-of"))
    }

    /// Takes back a message that has not left yet. By default `Unsupported`.
    ///
    /// # Errors
    /// `Rejected` when it is too late, `Uncertain` when nobody knows.
    fn withdraw(&self, provider_id: &str) -> Result<(), SendError> {
        let _ = provider_id;
        Err(SendError::unsupported("withdraw"))
    }

    /// Reads what a provider tells. By default `NotMine`: the channel has no
    /// callbacks.
    ///
    /// # Errors
    /// `BadSignature`, `NotMine`, `Malformed`.
    fn callback(&self, request: &HttpIn) -> Result<Notice, CallbackError> {
        let _ = request;
        Err(CallbackError::NotMine)
    }

    /// Asks the provider what came in since the cursor. By default
    /// `Unsupported`.
    ///
    /// # Errors
    /// `Transient` for ask again.
    fn receive(&self, cursor: Option<&str>) -> Result<Inbox, SendError> {
        let _ = cursor;
        Err(SendError::unsupported("receive"))
    }
}

impl SendError {
    /// The channel does not do this.
    #[must_use]
    pub fn unsupported(what: &str) -> Self {
        Self::Unsupported(what.to_owned())
    }

    /// What a failed host call means while sending: `Uncertain` unless nothing
    /// was done for certain.
    #[must_use]
    pub fn from_failure(cause: &impl Failure) -> Self {
        if cause.denied() {
            Self::NoRecipient(cause.to_string())
        } else if cause.nothing_done() {
            Self::Transient(None)
        } else {
            Self::Uncertain(cause.to_string())
        }
    }
}

impl From<settings::Error> for SendError {
    fn from(error: settings::Error) -> Self {
        Self::NoRecipient(error.to_string())
    }
}

/// What [`export_channel!`](crate::export_channel) exports.
#[doc(hidden)]
#[derive(Debug)]
pub struct Export<T>(PhantomData<T>);

fn open<T: Channel>() -> Result<T, SendError> {
    T::new(settings::load()?)
}

impl<T: Channel> crate::bindings::channel::exports::greffon::notification::channel::Guest for Export<T> {
    fn describe() -> Capabilities {
        match open::<T>() {
            Ok(channel) => channel.describe(),
            // The contract has no error here. A channel that may carry nothing
            // but public text is refused by the host before anything is sent.
            Err(_) => {
                log::error("settings-unusable", &[]);
                Capabilities {
                    kind: Kind::Webhook,
                    max_sensitivity: Sensitivity::Public,
                    receipts: false,
                    read_receipts: false,
                    replies: false,
                    cancel: false,
                    provider_dedupes: false,
                    max_units: 0,
                    quiet_hours_enforced: false,
                }
            }
        }
    }

    fn normalise(of: Address) -> Result<Address, SendError> {
        open::<T>()?.normalise(of)
    }

    fn preview(message: Outbound) -> Result<Rendered, SendError> {
        open::<T>()?.preview(&message)
    }

    fn send(message: Outbound) -> Result<Accepted, SendError> {
        open::<T>()?.send(&message)
    }

    fn status_of(message: MessageRef) -> Result<Status, SendError> {
        open::<T>()?.status_of(&message)
    }

    fn withdraw(provider_id: String) -> Result<(), SendError> {
        open::<T>()?.withdraw(&provider_id)
    }

    fn callback(request: HttpIn) -> Result<Notice, CallbackError> {
        let channel = open::<T>().map_err(|error| CallbackError::Other(error.to_string()))?;
        channel.callback(&request)
    }

    fn receive(cursor: Option<String>) -> Result<Inbox, SendError> {
        open::<T>()?.receive(cursor.as_deref())
    }
}

/// Exports a type with the trait [`Channel`](crate::channel::Channel) as the
/// notification plugin of this crate, and stamps the contract's version. Once a
/// crate.
#[macro_export]
macro_rules! export_channel {
    ($plugin:ty) => {
        $crate::__export!($plugin, channel, $crate::channel::Channel);
    };
}
