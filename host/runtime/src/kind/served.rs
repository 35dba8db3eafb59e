//! What a kind of plugin is to the runtime.

use greffon_core::model::triage::Finding;
use greffon_core::ports::plugins::Bound;
use greffon_kinds::PluginKind;
use wasmtime::component::InstancePre;

use crate::capability::Capability;
use crate::problem::Problem;
use crate::ready::Ready;
use crate::state::CallState;

/// Asks a plugin what it finds in its settings; the error is no answer.
pub(crate) type Analyse = fn(&Ready) -> Result<Vec<Finding>, Problem>;

/// A kind, as the runtime serves it.
pub(crate) struct Served {
    /// Which kind.
    pub kind: PluginKind,
    /// What its world lets it call, beside the WASI that languages need to
    /// start.
    pub capabilities: &'static [&'static [Capability]],
    /// Whether a component exports every function of the kind.
    pub fits: fn(&InstancePre<CallState>) -> wasmtime::Result<()>,
    /// Asks what the plugin is, and makes its calls.
    pub bind: fn(Ready) -> Result<Bound, Problem>,
    /// What the plugin finds in its settings; `None` when the kind has no such
    /// function.
    pub analyse: Option<Analyse>,
}
