//! Write greffon plugins in Rust.
//!
//! A plugin is a type with one of four traits, exported by a macro:
//!
//! | kind | trait | macro | may use |
//! | --- | --- | --- | --- |
//! | triage | [`triage::Triage`] | [`export_triage!`] | nothing: pure |
//! | script | [`script::Script`] | [`export_script!`] | nothing: pure |
//! | agenda | [`agenda::Agenda`] | [`export_agenda!`] | [`http`], [`keyvalue`], [`calendar`], [`credentials`], [`log`] |
//! | notification | [`channel::Channel`] | [`export_channel!`] | the same and [`mail`] |
//!
//! A pure plugin must not call [`http`], [`keyvalue`], [`calendar`],
//! [`credentials`], [`log`], [`mail`] or [`settings::load`]: the component
//! would import functions, and building it fails.
//!
//! Compiled natively (`cargo test`), the same calls go to the fakes of
//! [`testing`], so that a plugin's logic is tested without wasm.

pub mod agenda;
#[doc(hidden)]
pub mod bindings;
#[cfg(any(test, all(feature = "call-allocator", target_arch = "wasm32", target_os = "unknown")))]
mod bump;
pub mod calendar;
pub mod channel;
pub mod credentials;
pub mod delays;
mod export;
mod failure;
#[cfg_attr(target_arch = "wasm32", path = "host/wasm.rs")]
#[cfg_attr(not(target_arch = "wasm32"), path = "host/native.rs")]
mod host;
pub mod http;
pub mod keyvalue;
pub mod log;
pub mod mail;
#[doc(hidden)]
#[cfg(any(test, target_arch = "wasm32"))]
pub mod panic;
pub mod practice;
pub mod prepared;
pub mod script;
pub mod settings;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;
pub mod triage;
pub mod wording;

pub use failure::Failure;

/// Version of the contract that this SDK speaks, stamped into every plugin as
/// the custom section `greffon:api-version` (ASCII, semantic version).
pub const API_VERSION: &str = "0.1.0";
