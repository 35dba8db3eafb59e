//! Plugins, as a practice has bound them.

use greffon_core::model::{known_agendas, practice};
use greffon_core::ports::plugins::{Problem, SourcePlace, Stamp};
use greffon_core::ports::practices::Feature;
use serde::Serialize;
use utoipa::ToSchema;

use super::mirrored;
use super::time::Timestamp;

mirrored! {
    /// What kind of plugin a feature is.
    PluginKind = practice::PluginKind { Triage, Script, Agenda, Notification }
}

/// A feature of a practice and the plugin behind it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Plugin {
    /// The practice's name for it.
    feature: String,
    /// The plugin's id; as the practice's file writes it when there is no such
    /// plugin.
    plugin: String,
    /// The plugin's version; empty when there is no such plugin.
    version: String,
    /// SHA-256 of the component, hex; empty when there is no such plugin.
    digest: String,
    /// What it is; null when there is no such plugin.
    kind: Option<PluginKind>,
    /// Whether it is bound, so that it can be called.
    usable: bool,
    /// Why not, or what keeps it from doing all of its work: file, line and column
    /// where they are known, key, what is wrong and the remedy.
    problem: Option<String>,
    /// Whether calls are suspended after repeated failures.
    suspended: bool,
    /// What its agendas last told of themselves; null for other kinds, and until they
    /// were read as the feature is bound now.
    agendas: Option<KnownAgendas>,
}

/// What the agendas of a feature last told of themselves.
#[derive(Serialize, ToSchema)]
pub(crate) struct KnownAgendas {
    /// How many there are.
    count: usize,
    /// When they were read over the network.
    read_at: Timestamp,
}

impl Plugin {
    /// The feature, with what is known of its practice's agendas.
    pub(crate) fn of(feature: &Feature, known: &[known_agendas::KnownAgendas]) -> Self {
        let Stamp { feature: id, plugin, version, digest } = feature.stamp.clone();
        Self {
            feature: id.0,
            plugin,
            version,
            digest,
            kind: feature.kind.map(Into::into),
            usable: feature.bound.is_ok(),
            problem: match &feature.bound {
                Ok(bound) => bound.health().problem().as_ref().map(shown),
                Err(problem) => Some(shown(problem)),
            },
            suspended: feature.bound.as_ref().is_ok_and(|bound| bound.health().is_suspended()),
            agendas: feature
                .known_agendas(known)
                .map(|known| KnownAgendas { count: known.agendas.len(), read_at: known.read_at.into() }),
        }
    }
}

/// Where the host keeps its files is the operator's business: the name is
/// enough to find the place.
fn shown(problem: &Problem) -> String {
    let place = problem.place.as_ref().and_then(|place| {
        let file = place.file.file_name()?.into();
        Some(SourcePlace { file, at: place.at })
    });
    Problem { place, ..problem.clone() }.to_string()
}
