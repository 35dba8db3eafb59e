//! What commands that open no database keep: nothing. A key-value space is empty
//! and takes nothing; a consent is never spent, since nothing could be kept of it.

use std::time::Duration;

use async_trait::async_trait;
use greffon_core::ids::{FeatureId, PracticeId};
use greffon_core::ports::keyvalue::{KeyValue, KeyValueScope, Keys, Put, Versioned};
use greffon_core::ports::sealed_state::{Hold, Look, SealedStates, StateName};
use greffon_core::ports::storage::{StorageError, Stored};

/// Nothing is in it, and nothing gets there.
pub struct NoSpace;

fn none<T>() -> Stored<T> {
    Err(StorageError::Unavailable("this command opens no database".into()))
}

#[async_trait]
impl KeyValue for NoSpace {
    async fn get(&self, _: &KeyValueScope, _: &str) -> Stored<Option<Versioned>> {
        Ok(None)
    }

    async fn set(&self, _: &KeyValueScope, _: &str, _: &[u8], _: u64) -> Stored<Put> {
        none()
    }

    async fn swap(&self, _: &KeyValueScope, _: &str, _: Option<i64>, _: &[u8], _: u64) -> Stored<Put> {
        none()
    }

    async fn delete(&self, _: &KeyValueScope, _: &str) -> Stored<()> {
        none()
    }

    async fn keys(&self, _: &KeyValueScope, _: Option<&str>, _: u32) -> Stored<Keys> {
        Ok(Keys { keys: Vec::new(), next: None })
    }

    async fn increment(&self, _: &KeyValueScope, _: &str, _: i64) -> Stored<Option<i64>> {
        none()
    }

    async fn size_bytes(&self, _: &PracticeId, _: &FeatureId) -> Stored<u64> {
        Ok(0)
    }
}

#[async_trait]
impl SealedStates for NoSpace {
    async fn look(&self, _: &StateName) -> Stored<Look> {
        none()
    }

    async fn hold(&self, _: &StateName, _: Duration) -> Stored<Option<Hold>> {
        none()
    }

    async fn replace(&self, _: &Hold, _: &[u8]) -> Stored<bool> {
        none()
    }

    async fn release(&self, _: &Hold) -> Stored<()> {
        none()
    }

    async fn discard(&self, _: Duration) -> Stored<u64> {
        none()
    }
}
