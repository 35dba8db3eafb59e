//! How each kind of plugin is bound and called, and what the domain is told
//! when there is no answer. What else the kinds differ in is a row of
//! [`greffon_kinds::KINDS`].

mod agenda;
mod notification;
mod pure;
mod script;
mod triage;

use greffon_core::model::triage::Finding;
use greffon_core::ports::plugins::{Bound, GuestError};
use greffon_kinds::{KINDS, PluginKind};
use wasmtime::Store;
use wasmtime::component::InstancePre;

use crate::bind::Ready;
use crate::capability::Capability;
use crate::convert::{Breach, FromGuest, Intake};
use crate::problem::Problem;
use crate::state::CallState;

/// Asks a plugin what it finds in its settings; the error is no answer.
pub(crate) type Analyse = fn(&Ready) -> Result<Vec<Finding>, Problem>;

/// A kind, as the runtime serves it.
pub(crate) struct Served {
    /// Which kind.
    pub kind: PluginKind,
    /// What its world lets it call, beside the WASI that languages need to
    /// start.
    pub capabilities: &'static [Capability],
    /// Whether a component exports every function of the kind.
    pub fits: fn(&InstancePre<CallState>) -> wasmtime::Result<()>,
    /// Asks what the plugin is, and makes its calls.
    pub bind: fn(Ready) -> Result<Bound, Problem>,
    /// What the plugin finds in its settings; `None` when the kind has no such
    /// function.
    pub analyse: Option<Analyse>,
}

/// All kinds, in the order of [`KINDS`].
pub(crate) static SERVED: [Served; KINDS.len()] =
    [triage::SERVED, script::SERVED, agenda::SERVED, notification::SERVED];

/// How a kind is served.
pub(crate) fn served(kind: PluginKind) -> &'static Served {
    &SERVED[kind.index()]
}

/// The typed calls of a component; it was seen to fit when it was loaded.
fn typed<G>(ready: &Ready, make: impl FnOnce(InstancePre<CallState>) -> wasmtime::Result<G>) -> Result<G, Problem> {
    make(ready.plugin.guest.clone()).map_err(|error| {
        Problem::lasting("plugin", format!("the component cannot be called: {error:#}"), "build it again with the SDK")
    })
}

/// An intake of the size that the call's limits allow.
fn intake(store: &Store<CallState>) -> Intake {
    Intake::new(store.data().bound.limits.output_bytes)
}

/// Takes in what a function with `result` returned.
fn take<T, E, W, F>(intake: &mut Intake, returned: Result<W, F>) -> Result<Result<T, E>, Breach>
where
    T: FromGuest<W>,
    E: FromGuest<F>,
{
    Ok(match returned {
        Ok(value) => Ok(intake.take(value)?),
        Err(error) => Err(intake.take(error)?),
    })
}

/// Takes in what a pure function returned.
fn take_pure<T, W, F>(store: &Store<CallState>, returned: Result<W, F>) -> wasmtime::Result<Result<T, GuestError>>
where
    T: FromGuest<W>,
    GuestError: FromGuest<F>,
{
    Ok(take(&mut intake(store), returned)?)
}

/// What a plugin's own word against its settings means for the binding.
fn refused(error: &GuestError) -> Problem {
    Problem::lasting("settings", format!("the plugin refuses them: {error}"), "see the settings in the plugin's README")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_served_in_its_place() {
        for (spec, served) in KINDS.iter().zip(&SERVED) {
            assert_eq!(spec.kind, served.kind);
            assert!(!spec.pure || served.capabilities.is_empty(), "{} is pure", spec.word);
        }
    }
}
