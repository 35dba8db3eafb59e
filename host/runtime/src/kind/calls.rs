//! What the calls of all kinds share: typed functions of a component, and its
//! answers taken in.

use greffon_core::ports::plugins::GuestError;
use wasmtime::Store;
use wasmtime::component::InstancePre;

use crate::convert::{Breach, FromGuest, Intake};
use crate::problem::Problem;
use crate::ready::Ready;
use crate::state::CallState;

/// The typed calls of a component; it was seen to fit when it was loaded.
pub(super) fn typed<G>(
    ready: &Ready,
    make: impl FnOnce(InstancePre<CallState>) -> wasmtime::Result<G>,
) -> Result<G, Problem> {
    make(ready.plugin.guest.clone()).map_err(|error| {
        Problem::lasting("plugin", format!("the component cannot be called: {error:#}"), "build it again with the SDK")
    })
}

/// An intake of the size that the call's limits allow.
pub(super) fn intake(store: &Store<CallState>) -> Intake {
    Intake::new(store.data().bound.limits.output_bytes)
}

/// Takes in what a function with `result` returned.
pub(super) fn take<T, E, W, F>(intake: &mut Intake, returned: Result<W, F>) -> Result<Result<T, E>, Breach>
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
pub(super) fn take_pure<T, W, F>(
    store: &Store<CallState>,
    returned: Result<W, F>,
) -> wasmtime::Result<Result<T, GuestError>>
where
    T: FromGuest<W>,
    GuestError: FromGuest<F>,
{
    Ok(take(&mut intake(store), returned)?)
}

/// What a plugin's own word against its settings means for the binding.
pub(super) fn refused(error: &GuestError) -> Problem {
    Problem::lasting("settings", format!("the plugin refuses them: {error}"), "see the settings in the plugin's README")
}
