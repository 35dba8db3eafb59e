//! The plugin's own keyvalue space, as this plugin needs it.

use greffon_sdk::keyvalue::{Bucket, Error, Update};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Values by key. Every operation happens wholly or not at all.
pub trait Space {
    /// Returns the value of a key.
    fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Error>;

    /// Writes a key.
    fn set<T: Serialize>(&self, key: &str, value: &T) -> Result<(), Error>;

    /// Removes a key. One that is absent is a success.
    fn delete(&self, key: &str) -> Result<(), Error>;

    /// Reads, decides and writes as one step; decides again when somebody else wrote meanwhile.
    fn update<T, R, E>(&self, key: &str, decide: impl FnMut(Option<T>) -> Result<Update<T, R>, E>) -> Result<R, E>
    where
        T: Serialize + DeserializeOwned,
        E: From<Error>;
}

impl Space for Bucket {
    fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Error> {
        Self::get(self, key)
    }

    fn set<T: Serialize>(&self, key: &str, value: &T) -> Result<(), Error> {
        Self::set(self, key, value)
    }

    fn delete(&self, key: &str) -> Result<(), Error> {
        Self::delete(self, key)
    }

    fn update<T, R, E>(&self, key: &str, decide: impl FnMut(Option<T>) -> Result<Update<T, R>, E>) -> Result<R, E>
    where
        T: Serialize + DeserializeOwned,
        E: From<Error>,
    {
        Self::update(self, key, decide)
    }
}
