//! What plugins may do beyond computing, one file or folder per capability.
//!
//! Each implements the `Host` trait that `bindings` generates from `wit/` on
//! [`CallState`](crate::state::CallState), checks the grant before anything
//! else, and takes every number, text and list of the guest as hostile.
#![doc = include_str!("README.md")]

mod address;
pub mod calendar;
mod credentials;
pub mod http;
pub mod keyvalue;
mod log;
pub(crate) mod mail;
mod settings;
#[cfg(test)]
pub(crate) mod testing;

use wasmtime::component::{HasSelf, Linker};

use crate::bindings::{host, keyvalue as wasi_keyvalue};
use crate::state::CallState;

/// What a kind of plugin can be given to call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Capability {
    /// `wasi:http/outgoing-handler`.
    Http,
    /// `wasi:keyvalue/store` and `atomics`.
    KeyValue,
    /// `greffon:host/settings`.
    Settings,
    /// `greffon:host/credentials`.
    Credentials,
    /// `greffon:host/calendar`.
    Calendar,
    /// `greffon:host/log`.
    Log,
    /// `greffon:host/mail`.
    Mail,
}

/// What every kind is given that is not pure, as world `greffon:host/connected`
/// has it.
pub(crate) const CONNECTED: &[Capability] = &[
    Capability::Http,
    Capability::KeyValue,
    Capability::Settings,
    Capability::Credentials,
    Capability::Calendar,
    Capability::Log,
];

impl Capability {
    /// Lets guests of a linker import it.
    pub(crate) fn link(self, linker: &mut Linker<CallState>) -> wasmtime::Result<()> {
        match self {
            Self::Http => wasmtime_wasi_http::p2::add_only_http_to_linker_async(linker),
            Self::KeyValue => {
                wasi_keyvalue::store::add_to_linker::<_, HasSelf<_>>(linker, |state| state)?;
                wasi_keyvalue::atomics::add_to_linker::<_, HasSelf<_>>(linker, |state| state)
            }
            Self::Settings => host::settings::add_to_linker::<_, HasSelf<_>>(linker, |state| state),
            Self::Credentials => host::credentials::add_to_linker::<_, HasSelf<_>>(linker, |state| state),
            Self::Calendar => host::calendar::add_to_linker::<_, HasSelf<_>>(linker, |state| state),
            Self::Log => host::log::add_to_linker::<_, HasSelf<_>>(linker, |state| state),
            Self::Mail => host::mail::add_to_linker::<_, HasSelf<_>>(linker, |state| state),
        }
    }
}
