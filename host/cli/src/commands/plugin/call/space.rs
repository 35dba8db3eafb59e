//! A key-value space that lives as long as one call from the command line.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use greffon_core::ids::{FeatureId, PracticeId};
use greffon_core::ports::keyvalue::{KeyValue, KeyValueScope, Keys, Put, Versioned};
use greffon_core::ports::storage::Stored;

/// Values by bucket and key; there is one practice and one feature.
#[derive(Default)]
pub(super) struct Space(Mutex<BTreeMap<(String, String), Versioned>>);

impl Space {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<(String, String), Versioned>> {
        // Entries are written as a whole: the map is whole whatever panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn at(scope: &KeyValueScope, key: &str) -> (String, String) {
    (scope.bucket.clone(), key.to_owned())
}

/// Writes a value as the next revision of its key.
fn write(space: &mut BTreeMap<(String, String), Versioned>, at: (String, String), value: &[u8]) {
    let revision = space.get(&at).map_or(1, |old| old.revision + 1);
    space.insert(at, Versioned { value: value.to_vec(), revision });
}

/// The same, unless the space would then hold more than `most` bytes.
fn put(space: &mut BTreeMap<(String, String), Versioned>, at: (String, String), value: &[u8], most: u64) -> Put {
    let others = space.iter().filter(|(there, _)| **there != at).map(|((_, key), one)| bytes(key, &one.value));
    if others.sum::<u64>() + bytes(&at.1, value) > most {
        return Put::Full;
    }
    write(space, at, value);
    Put::Done
}

fn bytes(key: &str, value: &[u8]) -> u64 {
    u64::try_from(key.len() + value.len()).unwrap_or(u64::MAX)
}

#[async_trait]
impl KeyValue for Space {
    async fn get(&self, scope: &KeyValueScope, key: &str) -> Stored<Option<Versioned>> {
        Ok(self.lock().get(&at(scope, key)).cloned())
    }

    async fn set(&self, scope: &KeyValueScope, key: &str, value: &[u8], most: u64) -> Stored<Put> {
        Ok(put(&mut self.lock(), at(scope, key), value, most))
    }

    async fn swap(
        &self,
        scope: &KeyValueScope,
        key: &str,
        expected: Option<i64>,
        value: &[u8],
        most: u64,
    ) -> Stored<Put> {
        let mut space = self.lock();
        if space.get(&at(scope, key)).map(|old| old.revision) != expected {
            return Ok(Put::Changed);
        }
        Ok(put(&mut space, at(scope, key), value, most))
    }

    async fn delete(&self, scope: &KeyValueScope, key: &str) -> Stored<()> {
        self.lock().remove(&at(scope, key));
        Ok(())
    }

    async fn keys(&self, scope: &KeyValueScope, after: Option<&str>, limit: u32) -> Stored<Keys> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let space = self.lock();
        let mut found = space
            .keys()
            .filter(|(bucket, key)| *bucket == scope.bucket && after.is_none_or(|after| key.as_str() > after));
        let keys: Vec<String> = found.by_ref().take(limit).map(|(_, key)| key.clone()).collect();
        let next = found.next().and(keys.last().cloned());
        Ok(Keys { keys, next })
    }

    async fn increment(&self, scope: &KeyValueScope, key: &str, delta: i64) -> Stored<Option<i64>> {
        let mut space = self.lock();
        let current = match space.get(&at(scope, key)) {
            None => Some(0),
            Some(old) => std::str::from_utf8(&old.value).ok().and_then(|text| text.parse::<i64>().ok()),
        };
        let sum = current.and_then(|number| number.checked_add(delta));
        if let Some(sum) = sum {
            write(&mut space, at(scope, key), sum.to_string().as_bytes());
        }
        Ok(sum)
    }

    async fn size_bytes(&self, _: &PracticeId, _: &FeatureId) -> Stored<u64> {
        Ok(self.lock().iter().map(|((_, key), one)| bytes(key, &one.value)).sum())
    }
}
