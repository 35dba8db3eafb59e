//! Plugins' own spaces. Every write is one statement, which takes the next revision of
//! its space, keeps the space's size and holds its quota. No revision is ever used
//! twice, so a key that was deleted and written again never passes for unchanged.

use async_trait::async_trait;
use greffon_core::ids::{FeatureId, PracticeId};
use greffon_core::ports::keyvalue::{KeyValue, KeyValueScope, Keys, Put, Versioned};
use greffon_core::ports::storage::{StorageError, Stored};

use crate::database::Database;
use crate::error::failed;
use crate::rows;
use crate::sql::{On, Sql};

/// Most keys of one page.
const MAX_KEYS: u32 = 1000;

const GET: Sql = Sql::both(
    "SELECT value, revision
     FROM keyvalue
     WHERE practice = $1 AND feature = $2 AND bucket = $3 AND key = $4",
);

/// Writes a key at the next revision of its space, if what is there and the bytes of
/// the space allow it: `$6` is the most bytes, `$7` whether `$8` is the revision that
/// is expected. On SQLite triggers keep the space's row, and no row means no; on
/// PostgreSQL a function does all of it, which answers 0, 1 or 2 as [`Put`] has it.
const PUT: Sql = Sql {
    sqlite: "INSERT INTO keyvalue (practice, feature, bucket, key, value, revision)
     SELECT $1, $2, $3, $4, $5,
            COALESCE((SELECT revision FROM keyvalue_spaces WHERE practice = $1 AND feature = $2), 0) + 1
     FROM (SELECT 1)
     LEFT JOIN keyvalue AS old ON practice = $1 AND feature = $2 AND bucket = $3 AND key = $4
     WHERE (NOT $7 OR old.revision IS $8)
       AND COALESCE((SELECT size_bytes FROM keyvalue_spaces WHERE practice = $1 AND feature = $2), 0)
           + length($4) + length($5) - COALESCE(length(old.key) + length(old.value), 0) <= $6
     ON CONFLICT (practice, feature, bucket, key) DO UPDATE SET value = excluded.value, revision = excluded.revision",
    postgres: "SELECT keyvalue_put($1, $2, $3, $4, $5, $6, $7, $8)",
};

const DELETE: Sql = Sql {
    sqlite: "DELETE FROM keyvalue
     WHERE practice = $1 AND feature = $2 AND bucket = $3 AND key = $4",
    postgres: "SELECT keyvalue_delete($1, $2, $3, $4)",
};

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

    async fn set(&self, scope: &KeyValueScope, key: &str, value: &[u8], most: u64) -> Stored<Put> {
        self.put(scope, key, None, value, most).await
    }

    async fn swap(
        &self,
        scope: &KeyValueScope,
        key: &str,
        expected: Option<i64>,
        value: &[u8],
        most: u64,
    ) -> Stored<Put> {
        self.put(scope, key, Some(expected), value, most).await
    }

    async fn delete(&self, scope: &KeyValueScope, key: &str) -> Stored<()> {
        let (practice, feature, bucket, key) = place(scope, key)?;
        execute!(self.writer().await?.on(), DELETE, practice, feature, bucket, key).map_err(failed)?;
        Ok(())
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
        // Whoever finds that it changed lost to somebody who did not.
        loop {
            let before = self.get(scope, key).await?;
            let number = match &before {
                None => Some(0),
                Some(entry) => whole_number(&entry.value),
            };
            let Some(sum) = number.and_then(|number| number.checked_add(delta)) else {
                return Ok(None);
            };
            let expected = before.map(|entry| entry.revision);
            let put = self.swap(scope, key, expected, sum.to_string().as_bytes(), u64::MAX).await?;
            if put == Put::Done {
                return Ok(Some(sum));
            }
        }
    }

    async fn size_bytes(&self, practice: &PracticeId, feature: &FeatureId) -> Stored<u64> {
        let mut reader = self.reader().await?;
        let size =
            fetch!(fetch_optional, (i64,), reader.on(), SIZE, practice.as_str(), feature.as_str()).map_err(failed)?;
        Ok(size.map_or(0, |(bytes,)| u64::try_from(bytes).unwrap_or(0)))
    }
}

impl Database {
    /// One write of one key; `expected` is what `swap` compares.
    async fn put(
        &self,
        scope: &KeyValueScope,
        key: &str,
        expected: Option<Option<i64>>,
        value: &[u8],
        most: u64,
    ) -> Stored<Put> {
        let (practice, feature, bucket, name) = place(scope, key)?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let (compares, revision) = (expected.is_some(), expected.flatten());
        let mut writer = self.writer().await?;
        match writer.on() {
            on @ On::Postgres(_) => {
                let (put,) = fetch!(
                    fetch_one,
                    (i32,),
                    on,
                    PUT,
                    practice,
                    feature,
                    bucket,
                    name,
                    value,
                    most,
                    compares,
                    revision
                )
                .map_err(failed)?;
                Ok(match put {
                    0 => Put::Done,
                    1 => Put::Changed,
                    _ => Put::Full,
                })
            }
            on @ On::Sqlite(_) => {
                let written = execute!(on, PUT, practice, feature, bucket, name, value, most, compares, revision)
                    .map_err(failed)?;
                drop(writer);
                let Some(expected) = expected.filter(|_| written == 0) else {
                    return Ok(if written == 0 { Put::Full } else { Put::Done });
                };
                let there = self.get(scope, key).await?.map(|entry| entry.revision);
                Ok(if there == expected { Put::Full } else { Put::Changed })
            }
        }
    }
}

/// Where a key is, if it can be stored.
fn place<'s>(scope: &'s KeyValueScope, key: &'s str) -> Stored<(&'s str, &'s str, &'s [u8], &'s [u8])> {
    let feature = rows::key("feature", scope.feature.as_str())?;
    let bucket = rows::bytes("bucket", &scope.bucket)?;
    Ok((scope.practice.as_str(), feature, bucket, rows::bytes("key", key)?))
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
