//! The words of the field as types. No I/O, no clock, no randomness.

pub mod audit;
pub mod callback;
pub mod care;
pub mod channel;
pub mod civil;
pub mod claims;
pub mod commitment;
pub mod contact;
pub mod dead_letter;
pub mod emergency;
pub mod intent;
pub mod job;
pub mod message;
pub mod minimal_script;
pub mod person;
pub mod pin;
pub mod practice;
pub mod recipients;
pub mod red_flags;
pub mod refusal;
pub mod scheduling;
pub mod script;
pub mod slots;
pub mod triage;
pub mod view;
pub mod wording;
