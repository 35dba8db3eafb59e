//! A model checker for the protocol that keeps bookings from colliding. It drives the decisions of
//! `greffon-core` itself, and visits every interleaving of what people, processes, agendas and the
//! road between them do, within bounds.

mod action;
mod bounds;
mod breach;
mod check;
mod decisions;
mod defence;
mod property;
mod protocol;
mod scenarios;
mod state;
mod steps;
mod time;
mod trace;

pub use bounds::{Bounds, Style};
pub use check::{Report, Violation, check};
pub use defence::Defence;
pub use protocol::Protocol;
pub use scenarios::{LARGE, SMALL, against};
