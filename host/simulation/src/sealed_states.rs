//! Sealed states in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use greffon_core::ports::clock::Clock;
use greffon_core::ports::sealed_state::{Hold, Look, Sealed, SealedStates, StateName};
use greffon_core::ports::storage::Stored;
use greffon_core::time::Instant;

use super::rows::check_key;

/// [`SealedStates`] that forgets everything when it is dropped.
pub struct MemorySealedStates {
    clock: Arc<dyn Clock>,
    rows: Mutex<BTreeMap<StateName, Row>>,
}

struct Row {
    bytes: Option<Vec<u8>>,
    written_at: Instant,
    fence: i64,
    ended: i64,
    until: Instant,
}

impl Row {
    fn sealed(&self, now: Instant) -> Option<Sealed> {
        let age = now.since(self.written_at);
        self.bytes.clone().map(|bytes| Sealed { bytes, age })
    }

    fn end(&mut self) {
        self.ended = self.fence;
        self.until = Instant(0);
    }
}

impl MemorySealedStates {
    /// States whose times are read off `clock`.
    #[must_use]
    pub fn on(clock: Arc<dyn Clock>) -> Self {
        Self { clock, rows: Mutex::default() }
    }

    fn rows(&self) -> MutexGuard<'_, BTreeMap<StateName, Row>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the row of a hold that nobody has held since; whether there is one.
    fn held(&self, hold: &Hold, change: impl FnOnce(&mut Row)) -> bool {
        let mut rows = self.rows();
        let row = rows.get_mut(&hold.of).filter(|row| row.fence == hold.fence);
        row.map(change).is_some()
    }
}

#[async_trait]
impl SealedStates for MemorySealedStates {
    async fn look(&self, of: &StateName) -> Stored<Look> {
        let now = self.clock.now();
        let looked = |row: &Row| Look { sealed: row.sealed(now), is_held: row.until > now };
        Ok(self.rows().get(of).map_or_else(Look::default, looked))
    }

    async fn hold(&self, of: &StateName, lasts: Duration) -> Stored<Option<Hold>> {
        check_key("practice", of.practice.as_str())?;
        check_key("feature", of.feature.as_str())?;
        check_key("state", &of.name)?;
        let now = self.clock.now();
        let new = Row { bytes: None, written_at: now, fence: 0, ended: 0, until: Instant(0) };
        let mut rows = self.rows();
        let row = rows.entry(of.clone()).or_insert(new);
        if row.until > now {
            return Ok(None);
        }
        row.fence += 1;
        row.until = now + lasts;
        let was_left_open = row.ended < row.fence - 1;
        Ok(Some(Hold { of: of.clone(), fence: row.fence, sealed: row.sealed(now), was_left_open }))
    }

    async fn replace(&self, hold: &Hold, bytes: &[u8]) -> Stored<bool> {
        let now = self.clock.now();
        Ok(self.held(hold, |row| {
            row.bytes = Some(bytes.to_vec());
            row.written_at = now;
            row.end();
        }))
    }

    async fn release(&self, hold: &Hold) -> Stored<()> {
        self.held(hold, Row::end);
        Ok(())
    }

    async fn discard(&self, age: Duration) -> Stored<u64> {
        let now = self.clock.now();
        let mut rows = self.rows();
        let before = rows.len();
        rows.retain(|_, row| row.until > now || row.written_at >= now - age);
        Ok(u64::try_from(before - rows.len()).unwrap_or(u64::MAX))
    }
}
