//! Idempotency keys in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use greffon_core::ports::clock::Clock;
use greffon_core::ports::idempotency::{Begun, HELD_FOR, Idempotency, IdempotencyKey, KEPT_FOR, KeyClaim};
use greffon_core::ports::storage::{Storage, Stored};
use greffon_core::time::Instant;

use super::rows::check_key;

/// [`Idempotency`] that forgets everything with the process.
pub struct MemoryIdempotency {
    clock: Arc<dyn Clock>,
    rows: Mutex<HashMap<IdempotencyKey, Row>>,
}

struct Row {
    digest: String,
    began: Instant,
    held_until: Instant,
    fence: i64,
    result: Option<String>,
}

impl MemoryIdempotency {
    /// Keys whose times are read off `clock`.
    #[must_use]
    pub fn on(clock: Arc<dyn Clock>) -> Self {
        Self { clock, rows: Mutex::default() }
    }

    fn rows(&self) -> MutexGuard<'_, HashMap<IdempotencyKey, Row>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the row of a claim that still holds its key; whether it does.
    fn held(&self, claim: &KeyClaim, change: impl FnOnce(&mut Row)) -> bool {
        let mut rows = self.rows();
        let row = rows.get_mut(&claim.key).filter(|row| row.fence == claim.fence);
        row.map(change).is_some()
    }
}

#[async_trait]
impl Idempotency for MemoryIdempotency {
    async fn begin(&self, key: &IdempotencyKey, digest: &str) -> Stored<Begun> {
        let now = self.clock.now();
        check_key("subject", &key.subject)?;
        check_key("idempotency key", &key.key)?;
        let mut rows = self.rows();
        let mut fence = 1;
        if let Some(row) = rows.get(key) {
            let free = if row.result.is_some() { now > row.began + KEPT_FOR } else { now > row.held_until };
            if !free {
                return Ok(match &row.result {
                    _ if row.digest != digest => Begun::OtherRequest,
                    Some(result) => Begun::Done(result.clone()),
                    None => Begun::Running,
                });
            }
            fence = row.fence + 1;
        }
        let row = Row { digest: digest.to_owned(), began: now, held_until: now + HELD_FOR, fence, result: None };
        rows.insert(key.clone(), row);
        Ok(Begun::First(KeyClaim { key: key.clone(), fence }))
    }

    async fn renew(&self, claim: &KeyClaim) -> Stored<bool> {
        let until = self.clock.now() + HELD_FOR;
        Ok(self.held(claim, |row| row.held_until = until))
    }

    fn guarded(&self, storage: &Arc<dyn Storage>, _claim: &KeyClaim) -> Arc<dyn Storage> {
        Arc::clone(storage)
    }

    async fn finish(&self, claim: &KeyClaim, result: &str) -> Stored<()> {
        self.held(claim, |row| row.result = Some(result.to_owned()));
        Ok(())
    }

    async fn abandon(&self, claim: &KeyClaim) -> Stored<()> {
        if self.held(claim, |_| {}) {
            self.rows().remove(&claim.key);
        }
        Ok(())
    }

    async fn forget(&self, age: Duration) -> Stored<u64> {
        let before = self.clock.now() - age;
        let mut rows = self.rows();
        let held = rows.len();
        rows.retain(|_, row| row.began >= before);
        Ok((held - rows.len()) as u64)
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;
    use crate::ManualClock;

    fn key() -> IdempotencyKey {
        IdempotencyKey { practice: "les-tilleuls".into(), subject: "s-1".into(), key: "k".into() }
    }

    fn keys() -> (MemoryIdempotency, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::at(Instant(0)));
        (MemoryIdempotency::on(clock.clone()), clock)
    }

    fn begin(keys: &MemoryIdempotency, key: &IdempotencyKey, digest: &str) -> Begun {
        keys.begin(key, digest).now_or_never().unwrap().unwrap()
    }

    fn claimed(keys: &MemoryIdempotency) -> KeyClaim {
        match begin(keys, &key(), "a") {
            Begun::First(claim) => claim,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_key_is_taken_once_and_gives_its_result_until_it_is_forgotten() {
        let (keys, clock) = keys();
        let claim = claimed(&keys);
        assert_eq!(begin(&keys, &key(), "a"), Begun::Running);
        keys.finish(&claim, "done").now_or_never().unwrap().unwrap();
        clock.advance(KEPT_FOR);
        assert_eq!(begin(&keys, &key(), "a"), Begun::Done("done".into()));
        assert_eq!(begin(&keys, &key(), "b"), Begun::OtherRequest);
        clock.advance(Duration::from_millis(1));
        assert_eq!(claimed(&keys).fence, 2);
    }

    #[test]
    fn a_key_that_is_renewed_is_held_and_the_next_holder_is_told_apart() {
        let (keys, clock) = keys();
        let first = claimed(&keys);
        for _ in 0..3 {
            clock.advance(HELD_FOR);
            assert!(keys.renew(&first).now_or_never().unwrap().unwrap());
        }
        clock.advance(HELD_FOR + Duration::from_millis(1));
        let second = claimed(&keys);
        assert!(!keys.renew(&first).now_or_never().unwrap().unwrap());
        keys.abandon(&first).now_or_never().unwrap().unwrap();
        keys.finish(&first, "late").now_or_never().unwrap().unwrap();
        assert_eq!(begin(&keys, &key(), "a"), Begun::Running, "the second is still at it");
        keys.abandon(&second).now_or_never().unwrap().unwrap();
        claimed(&keys);
    }

    #[test]
    fn people_and_practices_do_not_share_keys() {
        let (keys, _) = keys();
        claimed(&keys);
        let others = IdempotencyKey { subject: "s-2".into(), ..key() };
        assert!(matches!(begin(&keys, &others, "b"), Begun::First(_)));
        let elsewhere = IdempotencyKey { practice: "le-port".into(), ..key() };
        assert!(matches!(begin(&keys, &elsewhere, "b"), Begun::First(_)));
    }

    #[test]
    fn forgetting_takes_what_is_older() {
        let (keys, clock) = keys();
        claimed(&keys);
        clock.advance(Duration::from_millis(10));
        let forget = |age| keys.forget(Duration::from_millis(age)).now_or_never().unwrap().unwrap();
        assert_eq!(forget(10), 0);
        assert_eq!(forget(9), 1);
    }
}
