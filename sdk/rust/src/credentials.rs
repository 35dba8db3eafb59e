//! Secrets that a plugin uses and never reads. A credential that is bound to an
//! origin is added by the host to the requests to that origin: nothing to do
//! here for it.

pub use crate::bindings::imports::greffon::host::credentials::{Algorithm, Error};
use crate::host;

/// Returns the names that the practice grants, sorted.
#[must_use]
pub fn names() -> Vec<String> {
    host::credential_names()
}

/// Returns the hash of the secret followed by `data`, as raw bytes.
///
/// # Errors
/// The credential is not granted or not usable for this.
pub fn digest(name: &str, algorithm: Algorithm, data: &[u8]) -> Result<Vec<u8>, Error> {
    host::digest(name, algorithm, data)
}

/// Returns the HMAC (RFC 2104) of `data` under the secret, as raw bytes.
///
/// # Errors
/// The credential is not granted or not usable for this.
pub fn hmac(name: &str, algorithm: Algorithm, data: &[u8]) -> Result<Vec<u8>, Error> {
    host::hmac(name, algorithm, data)
}
