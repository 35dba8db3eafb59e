//! What became of a request that a client may send twice under one
//! `Idempotency-Key`.
//!
//! Only a reference to the result is kept, never an answer: an answer holds
//! patient data, and a repeat is better served with the state as it is now.

use async_trait::async_trait;

use super::storage::Stored;
use crate::ids::PracticeId;
use crate::time::Instant;

/// Whose key it is: two people, or two practices, never share one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdempotencyKey {
    /// The practice.
    pub practice: PracticeId,
    /// The subject of the token.
    pub subject: String,
    /// The header's value.
    pub key: String,
}

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// Never seen, or forgotten: the caller owns it now and must end it with
    /// `finish` or `abandon`.
    First,
    /// The same request runs now.
    Running,
    /// The same request was done, with this result.
    Done(String),
    /// The key was used for another request.
    OtherRequest,
}

/// How long a request may run before its key is given to the next try, in
/// milliseconds: its process died.
pub const RUNNING_FOR_MS: i64 = 60_000;

/// How long a result is kept, in milliseconds.
pub const KEPT_FOR_MS: i64 = 24 * 60 * 60 * 1000;

/// Remembers requests by their key. Every operation is atomic.
#[async_trait]
pub trait Idempotency: Send + Sync {
    /// Takes the key for the request of this digest. Of two calls at once, one
    /// gets `First`. A key begun more than [`RUNNING_FOR_MS`] ago and never
    /// finished, or kept for more than [`KEPT_FOR_MS`], counts as never seen.
    async fn begin(&self, key: &IdempotencyKey, digest: &str, now: Instant) -> Stored<Begun>;

    /// Keeps the result. Nothing happens when the key is gone.
    async fn finish(&self, key: &IdempotencyKey, result: &str) -> Stored<()>;

    /// Gives the key back: the request failed and changed nothing.
    async fn abandon(&self, key: &IdempotencyKey) -> Stored<()>;

    /// Removes, over all practices, what began before `before`; says how many.
    async fn forget(&self, before: Instant) -> Stored<u64>;
}
