//! What became of a request that a client may send twice under one
//! `Idempotency-Key`.
//!
//! Only a reference to the result is kept, never an answer: an answer holds
//! patient data, and a repeat is better served with the state as it is now.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::storage::{Storage, Stored};
use crate::ids::PracticeId;

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

/// A key in the hands of the request that runs under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyClaim {
    /// Which key.
    pub key: IdempotencyKey,
    /// Grows each time that the key is taken: whoever comes with an older number
    /// does not hold it any more.
    pub fence: i64,
}

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// Never seen, or forgotten: the caller holds it now, must [`Idempotency::renew`]
    /// it while it works and end it with `finish` or `abandon`.
    First(KeyClaim),
    /// The same request runs now.
    Running,
    /// The same request was done, with this result.
    Done(String),
    /// The key was used for another request.
    OtherRequest,
}

/// How long a request holds its key without a word before the key is given to the
/// next try: its process died.
pub const HELD_FOR: Duration = Duration::from_secs(60);

/// How long a result is kept.
pub const KEPT_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// Remembers requests by their key. Every operation is atomic; all times are the
/// database's, as for leases.
#[async_trait]
pub trait Idempotency: Send + Sync {
    /// Takes the key for the request of this digest. Of two calls at once, one
    /// gets `First`. A key that nobody has renewed for [`HELD_FOR`] and that was
    /// never finished, or was kept for more than [`KEPT_FOR`], counts as never seen.
    async fn begin(&self, key: &IdempotencyKey, digest: &str) -> Stored<Begun>;

    /// Holds the key for another [`HELD_FOR`]. Says whether it was still held.
    async fn renew(&self, claim: &KeyClaim) -> Stored<bool>;

    /// The storage for the work of the request: none of its transactions begins, nor
    /// commits, once somebody else has taken the key, and nobody takes it while one
    /// is open. Ports that live in one process only may give `storage` itself.
    fn guarded(&self, storage: &Arc<dyn Storage>, claim: &KeyClaim) -> Arc<dyn Storage>;

    /// Keeps the result. Nothing happens when the key is not held any more.
    async fn finish(&self, claim: &KeyClaim, result: &str) -> Stored<()>;

    /// Gives the key back: the request failed and changed nothing. Nothing happens
    /// when it is not held any more.
    async fn abandon(&self, claim: &KeyClaim) -> Stored<()>;

    /// Removes, over all practices, what began longer ago than `age`; says how many.
    async fn forget(&self, age: Duration) -> Stored<u64>;
}
