//! The key under which patients are found without their traits being written beside them.

use std::fmt::Write as _;

use greffon_core::ids::PracticeId;
use greffon_core::model::patient::Term;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// Bytes of a hash that are kept: enough that two terms of a practice never meet.
const KEPT: usize = 16;
/// Bytes by which a key is known.
const FINGERPRINT: usize = 8;

/// A key for hashes of terms. `Debug` is not there on purpose.
#[derive(Clone)]
pub(crate) struct LookupKey([u8; 32]);

impl LookupKey {
    /// The operator's key.
    pub(crate) fn of(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The key of an installation whose operator gives none: it can be read in the
    /// database, so that the hashes hide nothing from whoever has that.
    pub(crate) fn of_installation(id: &str) -> Self {
        Self(Sha256::digest(format!("greffon lookup key of {id}")).into())
    }

    /// Tells one key from another.
    pub(crate) fn fingerprint(&self) -> Vec<u8> {
        Sha256::new().chain_update(b"greffon lookup fingerprint").chain_update(self.0).finalize()[..FINGERPRINT]
            .to_vec()
    }

    /// A term as it is stored, in hexadecimal digits. The practice is in it, so that rows
    /// of two practices cannot be joined.
    pub(crate) fn hash(&self, practice: &PracticeId, term: &Term) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return String::new() };
        for part in [practice.as_str(), term.kind(), term.text()] {
            // None of them holds a NUL, so that two terms never run together.
            mac.update(part.as_bytes());
            mac.update(&[0]);
        }
        let mut hex = String::with_capacity(2 * KEPT);
        for byte in &mac.finalize().into_bytes()[..KEPT] {
            // Writing to a string does not fail.
            let _ = write!(hex, "{byte:02x}");
        }
        hex
    }
}
