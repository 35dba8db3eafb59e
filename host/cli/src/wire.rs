//! The composition root: configuration in, running parts out. The only place
//! that knows every crate.

mod no_space;

use std::sync::Arc;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use greffon_core::flow::Reception;
use greffon_core::ids::{FeatureId, PracticeId};
use greffon_core::model::pin::KeptSettings;
use greffon_core::model::triage::Finding;
use greffon_core::ports::clock::{Clock, RandomIds, SystemClock};
use greffon_core::ports::earlier::EarlierSettings;
use greffon_core::ports::keyvalue::KeyValue;
use greffon_core::ports::plugins::{Bound, Problem};
use greffon_core::ports::practices::{LivePractice, Practices as _};
use greffon_core::ports::sealed_state::SealedStates;
use greffon_runtime::binding::Binding;
use greffon_runtime::{PluginFiles, PluginInfo, Runtime, RuntimeConfig, Sealing, SealingKeys, Ungranted};
use greffon_server::{App, Authenticator, ExternalIssuer, HttpKeys, Issuer, Limits, RenderMetrics, signing_key_pem};
use greffon_storage::{Database, LeaseTime, StorageOptions};
use secrecy::ExposeSecret as _;

use crate::approvals::Lookout;
use crate::config::approvals::KnownApprovals;
use crate::config::directory::Directory;
use crate::config::environment;
use crate::config::loader::Surroundings;
use crate::config::operator::OperatorConfig;
use crate::config::plugins::Plugins;
use crate::config::secret::SecretRef;
use crate::config::supervision::{Supervised, Unreached, unreached};
use crate::output;
use crate::storage_url::sqlite_file;

/// `iss` of the tokens that greffon signs itself.
const OWN_ISSUER: &str = "greffon";

/// `aud` of the tokens that greffon signs itself.
const OWN_AUDIENCE: &str = "greffon";

/// Plugins and practices, and what they stand on.
pub struct Wiring {
    /// The operator's file.
    pub config: OperatorConfig,
    /// The plugins.
    pub runtime: Arc<Runtime>,
    /// The practices.
    pub directory: Arc<Directory>,
    /// What is remembered and attested of grids and scripts.
    pub approvals: Arc<KnownApprovals>,
    clock: Arc<dyn Clock>,
}

/// A whole host.
pub struct Host {
    /// The parts below.
    pub wiring: Wiring,
    /// The database.
    pub database: Arc<Database>,
    /// The flow.
    pub reception: Reception,
    /// The same for the delivery of alerts, which waits for nothing else.
    pub alerts: Reception,
    /// Looks at the practices' files, with what is remembered of their approvals.
    pub lookout: Arc<Lookout>,
}

impl Wiring {
    /// For commands that look at plugins and practices only: nothing is kept.
    pub fn without_storage(config: OperatorConfig) -> anyhow::Result<Self> {
        let nowhere = Arc::new(no_space::NoSpace);
        Self::new(config, Arc::clone(&nowhere) as _, nowhere, Arc::new(SystemClock), String::new())
    }

    fn new(
        config: OperatorConfig,
        space: Arc<dyn KeyValue>,
        states: Arc<dyn SealedStates>,
        clock: Arc<dyn Clock>,
        installation: String,
    ) -> anyhow::Result<Self> {
        let sealing = sealing_keys(&config)?.map(|keys| Sealing { keys, states });
        let runtime = Runtime::new(runtime_config(&config, installation), space, sealing, Arc::clone(&clock))
            .context("the plugin runtime cannot start")?;
        let waiting = output::spinner("compiling the bundled plugins");
        let bundled = greffon_bundled::PLUGINS.iter().map(|one| (one.id, one.manifest, one.component));
        runtime.register_bundled(bundled).context("a bundled plugin cannot be used")?;
        waiting.finish_and_clear();
        let plugins = Box::new(Resolver(Arc::clone(&runtime)));
        let supervised = !config.supervisors.is_empty();
        let signers = config.signers.clone();
        let approvals = Arc::new(KnownApprovals::default());
        let around = Surroundings {
            plugins,
            shared: config.shared.clone(),
            supervised,
            signers,
            clock: Arc::clone(&clock),
            approvals: Arc::clone(&approvals),
        };
        let directory = Arc::new(Directory::new(config.practices.clone(), around));
        Ok(Self { config, runtime, directory, approvals, clock })
    }

    /// The practices with what the operator adds to them.
    fn supervised(&self) -> Supervised {
        let Self { config, directory, .. } = self;
        Supervised::new(Arc::clone(directory) as _, config.supervisors.clone(), config.public_origin.clone())
    }

    /// The supervisors whom no alert would reach, as the practices are now.
    pub fn unreached_supervisors(&self) -> Vec<Unreached> {
        let served: Vec<Arc<LivePractice>> = self.practices().collect();
        unreached(&self.config.supervisors, |id| served.iter().map(Arc::as_ref).find(|one| one.id == *id))
    }

