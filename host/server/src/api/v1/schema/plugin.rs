//! Plugins, as a practice has bound them.

use greffon_core::model::outside_failure::{self, LastFailure};
use greffon_core::model::{known_agendas, practice};
use greffon_core::ports::plugins::{Bound, Problem, SourcePlace, Stamp};
use greffon_core::ports::practices::Feature;
use serde::Serialize;
use utoipa::ToSchema;

use super::mirrored;
use super::time::Timestamp;

mirrored! {
    /// What kind of plugin a feature is.
    PluginKind = practice::PluginKind { Triage, Script, Agenda, Notification }
}

mirrored! {
    /// Why something outside did not do what it was asked, by what somebody has to do.
    FailureClass = outside_failure::FailureClass {
        CredentialsRefused, NotPermitted, NotFound, Name, Connection, Tls, TimeOut, RateLimited, ServerError,
        ProtocolBreach, DeniedByGrant, DeniedAddress, Unknown,
    }
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
    /// The last failure that the host saw of what it asks outside, since it was bound; null
    /// until there is one.
    last_failure: Option<Failure>,
    /// Origins that are not asked now, because they asked for that or because the operator's
    /// budget of requests is spent.
    resting: Vec<Resting>,
    /// What its agendas last told of themselves; null for other kinds, and until they
    /// were read as the feature is bound now.
    agendas: Option<KnownAgendas>,
}

/// A failure of something that a feature asks outside.
#[derive(Serialize, ToSchema)]
pub(crate) struct Failure {
    /// Its class.
    class: FailureClass,
    /// Where: scheme, host and port; null when nobody was asked.
    origin: Option<String>,
    /// The HTTP or SMTP status that told it.
    status: Option<u16>,
    /// When it was last seen.
    at: Timestamp,
    /// When a call first went well after it; null while it lasts.
    over_at: Option<Timestamp>,
    /// What is wrong and what to do, in French.
    says: String,
}

/// An origin that is not asked for a while.
#[derive(Serialize, ToSchema)]
pub(crate) struct Resting {
    /// Scheme, host and port.
    origin: String,
    /// Until when.
    until: Timestamp,
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
        let health = feature.bound.as_ref().ok().map(Bound::health);
        let failure = |LastFailure { failure, at, over_at }: LastFailure| Failure {
            class: failure.class.into(),
            says: failure.says(&id.0).fr().to_owned(),
            origin: failure.origin,
            status: failure.status,
            at: at.into(),
            over_at: over_at.map(Into::into),
        };
        let resting = |one: outside_failure::Resting| Resting { origin: one.origin, until: one.until.into() };
        let last_failure = health.and_then(greffon_core::ports::plugins::Health::last_failure).map(failure);
        let resting = health.map_or_else(Vec::new, |health| health.resting().into_iter().map(resting).collect());
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
            last_failure,
            resting,
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
