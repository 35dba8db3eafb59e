//! What can go wrong in storage.

use thiserror::Error;

/// What can go wrong in storage. Absence is `Ok(None)`, never an error.
#[derive(Debug, Error)]
pub enum StorageError {
    /// A live claim of another chain overlaps: somebody else has the slot.
    #[error("another live intent claims \"{resource}\" in that span")]
    ClaimTaken {
        /// Which resource.
        resource: String,
    },
    /// The row changed since it was read: read again and decide again.
    #[error("{thing} changed meanwhile")]
    Stale {
        /// `contact`, `intent`…
        thing: &'static str,
    },
    /// A row of that key exists: the op-id or idempotency key was used before.
    #[error("{thing} exists already")]
    Exists {
        /// `intent`, `appointment`…
        thing: &'static str,
    },
    /// The cursor was not given by this list.
    #[error("the cursor is not one of this list: begin again without it")]
    InvalidCursor,
    /// The value can never be stored as it is; trying again does not help.
    #[error("{thing} cannot be stored: {why}")]
    NotStorable {
        /// `intent`, `key`…
        thing: &'static str,
        /// What is wrong with it; never the value itself.
        why: &'static str,
    },
    /// A row cannot be read as what it should be.
    #[error("row {row} of {table} is not readable")]
    Inconsistent {
        /// Which table.
        table: &'static str,
        /// Which row.
        row: String,
    },
    /// The database does not answer; nothing of the transaction is kept.
    #[error("the database does not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Shorthand.
pub type Stored<T> = Result<T, StorageError>;
