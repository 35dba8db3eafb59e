//! Idempotency keys in memory.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use greffon_core::ports::idempotency::{Begun, Idempotency, IdempotencyKey, KEPT_FOR_MS, RUNNING_FOR_MS};
use greffon_core::ports::storage::Stored;
use greffon_core::time::Instant;

use super::rows::check_key;

/// [`Idempotency`] that forgets everything with the process.
#[derive(Debug, Default)]
pub struct MemoryIdempotency {
    rows: Mutex<HashMap<IdempotencyKey, Row>>,
}

#[derive(Debug)]
struct Row {
    digest: String,
    began: Instant,
    result: Option<String>,
}

impl MemoryIdempotency {
    fn rows(&self) -> MutexGuard<'_, HashMap<IdempotencyKey, Row>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Idempotency for MemoryIdempotency {
    async fn begin(&self, key: &IdempotencyKey, digest: &str, now: Instant) -> Stored<Begun> {
        check_key("subject", &key.subject)?;
        check_key("idempotency key", &key.key)?;
        let mut rows = self.rows();
        if let Some(row) = rows.get(key) {
            let age_ms = now.millis_since(row.began);
            let kept_ms = if row.result.is_some() { KEPT_FOR_MS } else { RUNNING_FOR_MS };
            if age_ms <= kept_ms {
                return Ok(match &row.result {
                    _ if row.digest != digest => Begun::OtherRequest,
                    Some(result) => Begun::Done(result.clone()),
                    None => Begun::Running,
                });
            }
        }
        rows.insert(key.clone(), Row { digest: digest.to_owned(), began: now, result: None });
        Ok(Begun::First)
    }

    async fn finish(&self, key: &IdempotencyKey, result: &str) -> Stored<()> {
        if let Some(row) = self.rows().get_mut(key) {
            row.result = Some(result.to_owned());
        }
        Ok(())
    }

    async fn abandon(&self, key: &IdempotencyKey) -> Stored<()> {
        self.rows().remove(key);
        Ok(())
    }

    async fn forget(&self, before: Instant) -> Stored<u64> {
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

    fn key() -> IdempotencyKey {
        IdempotencyKey { practice: "les-tilleuls".into(), subject: "s-1".into(), key: "k".into() }
    }

    fn begin(keys: &MemoryIdempotency, key: &IdempotencyKey, digest: &str, now_ms: i64) -> Begun {
        keys.begin(key, digest, Instant(now_ms)).now_or_never().unwrap().unwrap()
    }

    fn finish(keys: &MemoryIdempotency) {
        keys.finish(&key(), "done").now_or_never().unwrap().unwrap();
    }

    #[test]
    fn a_key_is_taken_once_and_gives_its_result_until_it_is_forgotten() {
        let keys = MemoryIdempotency::default();
        assert_eq!(begin(&keys, &key(), "a", 0), Begun::First);
        assert_eq!(begin(&keys, &key(), "a", 0), Begun::Running);
        finish(&keys);
        assert_eq!(begin(&keys, &key(), "a", KEPT_FOR_MS), Begun::Done("done".into()));
        assert_eq!(begin(&keys, &key(), "b", 0), Begun::OtherRequest);
        assert_eq!(begin(&keys, &key(), "a", KEPT_FOR_MS + 1), Begun::First);
    }

    #[test]
    fn a_key_whose_process_died_is_given_to_the_next_try() {
        let keys = MemoryIdempotency::default();
        begin(&keys, &key(), "a", 0);
        assert_eq!(begin(&keys, &key(), "a", RUNNING_FOR_MS), Begun::Running);
        assert_eq!(begin(&keys, &key(), "a", RUNNING_FOR_MS + 1), Begun::First);
    }

    #[test]
    fn people_and_practices_do_not_share_keys() {
        let keys = MemoryIdempotency::default();
        begin(&keys, &key(), "a", 0);
        let others = IdempotencyKey { subject: "s-2".into(), ..key() };
        assert_eq!(begin(&keys, &others, "b", 0), Begun::First);
        let elsewhere = IdempotencyKey { practice: "le-port".into(), ..key() };
        assert_eq!(begin(&keys, &elsewhere, "b", 0), Begun::First);
    }

    #[test]
    fn an_abandoned_key_counts_as_never_used() {
        let keys = MemoryIdempotency::default();
        begin(&keys, &key(), "a", 0);
        keys.abandon(&key()).now_or_never().unwrap().unwrap();
        assert_eq!(begin(&keys, &key(), "b", 0), Begun::First);
    }

    #[test]
    fn forgetting_takes_what_is_older() {
        let keys = MemoryIdempotency::default();
        begin(&keys, &key(), "a", 10);
        let forget = |before| keys.forget(Instant(before)).now_or_never().unwrap().unwrap();
        assert_eq!(forget(10), 0);
        assert_eq!(forget(11), 1);
    }
}
