//! A plugin's own space: bytes by key, inside one practice and one plugin.

use async_trait::async_trait;

use super::storage::Stored;
use crate::ids::{FeatureId, PracticeId};

/// Whose space it is. Nothing in the guest can change it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyValueScope {
    /// The practice.
    pub practice: PracticeId,
    /// The feature: two agendas of one plugin do not share a space.
    pub feature: FeatureId,
    /// The bucket's name.
    pub bucket: String,
}

/// A value and the revision that `swap` compares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versioned {
    /// The bytes.
    pub value: Vec<u8>,
    /// Grows with every write of the key.
    pub revision: i64,
}

/// A page of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Sorted bytewise.
    pub keys: Vec<String>,
    /// Where to go on.
    pub next: Option<String>,
}

/// What came of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It is written.
    Done,
    /// The key is not at the revision that was expected; nothing was written.
    Changed,
    /// The feature's space would have passed its bytes; nothing was written.
    Full,
}

/// Key-value storage. Every operation is atomic and durable when it returns.
#[async_trait]
pub trait KeyValue: Send + Sync {
    /// The value of a key.
    async fn get(&self, scope: &KeyValueScope, key: &str) -> Stored<Option<Versioned>>;
    /// Writes it, unless the whole feature would then use more than `most` bytes.
    /// Never [`Put::Changed`].
    async fn set(&self, scope: &KeyValueScope, key: &str, value: &[u8], most: u64) -> Stored<Put>;
    /// The same if it is still at `expected` (`None`: absent).
    async fn swap(
        &self,
        scope: &KeyValueScope,
        key: &str,
        expected: Option<i64>,
        value: &[u8],
        most: u64,
    ) -> Stored<Put>;
    /// Removes it; nothing happens when it is absent.
    async fn delete(&self, scope: &KeyValueScope, key: &str) -> Stored<()>;
    /// Keys after `after`, at most `limit`.
    async fn keys(&self, scope: &KeyValueScope, after: Option<&str>, limit: u32) -> Stored<Keys>;
    /// Adds to a whole number (absent counts as 0); the sum. `None` when the
    /// value is not a whole number or the sum overflows.
    async fn increment(&self, scope: &KeyValueScope, key: &str, delta: i64) -> Stored<Option<i64>>;
    /// Bytes used by the whole feature, over all buckets.
    async fn size_bytes(&self, practice: &PracticeId, feature: &FeatureId) -> Stored<u64>;
}
