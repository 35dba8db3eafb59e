//! Key-value space in memory.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use greffon_core::ids::{FeatureId, PracticeId};
use greffon_core::ports::keyvalue::{KeyValue, KeyValueScope, Keys, Put, Versioned};
use greffon_core::ports::storage::Stored;

use super::rows::{check_key, check_length};

/// Most keys of one page, as in the databases.
const MAX_KEYS: u32 = 1000;

/// A [`KeyValue`] that forgets everything when it is dropped.
#[derive(Debug, Default)]
pub struct MemoryKeyValue {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    spaces: BTreeMap<(String, String, String), BTreeMap<String, Versioned>>,
    revisions: i64,
}

impl Inner {
    fn space(&mut self, scope: &KeyValueScope) -> &mut BTreeMap<String, Versioned> {
        let key = (scope.practice.0.clone(), scope.feature.0.clone(), scope.bucket.clone());
        self.spaces.entry(key).or_default()
    }

    /// Bytes of all buckets of a feature.
    fn size(&self, practice: &PracticeId, feature: &FeatureId) -> u64 {
        let spaces = self.spaces.iter().filter(|((p, f, _), _)| *p == practice.0 && *f == feature.0);
        let entries = spaces.flat_map(|(_, space)| space);
        entries.map(|(key, there)| bytes(key, &there.value)).sum()
    }

    /// Writes, unless the feature would then use more than `most` bytes.
    fn put(&mut self, scope: &KeyValueScope, key: &str, value: &[u8], most: u64) -> Put {
        let freed = self.space(scope).get(key).map_or(0, |there| bytes(key, &there.value));
        if self.size(&scope.practice, &scope.feature) - freed + bytes(key, value) > most {
            return Put::Full;
        }
        self.write(scope, key, value);
        Put::Done
    }

    fn write(&mut self, scope: &KeyValueScope, key: &str, value: &[u8]) {
        self.revisions += 1;
        let revision = self.revisions;
        self.space(scope).insert(key.to_owned(), Versioned { value: value.to_vec(), revision });
    }
}

impl MemoryKeyValue {
    /// The space for a change of this key, if they can be stored.
    fn change(&self, scope: &KeyValueScope, key: &str) -> Stored<MutexGuard<'_, Inner>> {
        check_key("feature", scope.feature.as_str())?;
        check_length("bucket", &scope.bucket)?;
        check_length("key", key)?;
        Ok(self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl KeyValue for MemoryKeyValue {
    async fn get(&self, scope: &KeyValueScope, key: &str) -> Stored<Option<Versioned>> {
        Ok(self.lock().space(scope).get(key).cloned())
    }

    async fn set(&self, scope: &KeyValueScope, key: &str, value: &[u8], most: u64) -> Stored<Put> {
        Ok(self.change(scope, key)?.put(scope, key, value, most))
    }

    async fn swap(
        &self,
        scope: &KeyValueScope,
        key: &str,
        expected: Option<i64>,
        value: &[u8],
        most: u64,
    ) -> Stored<Put> {
        let mut inner = self.change(scope, key)?;
        if inner.space(scope).get(key).map(|there| there.revision) != expected {
            return Ok(Put::Changed);
        }
        Ok(inner.put(scope, key, value, most))
    }

    async fn delete(&self, scope: &KeyValueScope, key: &str) -> Stored<()> {
        self.change(scope, key)?.space(scope).remove(key);
        Ok(())
    }

    async fn keys(&self, scope: &KeyValueScope, after: Option<&str>, limit: u32) -> Stored<Keys> {
        let limit = usize::try_from(limit.clamp(1, MAX_KEYS)).unwrap_or(1);
        let mut inner = self.lock();
        let mut keys: Vec<String> = inner
            .space(scope)
            .keys()
            .filter(|key| after.is_none_or(|after| key.as_str() > after))
            .take(limit.saturating_add(1))
            .cloned()
            .collect();
        let more = keys.len() > limit;
        keys.truncate(limit);
        let next = keys.last().filter(|_| more).cloned();
        Ok(Keys { keys, next })
    }

    async fn increment(&self, scope: &KeyValueScope, key: &str, delta: i64) -> Stored<Option<i64>> {
        let mut inner = self.change(scope, key)?;
        let there = match inner.space(scope).get(key) {
            None => Some(0),
            Some(versioned) => whole_number(&versioned.value),
        };
        let sum = there.and_then(|there| there.checked_add(delta));
        if let Some(sum) = sum {
            inner.write(scope, key, sum.to_string().as_bytes());
        }
        Ok(sum)
    }

    async fn size_bytes(&self, practice: &PracticeId, feature: &FeatureId) -> Stored<u64> {
        Ok(self.lock().size(practice, feature))
    }
}

fn bytes(key: &str, value: &[u8]) -> u64 {
    u64::try_from(key.len() + value.len()).unwrap_or(u64::MAX)
}

/// Reads what `increment` writes, and nothing that only looks like it.
fn whole_number(value: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(value).ok()?;
    text.parse::<i64>().ok().filter(|number| number.to_string() == text)
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;

    fn scope(feature: &str) -> KeyValueScope {
        KeyValueScope { practice: "p".into(), feature: feature.into(), bucket: "b".to_owned() }
    }

    #[test]
    fn swap_writes_only_over_what_was_expected() {
        block_on(async {
            let space = MemoryKeyValue::default();
            assert_eq!(space.swap(&scope("a"), "k", None, b"1", 9).await.unwrap(), Put::Done);
            assert_eq!(space.swap(&scope("a"), "k", None, b"2", 9).await.unwrap(), Put::Changed);
            let there = space.get(&scope("a"), "k").await.unwrap().unwrap();
            assert_eq!(space.swap(&scope("a"), "k", Some(there.revision), b"2", 9).await.unwrap(), Put::Done);
            assert_eq!(space.swap(&scope("a"), "k", Some(there.revision), b"3", 9).await.unwrap(), Put::Changed);
            assert_eq!(space.get(&scope("b"), "k").await.unwrap(), None);
        });
    }

    #[test]
    fn increments_whole_numbers_only() {
        block_on(async {
            let space = MemoryKeyValue::default();
            assert_eq!(space.increment(&scope("a"), "n", 2).await.unwrap(), Some(2));
            assert_eq!(space.increment(&scope("a"), "n", -3).await.unwrap(), Some(-1));
            space.set(&scope("a"), "n", b"x", 9).await.unwrap();
            assert_eq!(space.increment(&scope("a"), "n", 1).await.unwrap(), None);
        });
    }

    #[test]
    fn keys_come_in_pages() {
        block_on(async {
            let space = MemoryKeyValue::default();
            for key in ["c", "a", "b"] {
                space.set(&scope("a"), key, b"", 9).await.unwrap();
            }
            let page = space.keys(&scope("a"), None, 2).await.unwrap();
            assert_eq!(
                (page.keys.as_slice(), page.next.as_deref()),
                (["a".to_owned(), "b".to_owned()].as_slice(), Some("b"))
            );
            let page = space.keys(&scope("a"), Some("b"), 2).await.unwrap();
            assert_eq!((page.keys.len(), page.next), (1, None));
        });
    }
}
