//! A runtime with one or two practices, and what they are asked.

use std::sync::Arc;

use greffon_core::ids::FeatureId;
use greffon_core::model::care::PracticeContext;
use greffon_core::model::practice::{Binding, Grants, PluginKind, Practice};
use greffon_core::model::scheduling::{BookingRequest, VisitMode};
use greffon_core::model::triage::{Encounter, Step};
use greffon_core::ports::clock::Clock;
use greffon_core::ports::plugins::{Plugins, Pure};
use greffon_core::time::{Instant, Span};
use greffon_runtime::{Runtime, RuntimeConfig};
use greffon_simulation::{ManualClock, MemoryKeyValue, french_practice};

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
        let runtime = Runtime::new(config, keyvalue, Arc::clone(&clock) as Arc<dyn Clock>).expect("starts");
        Self { runtime, clock }
    }

    /// Registers a plugin whose manifest has only what it must, and `more`.
    pub fn register(&self, id: &str, kind: PluginKind, more: &str, component: &[u8]) {
        let manifest = manifest(id, kind, more);
        self.runtime.register_bundled([(id, manifest.as_str(), component)]).expect("a plugin");
    }

    pub async fn next(&self, practice: &Practice, feature: &str) -> Pure<Step> {
        self.runtime.triage_next(practice, &FeatureId::from(feature), &encounter()).await
    }
}

pub fn manifest(id: &str, kind: PluginKind, more: &str) -> String {
    format!(
        "id = \"{id}\"\nkind = \"{}\"\nversion = \"0.1.0\"\napi = \"0.1\"\nlicence = \"Apache-2.0\"\n\
         description = \"a guest of the tests\"\n{more}",
        kind.as_str()
    )
}

/// A practice with these features: each is named as its plugin.
pub fn practice(id: &str, plugins: &[(&str, PluginKind)]) -> Practice {
    let features = plugins.iter().map(|(plugin, kind)| binding(plugin, *kind)).collect();
    Practice { features, ..french_practice(id) }
}

pub fn binding(plugin: &str, kind: PluginKind) -> Binding {
    Binding {
        feature: plugin.into(),
        plugin: plugin.to_owned(),
        kind,
        sites: Vec::new(),
        practitioners: Vec::new(),
        recipients: Vec::new(),
        settings: serde_json::Value::Null,
        grants: Grants::default(),
        credentials: std::collections::BTreeMap::new(),
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
    }
}
