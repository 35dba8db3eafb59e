//! `wasi:keyvalue`: a space of its own for each feature of each practice. The
//! scope is the host's; a guest names a bucket inside of it and nothing more.

mod handles;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use greffon_core::ports::keyvalue::{KeyValue, KeyValueScope, Put, Versioned};
use greffon_core::ports::storage::Stored;
use wasmtime::component::Resource;

pub use self::handles::{Bucket, Cas};
use crate::bindings::keyvalue::atomics::{self, CasError};
use crate::bindings::keyvalue::store::{self, Error, KeyResponse};
use crate::state::{Bound, CallState, Services};

/// Bytes of a key.
const KEY_BYTES: usize = 1024;
/// Characters of a bucket's name.
const NAME_CHARS: usize = 64;
/// Keys of one page.
const PAGE_KEYS: u32 = 500;
/// Bytes that the compare-and-swap handles of one call hold at once: they are
/// the host's memory, not the guest's.
const HELD_BYTES: u64 = 8 << 20;
/// Bytes that a number takes at most, as text.
const NUMBER_BYTES: usize = 20;

/// One operation on one bucket: what it needs of the call, without the guest.
struct Space {
    bound: Arc<Bound>,
    services: Arc<Services>,
    scope: KeyValueScope,
    time_left: Duration,
    /// The time in which the call may write is over.
    read_only: bool,
}

impl CallState {
    fn scope(&self, bucket: &Resource<Bucket>) -> wasmtime::Result<KeyValueScope> {
        Ok(KeyValueScope {
            practice: self.bound.practice.clone(),
            feature: self.bound.feature.clone(),
            bucket: self.table.get(bucket)?.name.clone(),
        })
    }

    /// Counts an operation and begins it.
    fn space(&mut self, scope: KeyValueScope) -> Result<Space, Error> {
        let limit = self.bound.limits.keyvalue_operations;
        self.counters.keyvalue_operations = self.counters.keyvalue_operations.saturating_add(1);
        if self.counters.keyvalue_operations > limit {
            return Err(Error::Other(format!("more than {limit} key-value operations in one call")));
        }
        let (bound, services) = (Arc::clone(&self.bound), Arc::clone(&self.services));
        let read_only = self.window.as_ref().is_some_and(|window| window.is_closed());
        Ok(Space { bound, services, scope, time_left: self.time_left(), read_only })
    }

    /// Begins a compare-and-swap with what the key holds now.
    async fn begin(&mut self, scope: KeyValueScope, key: String) -> wasmtime::Result<Result<Resource<Cas>, Error>> {
        let seen = match self.space(scope.clone()) {
            Ok(space) => space.get(&key).await,
            Err(error) => Err(error),
        };
        let cas = match seen {
            Ok(seen) => Cas { scope, key, seen },
            Err(error) => return Ok(Err(error)),
        };
        let held = self.counters.keyvalue_held_bytes.saturating_add(cas.held_bytes());
        if held > HELD_BYTES {
            return Ok(Err(Error::Other(format!("compare-and-swap handles would hold more than {HELD_BYTES} bytes"))));
        }
        self.counters.keyvalue_held_bytes = held;
        Ok(Ok(self.table.push(cas)?))
    }

    /// Takes a handle out of the guest's hands.
    fn end(&mut self, cas: Resource<Cas>) -> wasmtime::Result<Cas> {
        let cas = self.table.delete(cas)?;
        self.counters.keyvalue_held_bytes = self.counters.keyvalue_held_bytes.saturating_sub(cas.held_bytes());
        Ok(cas)
    }
}

impl Space {
    fn store(&self) -> &dyn KeyValue {
        self.services.keyvalue.as_ref()
    }

