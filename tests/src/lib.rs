//! Guests that misbehave, compiled for the tests: for each folder of `guests/`
//! a component (`GUEST_SPIN: &[u8]`) and its manifest
//! (`GUEST_SPIN_MANIFEST: &str`).

include!(concat!(env!("OUT_DIR"), "/guests.rs"));
