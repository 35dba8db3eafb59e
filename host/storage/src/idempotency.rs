//! The `Idempotency` port.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use greffon_core::ports::idempotency::{Begun, Idempotency, IdempotencyKey, KeyClaim};
use greffon_core::ports::storage::{Storage, Stored};

use crate::database::Database;
use crate::repository::idempotency;

#[async_trait]
impl Idempotency for Database {
    async fn begin(&self, key: &IdempotencyKey, digest: &str) -> Stored<Begun> {
        let mut open = self.open().await?;
        if let Some(fence) = idempotency::take(open.on(), &self.lease_clock, key, digest).await? {
            open.commit().await?;
            return Ok(Begun::First(KeyClaim { key: key.clone(), fence }));
        }
        idempotency::look(open.on(), key, digest).await
    }

    async fn renew(&self, claim: &KeyClaim) -> Stored<bool> {
        idempotency::renew(self.writer().await?.on(), &self.lease_clock, claim).await
    }

    fn guarded(&self, _storage: &Arc<dyn Storage>, claim: &KeyClaim) -> Arc<dyn Storage> {
        self.under(claim.clone())
    }

    async fn finish(&self, claim: &KeyClaim, result: &str) -> Stored<()> {
        idempotency::finish(self.writer().await?.on(), claim, result).await
    }

    async fn abandon(&self, claim: &KeyClaim) -> Stored<()> {
        idempotency::abandon(self.writer().await?.on(), claim).await
    }

    async fn forget(&self, age: Duration) -> Stored<u64> {
        idempotency::forget(self.writer().await?.on(), &self.lease_clock, age).await
    }
}
