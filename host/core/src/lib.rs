//! The domain of greffon: what happens between a patient's contact and a kept
//! promise. No I/O here: time, ids, storage and plugins are [`ports`], and the
//! decisions in [`model`] are pure functions.
//!
//! * [`model`]: the words of the field as types, and their state machines.
//! * [`ports`]: what the domain needs from outside.
//! * [`flow`]: one file per step on the road of a contact.
//! * [`jobs`]: what happens after a commit, one file per job.

pub mod flow;
pub mod ids;
pub mod jobs;
pub mod model;
pub mod ports;
pub mod time;
