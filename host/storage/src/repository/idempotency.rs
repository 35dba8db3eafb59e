//! Idempotency keys of requests.

use std::time::Duration;

use async_trait::async_trait;
use greffon_core::ports::idempotency::{Begun, Idempotency, IdempotencyKey, KEPT_FOR_MS, RUNNING_FOR_MS};
use greffon_core::ports::storage::Stored;
use greffon_core::time::Instant;

use crate::database::Database;
use crate::error::failed;
use crate::rows;
use crate::sql::Sql;

/// Takes the key unless somebody has it. A row that is kept is locked all the
/// same, so that it is still there to be looked at.
const TAKE: Sql = Sql::both(
    "INSERT INTO idempotency (practice, subject, key, digest, began_at)
     VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (practice, subject, key) DO UPDATE
     SET digest = $4, began_at = $5, result = NULL
     WHERE (idempotency.result IS NULL AND idempotency.began_at < $6)
        OR (idempotency.result IS NOT NULL AND idempotency.began_at < $7)",
);

const LOOK: Sql = Sql::both(
    "SELECT digest, result
     FROM idempotency
     WHERE practice = $1 AND subject = $2 AND key = $3",
);

const FINISH: Sql = Sql::both(
    "UPDATE idempotency
     SET result = $4
     WHERE practice = $1 AND subject = $2 AND key = $3",
);

const ABANDON: Sql = Sql::both(
    "DELETE FROM idempotency
     WHERE practice = $1 AND subject = $2 AND key = $3",
);

/// Not scoped: old keys of all practices go alike.
const FORGET: Sql = Sql::both(
    "DELETE FROM idempotency
     WHERE began_at < $1",
);

#[async_trait]
impl Idempotency for Database {
    async fn begin(&self, key: &IdempotencyKey, digest: &str, now: Instant) -> Stored<Begun> {
        let subject = rows::key("subject", &key.subject)?;
        let name = rows::key("idempotency key", &key.key)?;
        let practice = key.practice.as_str();
        let mut open = self.open().await?;
        let taken = execute!(
            open.on(),
            TAKE,
            practice,
            subject,
            name,
            digest,
            now.0,
            began_before(now, RUNNING_FOR_MS),
            began_before(now, KEPT_FOR_MS),
        )
        .map_err(failed)?;
        if taken > 0 {
            open.commit().await?;
            return Ok(Begun::First);
        }
        let (of, result) =
            fetch!(fetch_one, (String, Option<String>), open.on(), LOOK, practice, subject, name).map_err(failed)?;
        Ok(match result {
            _ if of != digest => Begun::OtherRequest,
            Some(result) => Begun::Done(result),
            None => Begun::Running,
        })
    }

    async fn finish(&self, key: &IdempotencyKey, result: &str) -> Stored<()> {
        let mut writer = self.writer().await?;
        execute!(writer.on(), FINISH, key.practice.as_str(), key.subject.as_str(), key.key.as_str(), result)
            .map_err(failed)?;
        Ok(())
    }

    async fn abandon(&self, key: &IdempotencyKey) -> Stored<()> {
        let mut writer = self.writer().await?;
        execute!(writer.on(), ABANDON, key.practice.as_str(), key.subject.as_str(), key.key.as_str())
            .map_err(failed)?;
        Ok(())
    }

    async fn forget(&self, before: Instant) -> Stored<u64> {
        let mut writer = self.writer().await?;
        execute!(writer.on(), FORGET, before.0).map_err(failed)
    }
}

/// The instant before which a request must have begun to be past its time.
fn began_before(now: Instant, kept_ms: i64) -> i64 {
    (now - Duration::from_millis(kept_ms.unsigned_abs())).0
}
