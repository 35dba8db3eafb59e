//! What a guest holds handles to.

use greffon_core::ports::keyvalue::{KeyValueScope, Versioned};

/// An open bucket: `wasi:keyvalue/store.bucket`.
#[derive(Debug)]
pub struct Bucket {
    /// Its name inside the feature's space.
    pub name: String,
}

/// A compare-and-swap under way: `wasi:keyvalue/atomics.cas`.
#[derive(Debug)]
pub struct Cas {
    pub(super) scope: KeyValueScope,
    pub(super) key: String,
    pub(super) seen: Option<Versioned>,
}

impl Cas {
    /// Bytes of the host's memory that the handle holds.
    pub(super) fn held_bytes(&self) -> u64 {
        self.seen.as_ref().map_or(0, |seen| seen.value.len() as u64)
    }
}
