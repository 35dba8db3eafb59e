//! What loading a practice file needs to know of plugins.

use std::path::{Path, PathBuf};

use greffon_core::ids::PracticeId;
use greffon_core::model::practice::{Binding, PluginKind};
use greffon_core::model::triage::Finding;

/// What loading needs to know of plugins. Implemented over the runtime.
pub trait Plugins {
    /// Finds the plugin; the error names the remedy.
    fn resolve(&self, plugin: &str, base: &Path) -> Result<Resolved, Problem>;
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
    /// The files that it was read from.
    pub files: Vec<PathBuf>,
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