    /// The practices that are served.
    pub fn practices(&self) -> impl Iterator<Item = Arc<LivePractice>> + '_ {
        self.directory.list().into_iter().filter_map(|id| self.directory.get(&id))
    }
}

impl Host {
    /// Connects to the database as its working process, brings its schema to this
    /// version and reads the practices. What is wrong with a practice is said on
    /// stderr; the others are served.
    pub async fn build(config: OperatorConfig) -> anyhow::Result<Self> {
        Self::over(config, Arc::new(SystemClock), LeaseTime::Database, true).await
    }

    /// The same on a clock that somebody else moves: all time is this clock's.
    pub async fn build_on(config: OperatorConfig, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        Self::over(config, Arc::clone(&clock), LeaseTime::Injected(clock), true).await
    }

    /// For a command that looks at everything beside the process that works: it
    /// must not run jobs.
    pub async fn beside(config: OperatorConfig) -> anyhow::Result<Self> {
        Self::over(config, Arc::new(SystemClock), LeaseTime::Database, false).await
    }

    /// One that works, with a clock of its own for leases: the database's, where
    /// this node's shows another time.
    pub async fn build_on_clocks(
        config: OperatorConfig,
        clock: Arc<dyn Clock>,
        leases: Arc<dyn Clock>,
    ) -> anyhow::Result<Self> {
        Self::over(config, clock, LeaseTime::Injected(leases), true).await
    }

    async fn over(
        config: OperatorConfig,
        clock: Arc<dyn Clock>,
        lease_time: LeaseTime,
        working: bool,
    ) -> anyhow::Result<Self> {
        make_storage_folder(&config.storage)?;
        let options = StorageOptions { lease_time, lookup_key: lookup_key(&config)?, ..StorageOptions::default() };
        let database = greffon_storage::connect(&config.storage, options).await?;
        if working {
            database.take_role()?;
        }
        greffon_storage::migrate(&database).await?;
        if working {
            database.void_leases().await?;
            let waiting = output::spinner("preparing the search of patients");
            database.renew_lookup().await.context("the search of patients cannot be prepared")?;
            waiting.finish_and_clear();
        }
        let space: Arc<dyn KeyValue> = Arc::clone(&database) as Arc<dyn KeyValue>;
        let installation = database.installation().await?;
        let states: Arc<dyn SealedStates> = Arc::clone(&database) as _;
        let wiring = Wiring::new(config, space, states, Arc::clone(&clock), installation)?;
        let reception = Reception::new(
            Arc::clone(&database) as _,
            Arc::clone(&database) as _,
            Arc::new(wiring.supervised()),
            clock,
            Arc::new(RandomIds),
        );
        let lookout = Lookout::new(
            Arc::clone(&wiring.directory),
            Arc::clone(&wiring.approvals),
            reception.approvals.clone(),
            working,
        );
        let refresh = lookout.look().await.context("the practices' files cannot be read")?;
        for problem in refresh.problems.iter().chain(&refresh.out) {
            output::note(&format!("error: {problem}\n"));
        }
        for unreached in wiring.unreached_supervisors() {
            output::note(&format!("error: {unreached}\n"));
        }
        for warning in &refresh.ungranted {
            output::note(&format!("warning: {warning}\n"));
        }
        let alerts = reception.over(|_| database.for_alerts());
        Ok(Self { wiring, database, reception, alerts, lookout: Arc::new(lookout) })
    }

    /// The HTTP application.
    pub fn app(&self, metrics: RenderMetrics) -> anyhow::Result<Arc<App>> {
        let mut authenticator = Authenticator::new(Arc::clone(&self.wiring.clock));
        if let Some(issuer) = own_issuer(&self.wiring.config)? {
            authenticator = authenticator.with_own(&issuer);
        }
        for issuer in &self.wiring.config.issuers {
            let external = ExternalIssuer {
                issuer: issuer.issuer.clone(),
                audience: issuer.audience.clone(),
                key_url: issuer.jwks.clone(),
            };
            authenticator = authenticator.with_external(external, Arc::new(HttpKeys::new()?));
        }
        let app = App::new(
            self.reception.clone(),
            Arc::clone(&self.database) as _,
            authenticator,
            metrics,
            Limits::default(),
        );
        Ok(Arc::new(app.with_pages(greffon_portal::pages(self.reception.alerts.clone()))))
    }
}

/// Makes ring the TLS provider of this process, unless there is one: HTTP
/// clients need one before they are built.
pub fn provide_tls() {
    // An error says that one is installed already.
    drop(rustls::crypto::ring::default_provider().install_default());
}

/// A fresh key from the system's random source.
pub fn new_key() -> anyhow::Result<String> {
    let mut seed = [0_u8; 32];
    getrandom::fill(&mut seed).context("the system gives no randomness")?;
    Ok(signing_key_pem(&seed))
}

