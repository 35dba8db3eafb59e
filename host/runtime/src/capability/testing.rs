//! What the capabilities' unit tests share: the state of a call without a
//! guest, on a key-value store in memory.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use greffon_core::ids::{FeatureId, PracticeId};
use greffon_core::model::practice::PluginKind;
use greffon_core::ports::clock::Clock;
use greffon_core::ports::keyvalue::{KeyValue, KeyValueScope, Keys, Versioned};
use greffon_core::ports::storage::Stored;
use greffon_core::time::Instant;

use super::http::Egress;
use crate::limits::Limits;
use crate::state::{Bound, CallState, Granted, Services};

/// A feature of practice `les-tilleuls` that may do nothing.
pub(crate) fn grant_nothing() -> Bound {
    let mut limits = Limits::of(PluginKind::Agenda);
    // Far away: a slow machine must not fail a test.
    limits.deadline = Duration::from_secs(60);
    Bound {
        practice: PracticeId::from("les-tilleuls"),
        feature: FeatureId::from("agenda-nord"),
        plugin: "agenda-test".to_owned(),
        kind: PluginKind::Agenda,
        settings: "{}".to_owned(),
        granted: Granted::default(),
        credentials: BTreeMap::new(),
        mail: None,
        opened: vec![],
        limits,
    }
}

/// A call of its own.
pub(crate) fn call(bound: Bound) -> CallState {
    call_with(bound, services(None))
}

/// A call beside others on the same services.
pub(crate) fn call_with(bound: Bound, services: Arc<Services>) -> CallState {
    let bound = Arc::new(bound);
    let hooks = Egress::default().hooks(&bound);
    CallState::new(bound, services, hooks)
}

pub(crate) fn services(mail_folder: Option<&Path>) -> Arc<Services> {
    Arc::new(Services {
        clock: Arc::new(StoppedClock),
        keyvalue: Arc::new(MemoryKeyValue::default()),
        mail_folder: mail_folder.map(Box::from),
    })
}

/// 2026-03-02T08:00:00Z, for ever.
pub(crate) struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> Instant {
        Instant(1_772_438_400_000)
    }
}

#[derive(Default)]
struct MemoryKeyValue {
    rows: Mutex<BTreeMap<(String, String, String, String), Versioned>>,
    revisions: Mutex<i64>,
}

impl MemoryKeyValue {
    fn write(&self, scope: &KeyValueScope, key: &str, value: &[u8]) {
        let mut revision = self.revisions.lock().expect("not poisoned");
        *revision += 1;
        let row = Versioned { value: value.to_vec(), revision: *revision };
        self.rows.lock().expect("not poisoned").insert(row_key(scope, key), row);
    }
}

fn row_key(scope: &KeyValueScope, key: &str) -> (String, String, String, String) {
    (scope.practice.0.clone(), scope.feature.0.clone(), scope.bucket.clone(), key.to_owned())
}

#[async_trait]
impl KeyValue for MemoryKeyValue {
    async fn get(&self, scope: &KeyValueScope, key: &str) -> Stored<Option<Versioned>> {
        Ok(self.rows.lock().expect("not poisoned").get(&row_key(scope, key)).cloned())
    }

    async fn set(&self, scope: &KeyValueScope, key: &str, value: &[u8]) -> Stored<()> {
        self.write(scope, key, value);
        Ok(())
    }

    async fn swap(&self, scope: &KeyValueScope, key: &str, expected: Option<i64>, value: &[u8]) -> Stored<bool> {
        let found = self.get(scope, key).await?.map(|found| found.revision);
        if found != expected {
            return Ok(false);
        }
        self.write(scope, key, value);
        Ok(true)
    }

    async fn delete(&self, scope: &KeyValueScope, key: &str) -> Stored<()> {
        self.rows.lock().expect("not poisoned").remove(&row_key(scope, key));
        Ok(())
    }

    async fn keys(&self, scope: &KeyValueScope, after: Option<&str>, limit: u32) -> Stored<Keys> {
        let bucket = row_key(scope, "");
        let rows = self.rows.lock().expect("not poisoned");
        let mut keys: Vec<String> = rows
            .keys()
            .filter(|row| (&row.0, &row.1, &row.2) == (&bucket.0, &bucket.1, &bucket.2))
            .map(|row| row.3.clone())
            .filter(|key| after.is_none_or(|after| key.as_str() > after))
            .collect();
        let limit = usize::try_from(limit).expect("fits");
        let next = (keys.len() > limit).then(|| keys[limit - 1].clone());
        keys.truncate(limit);
        Ok(Keys { keys, next })
    }

    async fn increment(&self, scope: &KeyValueScope, key: &str, delta: i64) -> Stored<Option<i64>> {
        let found = self.get(scope, key).await?;
        let number = match &found {
            None => Some(0i64),
            Some(found) => std::str::from_utf8(&found.value).ok().and_then(|text| text.parse().ok()),
        };
        let Some(sum) = number.and_then(|number| number.checked_add(delta)) else { return Ok(None) };
        self.write(scope, key, sum.to_string().as_bytes());
        Ok(Some(sum))
    }

    async fn size_bytes(&self, practice: &PracticeId, feature: &FeatureId) -> Stored<u64> {
        let rows = self.rows.lock().expect("not poisoned");
        let of_feature = rows.iter().filter(|(row, _)| row.0 == practice.0 && row.1 == feature.0);
        Ok(of_feature.map(|(row, held)| (row.3.len() + held.value.len()) as u64).sum())
    }
}
