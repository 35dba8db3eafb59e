//! Plugins, as a practice has bound them.

use greffon_core::model::practice;
use greffon_core::ports::plugins;
use serde::Serialize;
use utoipa::ToSchema;

use super::mirrored;

mirrored! {
    /// What kind of plugin a feature is.
    PluginKind = practice::PluginKind { Triage, Script, Agenda, Notification }
}

/// A feature of a practice and the plugin behind it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Plugin {
    /// The practice's name for it.
    feature: String,
    /// The plugin's id.
    plugin: String,
    /// The plugin's version.
    version: String,
    /// SHA-256 of the component, hex.
    digest: String,
    /// What it is.
    kind: PluginKind,
    /// Whether it can be called now.
    usable: bool,
    /// Why not, with the remedy.
    problem: Option<String>,
    /// Whether calls are suspended after repeated failures.
    suspended: bool,
}

impl From<plugins::PluginStatus> for Plugin {
    fn from(core: plugins::PluginStatus) -> Self {
        Self {
            feature: core.feature.0,
            plugin: core.plugin,
            version: core.version,
            digest: core.digest,
            kind: core.kind.into(),
            usable: core.usable,
            problem: core.problem,
            suspended: core.suspended,
        }
    }
}