    /// Waits for the storage, not past the call's deadline.
    async fn stored<T>(&self, operation: impl Future<Output = Stored<T>>) -> Result<T, Error> {
        match tokio::time::timeout(self.time_left, operation).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => {
                tracing::error!(
                    practice.id = %self.bound.practice,
                    feature = %self.bound.feature,
                    error = &error as &dyn std::error::Error,
                    "key-value storage failed"
                );
                Err(Error::Other("the storage failed".to_owned()))
            }
            Err(_) => Err(Error::Other("the storage did not answer in time".to_owned())),
        }
    }

    async fn get(&self, key: &str) -> Result<Option<Versioned>, Error> {
        checked(key)?;
        self.stored(self.store().get(&self.scope, key)).await
    }

    /// Refuses to write once the time for it is over: nothing was written then.
    fn writable(&self) -> Result<(), Error> {
        if self.read_only { Err(Error::Other("the time of this write is over".to_owned())) } else { Ok(()) }
    }

    async fn set(&self, key: &str, value: &[u8]) -> Result<(), Error> {
        self.writable()?;
        self.writes(key, value.len())?;
        let most = self.bound.limits.keyvalue_total_bytes;
        match self.stored(self.store().set(&self.scope, key, value, most)).await? {
            Put::Full => Err(self.full()),
            Put::Done | Put::Changed => Ok(()),
        }
    }

    async fn swap(&self, cas: &Cas, value: &[u8]) -> Result<bool, Error> {
        self.writable()?;
        self.writes(&cas.key, value.len())?;
        let expected = cas.seen.as_ref().map(|seen| seen.revision);
        let most = self.bound.limits.keyvalue_total_bytes;
        match self.stored(self.store().swap(&self.scope, &cas.key, expected, value, most)).await? {
            Put::Full => Err(self.full()),
            Put::Done => Ok(true),
            Put::Changed => Ok(false),
        }
    }

    async fn delete(&self, key: &str) -> Result<(), Error> {
        self.writable()?;
        checked(key)?;
        self.stored(self.store().delete(&self.scope, key)).await
    }

    async fn list(&self, cursor: Option<&str>) -> Result<KeyResponse, Error> {
        cursor.map_or(Ok(()), checked)?;
        let page = self.stored(self.store().keys(&self.scope, cursor, PAGE_KEYS)).await?;
        Ok(KeyResponse { keys: page.keys, cursor: page.next })
    }

    async fn increment(&self, key: &str, delta: i64) -> Result<i64, Error> {
        self.writable()?;
        self.make_room(key).await?;
        let sum = self.stored(self.store().increment(&self.scope, key, delta)).await?;
        sum.ok_or_else(|| Error::Other("the value is not a number, or the sum is too large".to_owned()))
    }

    /// Refuses a key or a value that is too large.
    fn writes(&self, key: &str, value_bytes: usize) -> Result<(), Error> {
        checked(key)?;
        let most = self.bound.limits.keyvalue_value_bytes;
        if value_bytes as u64 > most {
            return Err(Error::Other(format!("a value of more than {most} bytes")));
        }
        Ok(())
    }

    /// Refuses a number that may leave the space too large.
    async fn make_room(&self, key: &str) -> Result<(), Error> {
        self.writes(key, NUMBER_BYTES)?;
        let most = self.bound.limits.keyvalue_total_bytes;
        let used = self.stored(self.store().size_bytes(&self.scope.practice, &self.scope.feature)).await?;
        let after = used.saturating_add((key.len() + NUMBER_BYTES) as u64);
        if after <= most {
            return Ok(());
        }
        let replaced = self.stored(self.store().get(&self.scope, key)).await?;
        let freed = replaced.map_or(0, |old| (key.len() + old.value.len()) as u64);
        if after.saturating_sub(freed) <= most { Ok(()) } else { Err(self.full()) }
    }

    fn full(&self) -> Error {
        Error::Other(format!("the feature's space would pass {} bytes", self.bound.limits.keyvalue_total_bytes))
    }
}

fn checked(key: &str) -> Result<(), Error> {
    if key.is_empty() || key.len() > KEY_BYTES {
        return Err(Error::Other(format!("a key has 1 to {KEY_BYTES} bytes")));
    }
    Ok(())
}

fn is_bucket_name(name: &str) -> bool {
    let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-');
    !name.is_empty() && name.len() <= NAME_CHARS && name.bytes().all(allowed)
}

