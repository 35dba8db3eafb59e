//! The `SealedStates` port.

use std::time::Duration;

use async_trait::async_trait;
use greffon_core::ports::sealed_state::{Hold, Look, SealedStates, StateName};
use greffon_core::ports::storage::Stored;

use crate::database::Database;
use crate::repository::sealed_states;

#[async_trait]
impl SealedStates for Database {
    async fn look(&self, of: &StateName) -> Stored<Look> {
        sealed_states::look(self.reader().await?.on(), &self.lease_clock, of).await
    }

    async fn hold(&self, of: &StateName, lasts: Duration) -> Stored<Option<Hold>> {
        sealed_states::hold(self.writer().await?.on(), &self.lease_clock, of, lasts).await
    }

    async fn replace(&self, hold: &Hold, bytes: &[u8]) -> Stored<bool> {
        sealed_states::replace(self.writer().await?.on(), &self.lease_clock, hold, bytes).await
    }

    async fn release(&self, hold: &Hold) -> Stored<()> {
        sealed_states::release(self.writer().await?.on(), hold).await
    }

    async fn discard(&self, age: Duration) -> Stored<u64> {
        sealed_states::discard(self.writer().await?.on(), &self.lease_clock, age).await
    }
}
