//! Plugins' own spaces. Every write takes the next revision of its space first,
//! which also keeps other writers of the space waiting: no revision is ever used
//! twice, so a key that was deleted and written again never passes for unchanged.

use async_trait::async_trait;
use greffon_core::ids::{FeatureId, PracticeId};
use greffon_core::ports::keyvalue::{KeyValue, KeyValueScope, Keys, Versioned};
use greffon_core::ports::storage::{StorageError, Stored};

use crate::database::{Database, Open};
use crate::error::failed;
use crate::rows;
use crate::sql::Sql;

/// Most keys of one page.
const MAX_KEYS: u32 = 1000;

const GET: Sql = Sql::both(
    "SELECT value, revision
     FROM keyvalue
     WHERE practice = $1 AND feature = $2 AND bucket = $3 AND key = $4",
);

const NEXT_REVISION: Sql = Sql::both(
    "INSERT INTO keyvalue_spaces (practice, feature, revision, size_bytes)
     VALUES ($1, $2, 1, 0)
     ON CONFLICT (practice, feature) DO UPDATE SET revision = keyvalue_spaces.revision + 1
     RETURNING revision",
);

const RESIZE: Sql = Sql::both(
    "UPDATE keyvalue_spaces
     SET size_bytes = size_bytes + $3
     WHERE practice = $1 AND feature = $2",
);

const WRITE: Sql = Sql::both(
    "INSERT INTO keyvalue (practice, feature, bucket, key, value, revision)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (practice, feature, bucket, key) DO UPDATE SET value = $5, revision = $6",
);

const DELETE: Sql = Sql::both(
    "DELETE FROM keyvalue
     WHERE practice = $1 AND feature = $2 AND bucket = $3 AND key = $4",
);

const KEYS: Sql = Sql::both(
    "SELECT key
     FROM keyvalue
     WHERE practice = $1 AND feature = $2 AND bucket = $3 AND key >= $4
     ORDER BY key
     LIMIT $5",
);

const SIZE: Sql = Sql::both(
    "SELECT size_bytes
     FROM keyvalue_spaces
     WHERE practice = $1 AND feature = $2",
);

row! {
    struct Entry {
        value: Vec<u8>,
        revision: i64,
    }
}

#[async_trait]
impl KeyValue for Database {
    async fn get(&self, scope: &KeyValueScope, key: &str) -> Stored<Option<Versioned>> {
        let mut reader = self.reader().await?;
        let entry = fetch!(
            fetch_optional,
            Entry,
            reader.on(),
            GET,
            scope.practice.as_str(),
            scope.feature.as_str(),
            scope.bucket.as_bytes(),
            key.as_bytes(),
        )
        .map_err(failed)?;
        Ok(entry.map(|entry| Versioned { value: entry.value, revision: entry.revision }))
    }

    async fn set(&self, scope: &KeyValueScope, key: &str, value: &[u8]) -> Stored<()> {
        let mut change = Change::begin(self, scope, key).await?;
        change.write(value).await?;
        change.commit().await
    }

    async fn swap(&self, scope: &KeyValueScope, key: &str, expected: Option<i64>, value: &[u8]) -> Stored<bool> {
        let mut change = Change::begin(self, scope, key).await?;
        if change.before.as_ref().map(|entry| entry.revision) != expected {
            return Ok(false);
        }
        change.write(value).await?;
        change.commit().await?;
        Ok(true)
    }

    async fn delete(&self, scope: &KeyValueScope, key: &str) -> Stored<()> {
        let mut change = Change::begin(self, scope, key).await?;
        if change.before.is_none() {
            return Ok(());
        }
        change.delete().await?;
        change.commit().await
    }

    async fn keys(&self, scope: &KeyValueScope, after: Option<&str>, limit: u32) -> Stored<Keys> {
        let limit = limit.clamp(1, MAX_KEYS);
        // The next text in bytewise order is the same with a NUL behind it.
        let from = after.map_or_else(Vec::new, |after| [after.as_bytes(), &[0]].concat());
        let mut reader = self.reader().await?;
        let found = fetch!(
            fetch_all,
            (Vec<u8>,),
            reader.on(),
            KEYS,
            scope.practice.as_str(),
            scope.feature.as_str(),
            scope.bucket.as_bytes(),
            from,
            i64::from(limit) + 1,
        )
        .map_err(failed)?;
        let mut keys = found.into_iter().map(|(key,)| text(key)).collect::<Stored<Vec<_>>>()?;
        let more = keys.len() > limit as usize;
        keys.truncate(limit as usize);
        let next = if more { keys.last().cloned() } else { None };
        Ok(Keys { keys, next })
    }

