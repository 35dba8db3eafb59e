//! What loading a practice file needs of plugins.

use std::sync::Arc;

use greffon_core::ids::{FeatureId, PracticeId};
use greffon_core::model::pin::KeptSettings;
use greffon_core::model::triage::Finding;
use greffon_core::ports::earlier::EarlierSettings;
use greffon_core::ports::plugins::{Bound, Problem};
use greffon_runtime::binding::Binding;
use greffon_runtime::{PluginFiles, PluginInfo, Ungranted};

/// What loading a practice file needs of plugins. Implemented over the runtime.
pub trait Plugins {
    /// Finds the plugin by its name, or takes the files that were read for it.
    ///
    /// # Errors
    /// That there is none, or that it cannot be loaded.
    fn resolve(&self, plugin: &str, files: Option<PluginFiles>) -> Result<PluginInfo, Problem>;
    /// What the plugin asks for and the binding does not grant.
    fn ungranted(&self, binding: &Binding) -> Vec<Ungranted>;
    /// The settings as a guest of a pure kind gets them, if it can.
    fn kept_settings(&self, binding: &Binding) -> Option<Arc<KeptSettings>>;
    /// A plugin of a pure kind for contacts that began with other settings.
    fn earlier_settings(
        &self,
        practice: &PracticeId,
        feature: &FeatureId,
        plugin: &PluginInfo,
    ) -> Option<Arc<dyn EarlierSettings>>;
    /// What the plugin itself finds in its settings.
    ///
    /// # Errors
    /// What is wrong with the binding, or that the plugin gave no answer.
    fn analyse(&self, binding: &Binding) -> Result<Vec<Finding>, Problem>;
    /// Binds it.
    ///
    /// # Errors
    /// What keeps it from being used.
    fn bind(&self, binding: &Binding) -> Result<Bound, Problem>;
}
