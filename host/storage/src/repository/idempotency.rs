//! Idempotency keys of requests.

use std::time::Duration;

use greffon_core::ports::idempotency::{Begun, HELD_FOR, IdempotencyKey, KEPT_FOR, KeyClaim};
use greffon_core::ports::storage::{StorageError, Stored};

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

/// Takes a key for the first time, or when its holder let it go: its number then.
///
/// # Errors
/// `NotStorable` for a subject or key that cannot be one.
pub(crate) async fn take(on: On<'_>, clock: &LeaseClock, key: &IdempotencyKey, digest: &str) -> Stored<Option<i64>> {
    let (practice, subject, name) = parts(key)?;
    let (now, held_ms, kept_ms) = (clock.bound(), millis(HELD_FOR), millis(KEPT_FOR));
    let taken = fetch!(fetch_optional, (i64,), on, TAKE, now, practice, subject, name, digest, held_ms, kept_ms);
    Ok(taken.map_err(failed)?.map(|(fence,)| fence))
}

/// How far the request is that has a key which could not be taken.
pub(crate) async fn look(on: On<'_>, key: &IdempotencyKey, digest: &str) -> Stored<Begun> {
    let (practice, subject, name) = parts(key)?;
    let found = fetch!(fetch_one, (String, Option<String>), on, LOOK, practice, subject, name);
    let (of, result) = found.map_err(failed)?;
    Ok(match result {
        _ if of != digest => Begun::OtherRequest,
        Some(result) => Begun::Done(result),
        None => Begun::Running,
    })
}

/// Holds a key for longer. False: somebody else has taken it.
pub(crate) async fn renew(on: On<'_>, clock: &LeaseClock, claim: &KeyClaim) -> Stored<bool> {
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

/// Keeps what the request came to, if the key is still its own.
pub(crate) async fn finish(on: On<'_>, claim: &KeyClaim, result: &str) -> Stored<()> {
    let KeyClaim { key, fence } = claim;
    let (practice, subject, name) = (key.practice.as_str(), key.subject.as_str(), key.key.as_str());
    execute!(on, FINISH, practice, subject, name, fence, result).map_err(failed)?;
    Ok(())
}

/// Lets the key go, if it is still its own: the next request is the first.
pub(crate) async fn abandon(on: On<'_>, claim: &KeyClaim) -> Stored<()> {
    let KeyClaim { key, fence } = claim;
    let (practice, subject, name) = (key.practice.as_str(), key.subject.as_str(), key.key.as_str());
    execute!(on, ABANDON, practice, subject, name, fence).map_err(failed)?;
    Ok(())
}

/// Removes the keys that began longer ago than `age`: how many.
pub(crate) async fn forget(on: On<'_>, clock: &LeaseClock, age: Duration) -> Stored<u64> {
    execute!(on, FORGET, clock.bound(), millis(age)).map_err(failed)
}

fn parts(key: &IdempotencyKey) -> Stored<(&str, &str, &str)> {
    let subject = rows::key("subject", &key.subject)?;
    Ok((key.practice.as_str(), subject, rows::key("idempotency key", &key.key)?))
}
