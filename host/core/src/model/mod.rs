//! The words of the field as types. No I/O, no clock, no randomness.

pub mod audit;
pub mod care;
pub mod channel;
pub mod commitment;
pub mod contact;
pub mod intent;
pub mod job;
pub mod message;
pub mod person;
pub mod practice;
pub mod scheduling;
pub mod script;
pub mod triage;
pub mod view;
