//! The runtime as the composition root sees it.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use greffon_core::ids::PracticeId;
use greffon_core::ports::clock::Clock;
use greffon_core::ports::keyvalue::KeyValue;
use greffon_words::Locale;
use ipnet::IpNet;
use thiserror::Error;
use tokio::runtime::Builder;

use crate::breaker::BreakerConfig;
use crate::cache::Cache;
use crate::capability::http::upstream::REQUESTS_PER_MINUTE;
use crate::capability::http::{Egress, SystemLookup};
use crate::engine::{self, EngineError, EngineSize};
use crate::inline::Inline;
use crate::instance::{Caller, Threads};
use crate::limits::Limits;
use crate::live::LiveBindings;
use crate::places::Permits;
use crate::prepared::PreparedSettings;
use crate::registry::{LoadError, PluginFiles, PluginInfo, Registry};
use crate::sealing::Sealing;
use crate::state::Services;
use crate::stats::{CallTimes, KindStats};

/// How long a call waits for a place before it is refused as busy.
const QUEUE_WAIT: Duration = Duration::from_secs(1);

/// What the operator decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuntimeConfig {
    /// Calls at once, over all practices. Each reserves 8 GiB of address space.
    pub concurrent_calls: u32,
    /// Calls at once for one practice.
    pub concurrent_calls_per_practice: u32,
    /// Most memory of one call, whatever its manifest asks for, in MiB.
    pub largest_memory_mib: u32,
    /// Longest deadline of one call, in milliseconds.
    pub longest_deadline_ms: u32,
    /// Most time of one call on a processor, in milliseconds.
    pub most_cpu_ms: u32,
    /// Most memory for what pure plugins prepared of their settings, over all
    /// practices, in MiB.
    pub prepared_mib: u32,
    /// Requests a minute that the features of one practice make to one origin,
    /// together; as many may go at once. What is more is told to the plugin as
    /// "too many requests", and not sent. At least 1.
    pub upstream_requests_per_minute: u32,
    /// Networks that are opened for a practice although they are private, and
    /// to which plain `http` and unprotected SMTP may go.
    pub allowed_networks: BTreeMap<PracticeId, Vec<IpNet>>,
    /// Where mail of practices without a relay goes, as `.eml` files.
    pub mail_folder: PathBuf,
    /// Where compiled plugins are kept, so that a restart need not compile them
    /// again; made private. `None` keeps none.
    pub cache_folder: Option<PathBuf>,
    /// The id of this installation, which plugins write beside what they write
    /// into agendas that others may write to.
    pub installation: String,
    /// Whether the log gets all that a plugin's panic says, which may be about a
    /// patient: for a plugin's author on his own machine, never for a server.
    pub panics_in_full: bool,
    /// In which language people read what is wrong with a plugin's settings.
    pub locale: Locale,
}

impl Default for RuntimeConfig {
    fn default() -> Self {
        Self {
            concurrent_calls: 64,
            concurrent_calls_per_practice: 16,
            largest_memory_mib: 128,
            longest_deadline_ms: 20_000,
            most_cpu_ms: 2_000,
            prepared_mib: 256,
            upstream_requests_per_minute: REQUESTS_PER_MINUTE,
            allowed_networks: BTreeMap::new(),
            mail_folder: PathBuf::from("data/mail"),
            cache_folder: None,
            installation: String::new(),
            panics_in_full: false,
            locale: Locale::default(),
        }
    }
}

