//! The vendor's interface: where it is, what is asked, what it answers, and what goes wrong.

pub mod client;
pub mod failure;
pub mod list;
pub mod place;
pub mod wire;
