//! What the capabilities' unit tests share: the state of a call without a
//! guest, on a key-value store in memory.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use greffon_core::ids::{FeatureId, PracticeId};
use greffon_core::time::Instant;
use greffon_kinds::PluginKind;
use greffon_simulation::{ManualClock, MemoryKeyValue};

use super::http::{Connections, Egress, oauth};
use crate::inline::Pace;
use crate::limits::Limits;
use crate::places::Places;
use crate::state::{Bound, CallState, Granted, Services};

/// 2026-03-02T08:00:00Z.
const MONDAY_MORNING: Instant = Instant(1_772_438_400_000);

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
        refresh_grants: oauth::Grants::default(),
        mail: None,
        opened: vec![],
        limits,
        pace: Pace::default(),
        connections: Connections::default(),
        places: Arc::new(Places::new(64)),
        constants: Arc::default(),
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
        clock: Arc::new(ManualClock::at(MONDAY_MORNING)),
        keyvalue: Arc::new(MemoryKeyValue::default()),
        installation: "installation-of-a-test".to_owned(),
        mail_folder: mail_folder.map(Box::from),
    })
}