/// Why the runtime does not start.
#[derive(Debug, Error)]
pub enum RuntimeError {
    /// The engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// What guests are given cannot be put together: a bug of greffon.
    #[error("the interfaces of the contract cannot be linked")]
    Link(#[source] wasmtime::Error),
    /// No threads.
    #[error("the threads for plugins cannot be started")]
    Threads(#[source] std::io::Error),
}

/// Runs plugins. One per process.
pub struct Runtime {
    pub(crate) registry: Registry,
    pub(crate) live: LiveBindings,
    pub(crate) prepared: Arc<PreparedSettings>,
    /// Places for bindings to earlier settings.
    pub(crate) earlier: Permits,
    pub(crate) caller: Arc<Caller>,
    pub(crate) breaker: BreakerConfig,
    pub(crate) opened: BTreeMap<PracticeId, Vec<IpNet>>,
    pub(crate) sealing: Option<Sealing>,
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").finish_non_exhaustive()
    }
}

impl Runtime {
    /// Starts the engine, its clock and the guests' threads. Without `sealing` no
    /// credential can be kept that changes: a binding that has one is refused.
    ///
    /// # Errors
    /// When the address space for so many calls, or the threads, are not to be
    /// had.
    pub fn new(
        config: RuntimeConfig,
        keyvalue: Arc<dyn KeyValue>,
        sealing: Option<Sealing>,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<Self>, RuntimeError> {
        let caps = Limits {
            memory_bytes: u64::from(config.largest_memory_mib) << 20,
            deadline: Duration::from_millis(u64::from(config.longest_deadline_ms)),
            cpu: Duration::from_millis(u64::from(config.most_cpu_ms)),
            ..Limits::caps()
        };
        let size = EngineSize { calls: config.concurrent_calls, memory_bytes: caps.memory_bytes };
        let engine = engine::start(size)?;
        let cache = config.cache_folder.and_then(|folder| {
            let opened = Cache::open(&folder, &engine);
            // Slower, and no less safe: no reason not to start.
            let warn = |error: &_| tracing::warn!("compiled plugins cannot be kept in {}: {error}", folder.display());
            opened.inspect_err(warn).ok()
        });
        let registry = Registry::new(engine.clone(), caps, cache, config.locale).map_err(RuntimeError::Link)?;
        // At least two: while one guest spins, another gets its answer.
        let threads = thread::available_parallelism().map_or(2, |count| count.get().max(2));
        let guests = Builder::new_multi_thread()
            .worker_threads(threads)
            .thread_name("greffon-guest")
            .enable_all()
            .build()
            .map_err(RuntimeError::Threads)?;
        let services = Services {
            clock: Arc::clone(&clock),
            keyvalue,
            installation: config.installation,
            mail_folder: Some(config.mail_folder.into_boxed_path()),
        };
        let caller = Caller {
            engine,
            guests: guests.handle().clone(),
            inline: Inline::default(),
            _threads: Threads::of(guests),
            services: Arc::new(services),
            egress: Egress::within_budget(Arc::new(SystemLookup), clock, config.upstream_requests_per_minute),
            permits: Permits::new(config.concurrent_calls, config.concurrent_calls_per_practice, QUEUE_WAIT),
            times: CallTimes::default(),
            panics_in_full: config.panics_in_full,
        };
        Ok(Arc::new(Self {
            registry,
            live: LiveBindings::default(),
            prepared: Arc::new(PreparedSettings::new(u64::from(config.prepared_mib) << 20)),
            earlier: Permits::for_earlier_settings(),
            caller: Arc::new(caller),
            breaker: BreakerConfig::default(),
            opened: config.allowed_networks,
            sealing,
        }))
    }

    /// Registers plugins that are part of the host: name, manifest, component.
    /// Compiles them side by side, and returns when all are ready.
    ///
    /// # Errors
    /// The first one, in their order, that cannot be used.
    pub fn register_bundled<'p>(
        &self,
        plugins: impl IntoIterator<Item = (&'p str, &'p str, &'p [u8])>,
    ) -> Result<(), LoadError> {
        thread::scope(|scope| {
            let load = |(name, manifest, component)| {
                scope.spawn(move || self.registry.register_bundled(name, manifest, component))
            };
            let loading: Vec<_> = plugins.into_iter().map(load).collect();
            let loaded: Vec<_> = loading.into_iter().map(thread::ScopedJoinHandle::join).collect();
            loaded.into_iter().try_for_each(|one| one.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        })
    }

    /// The bundled plugins, sorted by name.
    #[must_use]
    pub fn bundled(&self) -> Vec<PluginInfo> {
        self.registry.bundled()
    }

    /// Finds a bundled plugin by its name.
    ///
    /// # Errors
    /// [`LoadError::Unknown`]; [`LoadError::hint`] names the ones there are.
    pub fn find(&self, name: &str) -> Result<PluginInfo, LoadError> {
        self.registry.find(name)
    }

    /// Takes a plugin that is not bundled. A component is compiled at its first
    /// use, which may take seconds: not for async code.
    ///
    /// # Errors
    /// What is wrong with the component, or with it and its manifest together;
    /// [`LoadError::hint`] has the remedy.
    pub fn load(&self, files: PluginFiles) -> Result<PluginInfo, LoadError> {
        self.registry.take(files)
    }

    /// How long calls took, per kind.
    #[must_use]
    pub fn call_stats(&self) -> Vec<KindStats> {
        self.caller.times.all()
    }
}
