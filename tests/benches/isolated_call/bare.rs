//! wasmtime with nothing of greffon's: a new store and a new instance per call.

use std::path::Path;

use greffon_build::{Target, build_component};
use greffon_runtime::engine::{EngineSize, config};
use wasmtime::component::{
    Component, ComponentExportIndex, ComponentNamedList, Instance, InstancePre, Lift, Linker, Lower,
};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Result, Store, format_err};

/// Calls at once that there is room for.
const CALLS: u32 = 64;

/// A component on an engine.
#[derive(Clone)]
pub struct Bare {
    engine: Engine,
    linked: InstancePre<()>,
    interface: ComponentExportIndex,
}

impl Bare {
    /// On an engine and a pool like greffon's own.
    pub fn like_greffon(component: &[u8], interface: &str) -> Result<Self> {
        Self::new(&config(EngineSize { calls: CALLS, memory_bytes: 128 << 20 }), component, interface)
    }

    /// On wasmtime's pool as it comes.
    pub fn as_before(component: &[u8], interface: &str) -> Result<Self> {
        let mut config = Config::new();
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(PoolingAllocationConfig::new()));
        Self::new(&config, component, interface)
    }

    fn new(config: &Config, component: &[u8], interface: &str) -> Result<Self> {
        let engine = Engine::new(config)?;
        let component = Component::new(&engine, component)?;
        let linked = Linker::new(&engine).instantiate_pre(&component)?;
        let interface = component.get_export_index(None, interface).ok_or_else(|| format_err!("no {interface}"))?;
        Ok(Self { engine, linked, interface })
    }

    /// The place of a function, for [`call`](Self::call).
    pub fn function(&self, name: &str) -> Result<ComponentExportIndex> {
        let at = self.linked.component().get_export_index(Some(&self.interface), name);
        at.ok_or_else(|| format_err!("no function {name}"))
    }

    /// A store that is never interrupted: the code has the checks all the same.
    pub fn store(&self) -> Store<()> {
        let mut store = Store::new(&self.engine, ());
        store.set_epoch_deadline(1 << 40);
        store
    }

    /// An instance in a store.
    pub async fn instance(&self, store: &mut Store<()>) -> Result<Instance> {
        self.linked.instantiate_async(store).await
    }

    /// One isolated call.
    pub async fn call<P, R>(&self, function: &ComponentExportIndex, params: P) -> Result<R>
    where
        P: ComponentNamedList + Lower,
        R: 'static,
        (R,): ComponentNamedList + Lift,
    {
        let mut store = self.store();
        let instance = self.instance(&mut store).await?;
        call_in(&mut store, &instance, function, params).await
    }
}

/// A call in an instance that is there already.
pub async fn call_in<P, R>(
    store: &mut Store<()>,
    instance: &Instance,
    function: &ComponentExportIndex,
    params: P,
) -> Result<R>
where
    P: ComponentNamedList + Lower,
    R: 'static,
    (R,): ComponentNamedList + Lift,
{
    let function = instance.get_typed_func::<P, (R,)>(&mut *store, function)?;
    Ok(function.call_async(&mut *store, params).await?.0)
}

/// The bundled plugins as they were: see `before/`.
pub struct Before {
    pub grid: Vec<u8>,
    pub script: Vec<u8>,
}

impl Before {
    /// Builds them, beside the other plugins. Not part of any other build: only
    /// this bench has a use for them.
    pub fn build() -> anyhow::Result<Self> {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
        // Apart: they take the SDK with other features.
        let target_dir = Path::new(greffon_tests::NESTED_TARGET_DIR).join("before");
        let build = |package| {
            Ok::<_, anyhow::Error>(build_component(&workspace, package, Target::Pure, &target_dir)?.component)
        };
        Ok(Self { grid: build("bench-grid-before")?, script: build("bench-script-before")? })
    }
}
