//! The plugin's own space: values by key, kept between calls, seen by no other
//! plugin and no other practice. Values are written as JSON.

mod error;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use self::error::Error;
use crate::host;

/// How often [`Bucket::update`] begins again when somebody else wrote.
const MAX_ATTEMPTS: u32 = 32;

/// What [`Bucket::update`] shall do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Update<T, R> {
    /// Write this value, if nobody else wrote meanwhile, and return that.
    Write(T, R),
    /// Write nothing and return that.
    Keep(R),
}

/// A named part of the plugin's space.
#[derive(Debug)]
pub struct Bucket(host::Bucket);

impl Bucket {
    /// Opens a bucket; it exists from its first write on.
    ///
    /// # Errors
    /// `AccessDenied` without the grant.
    pub fn open(name: &str) -> Result<Self, Error> {
        host::Bucket::open(name).map(Self)
    }

    /// Returns the value of a key. None: there is none.
    ///
    /// # Errors
    /// `Unreadable` for a value of another shape.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Error> {
        self.get_bytes(key)?.map(|bytes| decode(key, &bytes)).transpose()
    }

    /// Writes a value, whatever stood there.
    ///
    /// # Errors
    /// `Unwritable` for a value that JSON cannot hold.
    pub fn set<T: Serialize>(&self, key: &str, value: &T) -> Result<(), Error> {
        self.set_bytes(key, &encode(key, value)?)
    }

    /// Returns the bytes of a key. None: there is none.
    ///
    /// # Errors
    /// Those of the host's storage.
    pub fn get_bytes(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        self.0.get(key)
    }

    /// Writes bytes, whatever stood there.
    ///
    /// # Errors
    /// Those of the host's storage.
    pub fn set_bytes(&self, key: &str, value: &[u8]) -> Result<(), Error> {
        self.0.set(key, value)
    }

    /// Removes a key. One that is absent is a success.
    ///
    /// # Errors
    /// Those of the host's storage.
    pub fn delete(&self, key: &str) -> Result<(), Error> {
        self.0.delete(key)
    }

    /// Returns whether a key has a value.
    ///
    /// # Errors
    /// Those of the host's storage.
    pub fn exists(&self, key: &str) -> Result<bool, Error> {
        self.0.exists(key)
    }

    /// Returns all keys that begin with `prefix`, sorted. Reads the keys of the
    /// whole bucket.
    ///
    /// # Errors
    /// Those of the host's storage.
    pub fn keys(&self, prefix: &str) -> Result<Vec<String>, Error> {
        let mut keys = Vec::new();
        let mut cursor = None;
        loop {
            let (page, next) = self.0.list_keys(cursor)?;
            keys.extend(page.into_iter().filter(|key| key.starts_with(prefix)));
            match next {
                Some(next) => cursor = Some(next),
                None => break,
            }
        }
        keys.sort_unstable();
        keys.dedup();
        Ok(keys)
    }

    /// Adds to a whole number, in one step, and returns the sum. An absent key
    /// counts as 0.
    ///
    /// # Errors
    /// `Storage` where the value is not a whole number.
    pub fn increment(&self, key: &str, delta: i64) -> Result<i64, Error> {
        self.0.increment(key, delta)
    }

    /// Reads, decides and writes as one step: `decide` is called again with the
    /// newer value when somebody else wrote meanwhile. So it must have no
    /// effect of its own. An error of `decide` ends the update; nothing is
    /// written.
    ///
    /// # Errors
    /// Those of `decide`, and `Contended` after 32 attempts.
    pub fn update<T, R, E>(
        &self,
        key: &str,
        mut decide: impl FnMut(Option<T>) -> Result<Update<T, R>, E>,
    ) -> Result<R, E>
    where
        T: Serialize + DeserializeOwned,
        E: From<Error>,
    {
        let mut cas = self.0.cas(key)?;
        for _ in 0..MAX_ATTEMPTS {
            let current = cas.current()?.map(|bytes| decode(key, &bytes)).transpose()?;
            let (value, answer) = match decide(current)? {
                Update::Write(value, answer) => (value, answer),
                Update::Keep(answer) => return Ok(answer),
            };
            match cas.swap(&encode(key, &value)?)? {
                None => return Ok(answer),
                Some(newer) => cas = newer,
            }
        }
        Err(Error::Contended(key.to_owned()).into())
    }
}

fn decode<T: DeserializeOwned>(key: &str, bytes: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(bytes).map_err(|error| Error::Unreadable {
        key: key.to_owned(),
        // serde's own text may quote the value.
        why: format!("{:?} error at line {}, column {}", error.classify(), error.line(), error.column()),
    })
}

fn encode<T: Serialize>(key: &str, value: &T) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(value).map_err(|error| Error::Unwritable { key: key.to_owned(), why: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Fakes;

    #[test]
    fn values_are_kept_by_key_and_bucket() {
        let _fakes = Fakes::new();
        let days = Bucket::open("days").unwrap();
        days.set("2026-11-21", &vec![1, 2]).unwrap();
        assert_eq!(days.get::<Vec<u8>>("2026-11-21").unwrap(), Some(vec![1, 2]));
        assert_eq!(Bucket::open("weeks").unwrap().get::<Vec<u8>>("2026-11-21").unwrap(), None);
        assert_eq!(days.keys("2026").unwrap(), ["2026-11-21"]);
        days.delete("2026-11-21").unwrap();
        assert!(!days.exists("2026-11-21").unwrap());
    }

    #[test]
    fn an_update_decides_again_when_somebody_else_wrote() {
        let fakes = Fakes::new();
        let bucket = Bucket::open("b").unwrap();
        fakes.before_swap(|bucket, key| bucket.set(key, &10).unwrap());
        let mut seen = Vec::new();
        let sum = bucket.update("n", |current: Option<i32>| {
            seen.push(current);
            let sum = current.unwrap_or(0) + 1;
            Ok::<_, Error>(Update::Write(sum, sum))
        });
        assert_eq!((sum, seen), (Ok(11), vec![None, Some(10)]));
        assert_eq!(bucket.get::<i32>("n").unwrap(), Some(11));
    }

    #[test]
    fn an_unreadable_value_is_not_quoted() {
        let _fakes = Fakes::new();
        let bucket = Bucket::open("b").unwrap();
        bucket.set("p", &"Mme Durand").unwrap();
        let error = bucket.get::<u32>("p").unwrap_err();
        assert!(matches!(&error, Error::Unreadable { key, .. } if key == "p"));
        assert!(!error.to_string().contains("Durand"));
    }

    #[test]
    fn without_the_grant_nothing_opens() {
        let fakes = Fakes::new();
        fakes.deny_keyvalue();
        assert_eq!(Bucket::open("b").unwrap_err(), Error::AccessDenied);
    }

    #[test]
    fn an_increment_counts_from_zero() {
        let _fakes = Fakes::new();
        let bucket = Bucket::open("b").unwrap();
        assert_eq!(bucket.increment("n", 2), Ok(2));
        assert_eq!(bucket.increment("n", -3), Ok(-1));
    }
}
