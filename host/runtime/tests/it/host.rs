//! A runtime, the bindings of its practices, and what they are asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use greffon_core::model::care::PracticeContext;
use greffon_core::model::practice::PluginKind;
use greffon_core::model::scheduling::{BookingRequest, VisitMode};
use greffon_core::model::triage::Encounter;
use greffon_core::ports::clock::Clock;
use greffon_core::ports::plugins::{Agenda, Bound, Channel, Problem, Triage};
use greffon_core::time::{Instant, Span};
use greffon_runtime::binding::{Binding, Grants};
use greffon_runtime::{Runtime, RuntimeConfig};
use greffon_simulation::{ManualClock, MemoryKeyValue};

/// A Monday morning.
pub const NOW: Instant = Instant(1_772_438_400_000);

/// A runtime, and the clock that it looks at.
pub struct Host {
    pub runtime: Arc<Runtime>,
    pub clock: Arc<ManualClock>,
}

impl Host {
    pub fn new() -> Self {
        Self::with(RuntimeConfig { concurrent_calls: 8, ..RuntimeConfig::default() })
    }

    pub fn with(config: RuntimeConfig) -> Self {
        let clock = Arc::new(ManualClock::at(NOW));
        let keyvalue = Arc::new(MemoryKeyValue::default());
        let runtime = Runtime::new(config, keyvalue, None, Arc::clone(&clock) as Arc<dyn Clock>).expect("starts");
        Self { runtime, clock }
    }

    /// Registers a plugin whose manifest has only what it must, and `more`.
    pub fn register(&self, id: &str, kind: PluginKind, more: &str, component: &[u8]) {
        let manifest = manifest(id, kind, more);
        self.runtime.register_bundled([(id, manifest.as_str(), component)]).expect("a plugin");
    }

    /// The plugin, bound for a practice under its own name.
    pub fn bind(&self, practice: &str, plugin: &str) -> Result<Bound, Problem> {
        self.runtime.bind(&binding(practice, plugin))
    }

    pub fn triage(&self, practice: &str, plugin: &str) -> Arc<dyn Triage> {
        match self.bind(practice, plugin) {
            Ok(Bound::Triage(bound)) => bound,
            other => panic!("{other:?}"),
        }
    }

    pub fn agenda(&self, practice: &str, plugin: &str) -> Arc<dyn Agenda> {
        match self.bind(practice, plugin) {
            Ok(Bound::Agenda(bound)) => bound,
            other => panic!("{other:?}"),
        }
    }

    pub fn channel(&self, practice: &str, plugin: &str) -> Arc<dyn Channel> {
        match self.bind(practice, plugin) {
            Ok(Bound::Channel(bound)) => bound,
            other => panic!("{other:?}"),
        }
    }
}

pub fn manifest(id: &str, kind: PluginKind, more: &str) -> String {
    format!(
        "id = \"{id}\"\nkind = \"{}\"\nversion = \"0.1.0\"\napi = \"0.1\"\nlicence = \"Apache-2.0\"\n\
         description = \"a guest of the tests\"\n{more}",
        kind.as_str()
    )
}

/// A feature that is named as its plugin, and granted nothing.
pub fn binding(practice: &str, plugin: &str) -> Binding {
    Binding {
        practice: practice.into(),
        feature: plugin.into(),
        plugin: plugin.to_owned(),
        settings: serde_json::Value::Null,
        grants: Grants::default(),
        credentials: BTreeMap::new(),
        mail: None,
    }
}

pub fn encounter() -> Encounter {
    Encounter {
        motive: Some("fever".to_owned()),
        context: PracticeContext {
            site: "nord".to_owned(),
            practitioner: None,
            speciality: None,
            zone: "Europe/Paris".to_owned(),
            now: NOW,
            now_local: "2026-03-02T09:00:00".to_owned(),
            opening: Vec::new(),
            language: "fr".to_owned(),
        },
        facts: Vec::new(),
        patient_age_days: None,
        previous: None,
    }
}

pub fn request() -> BookingRequest {
    BookingRequest {
        agenda: "dr-martin".into(),
        span: Span { start: NOW, end: NOW.plus_minutes(15) },
        motive: "consultation".into(),
        mode: VisitMode::Office,
        patient: greffon_core::model::person::Person::default(),
        resources: Vec::new(),
        slot_handle: None,
        slot_version: None,
        note: None,
        operator: greffon_core::model::person::Identifier { system: "urn:test".to_owned(), value: "1".to_owned() },
        allow_overlap: false,
        entry: None,
    }
}
