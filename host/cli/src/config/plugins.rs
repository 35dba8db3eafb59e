//! What loading a practice file needs to know of plugins.

use greffon_core::ids::PracticeId;
use greffon_core::model::practice::{Binding, PluginKind};
use greffon_core::model::triage::Finding;
use greffon_runtime::PluginFiles;

/// What loading needs to know of plugins. Implemented over the runtime.
pub trait Plugins {
    /// Finds the plugin by its name, or takes the files that were read for it;
    /// the error names the remedy.
    fn resolve(&self, plugin: &str, files: Option<PluginFiles>) -> Result<Resolved, Problem>;
    /// Settings, grants and credentials against the manifest; the error's key
    /// is relative to the feature.
    fn check(&self, binding: &Binding) -> Result<(), Problem>;
    /// What the plugin itself finds in the settings of a binding that was
    /// checked.
    fn analyse(&self, practice: &PracticeId, binding: &Binding) -> Result<Vec<Finding>, Problem>;
}

/// A plugin that a practice file names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// What it is.
    pub kind: PluginKind,
    /// What the binding must hold so that calls reach exactly this component.
    pub reference: String,
}

/// Something wrong below a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Relative key: `settings.calendars`; empty for the thing itself.
    pub key: String,
    /// Names the value.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl std::error::Error for Problem {}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n\nhint: {hint}"),
            None => Ok(()),
        }
    }
}
