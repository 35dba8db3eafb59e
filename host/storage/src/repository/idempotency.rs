//! Idempotency keys of requests.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use greffon_core::ports::idempotency::{Begun, HELD_FOR, Idempotency, IdempotencyKey, KEPT_FOR, KeyClaim};
use greffon_core::ports::storage::{Storage, StorageError, Stored};

use crate::database::Database;
use crate::error::failed;
use crate::lease_time::{LeaseClock, millis};
use crate::rows;
use crate::sql::{On, Sql};

/// Takes the key unless somebody has it. A row that is kept is locked all the
/// same, so that it is still there to be looked at; a row that a transaction of its
/// holder has locked is waited for.
const TAKE: Sql = timed!(
    "INSERT INTO idempotency (practice, subject, key, digest, began_at, held_until, fence)
     VALUES ($2, $3, $4, $5, " now ", " now " + $6, 1)
     ON CONFLICT (practice, subject, key) DO UPDATE
     SET digest = $5, began_at = " now ", result = NULL, held_until = " now " + $6, fence = idempotency.fence + 1
     WHERE (idempotency.result IS NULL AND idempotency.held_until < " now ")
        OR (idempotency.result IS NOT NULL AND idempotency.began_at < " now " - $7)
     RETURNING fence"
);

const LOOK: Sql = Sql::both(
    "SELECT digest, result
     FROM idempotency
     WHERE practice = $1 AND subject = $2 AND key = $3",
);

const RENEW: Sql = timed!(
    "UPDATE idempotency
     SET held_until = " now " + $6
     WHERE practice = $2 AND subject = $3 AND key = $4 AND fence = $5 AND result IS NULL"
);

const FINISH: Sql = Sql::both(
    "UPDATE idempotency
     SET result = $5
     WHERE practice = $1 AND subject = $2 AND key = $3 AND fence = $4",
);

const ABANDON: Sql = Sql::both(
    "DELETE FROM idempotency
     WHERE practice = $1 AND subject = $2 AND key = $3 AND fence = $4",
);

/// Not scoped: old keys of all practices go alike.
const FORGET: Sql = timed!(
    "DELETE FROM idempotency
     WHERE began_at < " now " - $2"
);

#[async_trait]
impl Idempotency for Database {
    async fn begin(&self, key: &IdempotencyKey, digest: &str) -> Stored<Begun> {
        let subject = rows::key("subject", &key.subject)?;
        let name = rows::key("idempotency key", &key.key)?;
        let practice = key.practice.as_str();
        let (now, held_ms, kept_ms) = (self.lease_clock.bound(), millis(HELD_FOR), millis(KEPT_FOR));
        let mut open = self.open().await?;
        let taken =
            fetch!(fetch_optional, (i64,), open.on(), TAKE, now, practice, subject, name, digest, held_ms, kept_ms)
                .map_err(failed)?;
        if let Some((fence,)) = taken {
            open.commit().await?;
            return Ok(Begun::First(KeyClaim { key: key.clone(), fence }));
        }
        let (of, result) =
            fetch!(fetch_one, (String, Option<String>), open.on(), LOOK, practice, subject, name).map_err(failed)?;
        Ok(match result {
            _ if of != digest => Begun::OtherRequest,
            Some(result) => Begun::Done(result),
            None => Begun::Running,
        })
    }

    async fn renew(&self, claim: &KeyClaim) -> Stored<bool> {
        renew(self.writer().await?.on(), &self.lease_clock, claim).await
    }

    fn guarded(&self, _storage: &Arc<dyn Storage>, claim: &KeyClaim) -> Arc<dyn Storage> {
        self.under(claim.clone())
    }

    async fn finish(&self, claim: &KeyClaim, result: &str) -> Stored<()> {
        let KeyClaim { key, fence } = claim;
        let mut writer = self.writer().await?;
        execute!(writer.on(), FINISH, key.practice.as_str(), key.subject.as_str(), key.key.as_str(), fence, result)
            .map_err(failed)?;
        Ok(())
    }

    async fn abandon(&self, claim: &KeyClaim) -> Stored<()> {
        let KeyClaim { key, fence } = claim;
        let mut writer = self.writer().await?;
        execute!(writer.on(), ABANDON, key.practice.as_str(), key.subject.as_str(), key.key.as_str(), fence)
            .map_err(failed)?;
        Ok(())
    }

    async fn forget(&self, age: Duration) -> Stored<u64> {
        let mut writer = self.writer().await?;
        execute!(writer.on(), FORGET, self.lease_clock.bound(), millis(age)).map_err(failed)
    }
}

async fn renew(on: On<'_>, clock: &LeaseClock, claim: &KeyClaim) -> Stored<bool> {
    let KeyClaim { key, fence } = claim;
    let (practice, subject, name) = (key.practice.as_str(), key.subject.as_str(), key.key.as_str());
    let written = execute!(on, RENEW, clock.bound(), practice, subject, name, fence, millis(HELD_FOR));
    Ok(written.map_err(failed)? > 0)
}

/// Holds the key for as long as the transaction that `on` is in: its row is locked.
///
/// # Errors
/// `Stale` when somebody else has taken it.
pub(crate) async fn hold(on: On<'_>, clock: &LeaseClock, claim: &KeyClaim) -> Stored<()> {
    if renew(on, clock, claim).await? { Ok(()) } else { Err(StorageError::Stale { thing: "idempotency key" }) }
}
