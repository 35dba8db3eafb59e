//! Plugins of the pure kinds under settings that their practice had before: what a
//! contact began with, it goes on with (S9).

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use greffon_core::ids::{FeatureId, PracticeId};
use greffon_core::model::pin::KeptSettings;
use greffon_core::ports::earlier::EarlierSettings;
use greffon_core::ports::plugins::Bound;

use crate::binding::{Binding, Grants};
use crate::places::Places;
use crate::plugin::Plugin;
use crate::problem::Problem;
use crate::runtime::Runtime;
use crate::settings;

impl Runtime {
    /// The settings of a binding as its guest gets them, for contacts that begin with
    /// them. `None` for kinds that are not pure, for a plugin that is not loaded, and
    /// for settings that [`bind`](Self::bind) would refuse before it asks the plugin.
    #[must_use]
    pub fn kept_settings(&self, binding: &Binding) -> Option<Arc<KeptSettings>> {
        let plugin = self.registry.get(&binding.plugin).filter(|plugin| plugin.manifest.kind.spec().pure)?;
        let text = plugin.settings(&binding.settings).ok()?;
        KeptSettings::new(plugin.manifest.id.as_str(), text).map(Arc::new)
    }

    /// A plugin for contacts of a feature that began when it had other settings: the
    /// component of this reference, kept for as long as the answer is. `None` for
    /// kinds that are not pure, and for a plugin that is not loaded.
    #[must_use]
    pub fn earlier_settings(
        self: &Arc<Self>,
        practice: &PracticeId,
        feature: &FeatureId,
        reference: &str,
    ) -> Option<Arc<dyn EarlierSettings>> {
        let plugin = self.registry.get(reference).filter(|plugin| plugin.manifest.kind.spec().pure)?;
        Some(Arc::new(Earlier {
            practice: practice.clone(),
            feature: feature.clone(),
            reference: reference.to_owned(),
            places: self.earlier.of(practice),
            runtime: Arc::clone(self),
            plugin,
        }))
    }
}

struct Earlier {
    practice: PracticeId,
    feature: FeatureId,
    reference: String,
    places: Arc<Places>,
    runtime: Arc<Runtime>,
    /// So that it stays loaded, also while the feature is out.
    plugin: Arc<Plugin>,
}

impl fmt::Debug for Earlier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Earlier").field("feature", &self.feature).field("plugin", &self.reference).finish()
    }
}

#[async_trait]
impl EarlierSettings for Earlier {
    async fn bind(&self, text: &str) -> Result<Bound, Problem> {
        let Some(place) = self.runtime.earlier.take(&self.places, self.plugin.manifest.kind).await else {
            return Err(Problem::passing(
                "plugin",
                "no place in time to prepare the settings of then",
                "it is tried again; other contacts of the practice wait for theirs",
            ));
        };
        let (runtime, text) = (Arc::clone(&self.runtime), text.to_owned());
        // Pure plugins are granted nothing, so nothing else makes the binding.
        let binding = Binding {
            practice: self.practice.clone(),
            feature: self.feature.clone(),
            plugin: self.reference.clone(),
            settings: serde_json::Value::Null,
            grants: Grants::default(),
            credentials: std::collections::BTreeMap::new(),
            mail: None,
        };
        // Whoever asked may go away: the place is held until the plugin is done.
        let bound = self.runtime.caller.guests.spawn_blocking(move || {
            let _place = place;
            runtime.bind(&Binding { settings: settings::read(&text)?, ..binding })
        });
        bound.await.unwrap_or_else(|failed| match failed.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(Problem::passing("plugin", "greffon is stopping", "")),
        })
    }
}
