//! iCalendar (RFC 5545), as far as an agenda needs it: which times are taken, and by whom.
//!
//! Recurrence and time zones are the host's; this module finds out what to ask it.

pub mod availability;
pub mod civil;
pub mod component;
pub mod duration;
pub mod line;
pub mod object;
pub mod observance;
pub mod patch;
pub mod read;
pub mod salvage;
pub mod time;
pub mod write;
pub mod zone;

#[cfg(test)]
mod tests;