/// The issuer of the configuration's own key, when there is one.
///
/// # Errors
/// When the key cannot be read.
pub fn own_issuer(config: &OperatorConfig) -> anyhow::Result<Option<Issuer>> {
    let Some(secret) = &config.keys.signing else { return Ok(None) };
    let pem = secret
        .read(&config.base)
        .map_err(|(message, _)| anyhow::anyhow!("{message}\n\nhint: make a key with: greffon token key"))?;
    Ok(Some(Issuer::from_pem(pem.expose_secret(), OWN_ISSUER, OWN_AUDIENCE)?))
}

/// The keys that seal what is kept of credentials, when there are any.
///
/// # Errors
/// When one of them cannot be read, or is none.
fn sealing_keys(config: &OperatorConfig) -> anyhow::Result<Option<SealingKeys>> {
    let hint = "hint: make a key with: greffon config sealing-key";
    let read = |secret: &SecretRef| {
        secret.read(&config.base).map_err(|(message, _)| anyhow::anyhow!("keys.sealing: {message}\n\n{hint}"))
    };
    let Some(current) = config.keys.sealing.as_ref().map(read).transpose()? else { return Ok(None) };
    let earlier = config.keys.sealing_earlier.iter().map(read).collect::<anyhow::Result<Vec<_>>>()?;
    let keys = SealingKeys::new(&current, &earlier);
    keys.map(Some).map_err(|error| anyhow::anyhow!("keys.sealing: {error}\n\n{hint}"))
}

/// The key of the hashes by which patients are found, when the operator gives one.
///
/// # Errors
/// When it cannot be read, or is none.
fn lookup_key(config: &OperatorConfig) -> anyhow::Result<Option<[u8; 32]>> {
    let hint = "hint: make a key with: greffon config sealing-key";
    let Some(secret) = &config.keys.lookup else { return Ok(None) };
    let text = secret.read(&config.base).map_err(|(message, _)| anyhow::anyhow!("keys.lookup: {message}\n\n{hint}"))?;
    let bytes = STANDARD.decode(text.expose_secret().trim()).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.map(Some).ok_or_else(|| anyhow::anyhow!("keys.lookup: it is not 32 bytes in base64\n\n{hint}"))
}

/// Makes the folder of an SQLite file.
///
/// # Errors
/// When it cannot be made.
pub fn make_storage_folder(url: &str) -> anyhow::Result<()> {
    let Some(path) = sqlite_file(url) else { return Ok(()) };
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot create the database's folder {}", folder.display())),
        _ => Ok(()),
    }
}

fn runtime_config(config: &OperatorConfig, installation: String) -> RuntimeConfig {
    let limits = &config.limits;
    RuntimeConfig {
        concurrent_calls: limits.concurrent_calls,
        concurrent_calls_per_practice: limits.concurrent_calls_per_practice,
        largest_memory_mib: limits.memory_mib,
        longest_deadline_ms: limits.deadline_ms,
        most_cpu_ms: limits.cpu_ms,
        prepared_mib: limits.prepared_mib,
        upstream_requests_per_minute: limits.upstream_requests_per_minute,
        allowed_networks: config
            .allow
            .iter()
            .map(|(practice, allow)| (practice.as_str().into(), allow.cidrs.clone()))
            .collect(),
        mail_folder: config.data.join("mail"),
        cache_folder: Some(config.data.join("compiled")),
        installation,
        panics_in_full: false,
        locale: environment::locale(|name| environment::variable(name).ok()),
    }
}

/// What practice files ask of the runtime.
struct Resolver(Arc<Runtime>);

impl Plugins for Resolver {
    fn resolve(&self, plugin: &str, files: Option<PluginFiles>) -> Result<PluginInfo, Problem> {
        let found = match files {
            None => self.0.find(plugin),
            Some(files) => self.0.load(files),
        };
        found.map_err(|error| Problem::lasting("plugin", error.to_string(), error.hint().unwrap_or_default()))
    }

    fn ungranted(&self, binding: &Binding) -> Vec<Ungranted> {
        self.0.ungranted(binding)
    }

    fn kept_settings(&self, binding: &Binding) -> Option<Arc<KeptSettings>> {
        self.0.kept_settings(binding)
    }

    fn earlier_settings(
        &self,
        practice: &PracticeId,
        feature: &FeatureId,
        plugin: &PluginInfo,
    ) -> Option<Arc<dyn EarlierSettings>> {
        self.0.earlier_settings(practice, feature, &plugin.reference)
    }

    fn analyse(&self, binding: &Binding) -> Result<Vec<Finding>, Problem> {
        self.0.analyse(binding)
    }

    fn bind(&self, binding: &Binding) -> Result<Bound, Problem> {
        self.0.bind(binding)
    }
}
