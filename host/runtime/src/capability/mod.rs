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
mod mail;
mod settings;
#[cfg(test)]
pub(crate) mod testing;
