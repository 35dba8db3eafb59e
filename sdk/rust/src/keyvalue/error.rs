//! What can go wrong in the plugin's space.

/// Why a value was not read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The practice does not grant this: `grants.keyvalue = true`.
    #[error("access to the key-value space is not granted: the practice needs `grants.keyvalue = true`")]
    AccessDenied,
    /// The host has no bucket of this name.
    #[error("no bucket \"{0}\"")]
    NoSuchBucket(String),
    /// The value is not what this version of the plugin writes. The key is
    /// named; the value is not, it may be personal.
    #[error("value of \"{key}\" cannot be read: {why}")]
    Unreadable {
        /// Which key.
        key: String,
        /// What is wrong.
        why: String,
    },
    /// The value cannot be written as JSON.
    #[error("value for \"{key}\" cannot be written: {why}")]
    Unwritable {
        /// Which key.
        key: String,
        /// What is wrong.
        why: String,
    },
    /// Others wrote the same key each time. Nothing was written.
    #[error("\"{0}\" is written by too many at once")]
    Contended(String),
    /// The host's storage failed: a write may or may not have been done.
    #[error("key-value storage failed: {0}")]
    Storage(String),
}

impl Error {
    /// Whether nothing was written for certain.
    #[must_use]
    pub fn nothing_written(&self) -> bool {
        !matches!(self, Self::Storage(_))
    }
}
