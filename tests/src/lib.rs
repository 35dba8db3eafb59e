//! What the tests share: how long they may take, and guests that misbehave,
//! compiled for them: for each folder of `guests/` a component
//! (`GUEST_SPIN: &[u8]`) and its manifest (`GUEST_SPIN_MANIFEST: &str`).

/// Whether the long matrices run, all peers and all rounds: `.ci/full` sets
/// `GREFFON_TEST_FULL`.
#[must_use]
pub fn full() -> bool {
    std::env::var_os("GREFFON_TEST_FULL").is_some()
}

include!(concat!(env!("OUT_DIR"), "/guests.rs"));