impl store::Host for CallState {
    async fn open(&mut self, identifier: String) -> wasmtime::Result<Result<Resource<Bucket>, Error>> {
        if !self.bound.granted.keyvalue {
            return Ok(Err(Error::AccessDenied));
        }
        if !is_bucket_name(&identifier) {
            return Ok(Err(Error::NoSuchStore));
        }
        Ok(Ok(self.table.push(Bucket { name: identifier })?))
    }
}

impl store::HostBucket for CallState {
    async fn get(&mut self, bucket: Resource<Bucket>, key: String) -> wasmtime::Result<Result<Option<Vec<u8>>, Error>> {
        let scope = self.scope(&bucket)?;
        Ok(match self.space(scope) {
            Ok(space) => space.get(&key).await.map(|found| found.map(|found| found.value)),
            Err(error) => Err(error),
        })
    }

    async fn set(
        &mut self,
        bucket: Resource<Bucket>,
        key: String,
        value: Vec<u8>,
    ) -> wasmtime::Result<Result<(), Error>> {
        let scope = self.scope(&bucket)?;
        Ok(match self.space(scope) {
            Ok(space) => space.set(&key, &value).await,
            Err(error) => Err(error),
        })
    }

    async fn delete(&mut self, bucket: Resource<Bucket>, key: String) -> wasmtime::Result<Result<(), Error>> {
        let scope = self.scope(&bucket)?;
        Ok(match self.space(scope) {
            Ok(space) => space.delete(&key).await,
            Err(error) => Err(error),
        })
    }

    async fn exists(&mut self, bucket: Resource<Bucket>, key: String) -> wasmtime::Result<Result<bool, Error>> {
        let scope = self.scope(&bucket)?;
        Ok(match self.space(scope) {
            Ok(space) => space.get(&key).await.map(|found| found.is_some()),
            Err(error) => Err(error),
        })
    }

    async fn list_keys(
        &mut self,
        bucket: Resource<Bucket>,
        cursor: Option<String>,
    ) -> wasmtime::Result<Result<KeyResponse, Error>> {
        let scope = self.scope(&bucket)?;
        Ok(match self.space(scope) {
            Ok(space) => space.list(cursor.as_deref()).await,
            Err(error) => Err(error),
        })
    }

    async fn drop(&mut self, bucket: Resource<Bucket>) -> wasmtime::Result<()> {
        self.table.delete(bucket)?;
        Ok(())
    }
}

impl atomics::Host for CallState {
    async fn increment(
        &mut self,
        bucket: Resource<Bucket>,
        key: String,
        delta: i64,
    ) -> wasmtime::Result<Result<i64, Error>> {
        let scope = self.scope(&bucket)?;
        Ok(match self.space(scope) {
            Ok(space) => space.increment(&key, delta).await,
            Err(error) => Err(error),
        })
    }

    async fn swap(&mut self, cas: Resource<Cas>, value: Vec<u8>) -> wasmtime::Result<Result<(), CasError>> {
        let cas = self.end(cas)?;
        let swapped = match self.space(cas.scope.clone()) {
            Ok(space) => space.swap(&cas, &value).await,
            Err(error) => Err(error),
        };
        match swapped {
            Ok(true) => Ok(Ok(())),
            Err(error) => Ok(Err(CasError::StoreError(error))),
            Ok(false) => Ok(Err(match self.begin(cas.scope, cas.key).await? {
                Ok(next) => CasError::CasFailed(next),
                Err(error) => CasError::StoreError(error),
            })),
        }
    }
}

impl atomics::HostCas for CallState {
    async fn new(&mut self, bucket: Resource<Bucket>, key: String) -> wasmtime::Result<Result<Resource<Cas>, Error>> {
        let scope = self.scope(&bucket)?;
        self.begin(scope, key).await
    }

    async fn current(&mut self, cas: Resource<Cas>) -> wasmtime::Result<Result<Option<Vec<u8>>, Error>> {
        let cas = self.table.get(&cas)?;
        Ok(Ok(cas.seen.as_ref().map(|seen| seen.value.clone())))
    }

    async fn drop(&mut self, cas: Resource<Cas>) -> wasmtime::Result<()> {
        self.end(cas)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
