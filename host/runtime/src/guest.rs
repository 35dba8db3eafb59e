//! Components of the pure kinds, linked, with the places of their functions.
//!
//! A pure call is short enough for this to count: bindgen's own `instantiate`
//! looks up and checks the type of every exported function for every call; here
//! the functions are found once, when a component is bound, and the one that is
//! called is checked.

use wasmtime::component::{ComponentExportIndex, ComponentNamedList, InstancePre, Lift, Lower};
use wasmtime::{Store, format_err};

use crate::bindings::practice::{Finding, Prepared};
use crate::state::CallState;

/// A component of a pure kind.
#[derive(Clone)]
pub(crate) struct PureGuest {
    linked: InstancePre<CallState>,
    interface: ComponentExportIndex,
    prepare: ComponentExportIndex,
}

impl PureGuest {
    /// Finds the exported interface of a linked component, and `prepare` in it.
    ///
    /// # Errors
    /// Names what is not there.
    pub(crate) fn new(linked: InstancePre<CallState>, interface: &str) -> wasmtime::Result<Self> {
        let at = linked.component().get_export_index(None, interface);
        let at = at.ok_or_else(|| format_err!("the component exports no interface \"{interface}\""))?;
        let prepare = function(&linked, &at, "prepare")?;
        Ok(Self { linked, interface: at, prepare })
    }

    /// The place of a function of the interface.
    ///
    /// # Errors
    /// There is none of this name.
    pub(crate) fn function(&self, name: &str) -> wasmtime::Result<ComponentExportIndex> {
        function(&self.linked, &self.interface, name)
    }

    /// `prepare`, in a new instance.
    pub(crate) async fn prepare(
        &self,
        store: &mut Store<CallState>,
        settings: &str,
    ) -> wasmtime::Result<Result<Prepared, Vec<Finding>>> {
        self.call(&self.prepare, store, (settings,)).await
    }

    /// Makes an instance and calls one function of it.
    pub(crate) async fn call<P, R>(
        &self,
        function: &ComponentExportIndex,
        store: &mut Store<CallState>,
        params: P,
    ) -> wasmtime::Result<R>
    where
        P: ComponentNamedList + Lower,
        R: 'static,
        (R,): ComponentNamedList + Lift,
    {
        let instance = self.linked.instantiate_async(&mut *store).await?;
        let function = instance.get_typed_func::<P, (R,)>(&mut *store, function)?;
        let (returned,) = function.call_async(&mut *store, params).await?;
        Ok(returned)
    }
}

fn function(
    linked: &InstancePre<CallState>,
    interface: &ComponentExportIndex,
    name: &str,
) -> wasmtime::Result<ComponentExportIndex> {
    let at = linked.component().get_export_index(Some(interface), name);
    at.ok_or_else(|| format_err!("the component exports no function \"{name}\""))
}