    /// The number is kept as decimal text, without sign unless negative and
    /// without leading zeros.
    async fn increment(&self, scope: &KeyValueScope, key: &str, delta: i64) -> Stored<Option<i64>> {
        let mut change = Change::begin(self, scope, key).await?;
        let before = match &change.before {
            None => Some(0),
            Some(entry) => whole_number(&entry.value),
        };
        let Some(sum) = before.and_then(|before| before.checked_add(delta)) else {
            return Ok(None);
        };
        change.write(sum.to_string().as_bytes()).await?;
        change.commit().await?;
        Ok(Some(sum))
    }

    async fn size_bytes(&self, practice: &PracticeId, feature: &FeatureId) -> Stored<u64> {
        let mut reader = self.reader().await?;
        let size =
            fetch!(fetch_optional, (i64,), reader.on(), SIZE, practice.as_str(), feature.as_str()).map_err(failed)?;
        Ok(size.map_or(0, |(bytes,)| u64::try_from(bytes).unwrap_or(0)))
    }
}

/// One change of one key. Dropped without `commit`, nothing happened.
struct Change<'s> {
    open: Open<'static>,
    scope: &'s KeyValueScope,
    key: &'s [u8],
    revision: i64,
    before: Option<Entry>,
}

impl<'s> Change<'s> {
    async fn begin(database: &Database, scope: &'s KeyValueScope, key: &'s str) -> Stored<Self> {
        rows::key("feature", scope.feature.as_str())?;
        let bucket = rows::bytes("bucket", &scope.bucket)?;
        let key = rows::bytes("key", key)?;
        let (practice, feature) = (scope.practice.as_str(), scope.feature.as_str());
        let mut open = database.open().await?;
        let (revision,) = fetch!(fetch_one, (i64,), open.on(), NEXT_REVISION, practice, feature).map_err(failed)?;
        let before = fetch!(fetch_optional, Entry, open.on(), GET, practice, feature, bucket, key).map_err(failed)?;
        Ok(Self { open, scope, key, revision, before })
    }

    async fn write(&mut self, value: &[u8]) -> Stored<()> {
        let (practice, feature) = (self.scope.practice.as_str(), self.scope.feature.as_str());
        let bucket = self.scope.bucket.as_bytes();
        execute!(self.open.on(), WRITE, practice, feature, bucket, self.key, value, self.revision).map_err(failed)?;
        self.resize(bytes(self.key.len() + value.len())).await
    }

    async fn delete(&mut self) -> Stored<()> {
        let (practice, feature) = (self.scope.practice.as_str(), self.scope.feature.as_str());
        execute!(self.open.on(), DELETE, practice, feature, self.scope.bucket.as_bytes(), self.key).map_err(failed)?;
        self.resize(0).await
    }

    /// The entry takes `after` bytes from now on.
    async fn resize(&mut self, after: i64) -> Stored<()> {
        let before = self.before.as_ref().map_or(0, |entry| bytes(self.key.len() + entry.value.len()));
        let (practice, feature) = (self.scope.practice.as_str(), self.scope.feature.as_str());
        execute!(self.open.on(), RESIZE, practice, feature, after - before).map_err(failed)?;
        Ok(())
    }

    async fn commit(self) -> Stored<()> {
        self.open.commit().await
    }
}

fn bytes(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

fn text(key: Vec<u8>) -> Stored<String> {
    String::from_utf8(key).map_err(|_| StorageError::Inconsistent { table: "keyvalue", row: "key".to_owned() })
}

/// Reads what `increment` writes, and nothing that only looks like it: Rust's
/// own parser takes `+5` and `007` too.
fn whole_number(value: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(value).ok()?;
    let number = text.parse::<i64>().ok()?;
    (number.to_string() == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_is_written_in_one_way_only() {
        for (text, number) in [("0", 0), ("-7", -7), ("9223372036854775807", i64::MAX)] {
            assert_eq!(whole_number(text.as_bytes()), Some(number));
        }
        for text in ["", "+5", "007", "-0", " 1", "1.0", "9223372036854775808", "é"] {
            assert_eq!(whole_number(text.as_bytes()), None, "{text}");
        }
        assert_eq!(whole_number(&[0xff]), None);
    }
}
