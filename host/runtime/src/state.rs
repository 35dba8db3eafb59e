//! The data of one call's store. Capabilities are implemented on
//! [`CallState`]; everything of the practice is in here, and nowhere else in
//! the runtime's reach of a guest.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use greffon_core::ids::{FeatureId, PracticeId};
use greffon_core::ports::clock::Clock;
use greffon_core::ports::keyvalue::KeyValue;
use greffon_kinds::PluginKind;
use ipnet::IpNet;
use sha2::{Digest as _, Sha256};
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView};

use crate::binding::{Credential, MailRelay};
use crate::capability::http::{Connections, oauth};
use crate::constants::Constants;
use crate::inline::Pace;
use crate::limits::{Limits, StoreLimiter};
use crate::origin::Origin;
use crate::places::Places;
use crate::trail::Trail;
use crate::wasi;
use crate::window::{Window, WithinWindow};

/// A feature of a practice, ready to be called: what its file says, cut down to
/// what the manifest asks for. Made once per binding, and kept for as long as
/// that is the same.
#[derive(Debug)]
pub struct Bound {
    /// The practice.
    pub practice: PracticeId,
    /// The practice's name for the binding.
    pub feature: FeatureId,
    /// The plugin's id.
    pub plugin: String,
    /// What it is.
    pub kind: PluginKind,
    /// Settings as canonical JSON (RFC 8785), valid and with defaults.
    pub settings: String,
    /// Manifest ∧ practice.
    pub granted: Granted,
    /// The credentials that are granted, by name.
    pub credentials: BTreeMap<String, Credential>,
    /// What gets access tokens for those of them that are refresh tokens.
    pub(crate) refresh_grants: oauth::Grants,
    /// The practice's relay; mail goes to the host's folder without one.
    pub mail: Option<MailRelay>,
    /// Networks that the operator opens for this practice: its private
    /// addresses, and unprotected HTTP and SMTP to them.
    pub opened: Vec<IpNet>,
    /// Limits of a call.
    pub limits: Limits,
    /// Whether its calls may begin on their caller's thread.
    pub(crate) pace: Pace,
    /// Its way out, shared with no other binding.
    pub connections: Connections,
    /// Calls at once of its practice, over all bindings.
    pub places: Arc<Places>,
    /// What the log may say of its panics.
    pub(crate) constants: Arc<Constants>,
}

impl Bound {
    /// Digest of what decides to which outside things its calls are about: plugin,
    /// settings, granted origins.
    pub(crate) fn digest(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(format!("{:?}", (&self.plugin, &self.settings, &self.granted.http)));
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The same feature under other limits, with connections of its own.
    pub(crate) fn within(&self, limits: Limits) -> Self {
        Self {
            practice: self.practice.clone(),
            feature: self.feature.clone(),
            plugin: self.plugin.clone(),
            kind: self.kind,
            settings: self.settings.clone(),
            granted: self.granted.clone(),
            credentials: self.credentials.clone(),
            refresh_grants: self.refresh_grants.clone(),
            mail: self.mail.clone(),
            opened: self.opened.clone(),
            limits,
            connections: Connections::default(),
            pace: Pace::default(),
            places: Arc::clone(&self.places),
            constants: Arc::clone(&self.constants),
        }
    }
}

crate::with_powers! {
    /// What a feature may do: asked for by its manifest and granted by its
    /// practice.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct Granted {
        /// Origins that requests may go to.
        pub http: Vec<Origin>,
    }
}

/// What all calls share.
pub struct Services {
    /// Civil time. Deadlines do not use it: a simulated day must not end them.
    pub clock: Arc<dyn Clock>,
    /// Where key-value spaces are kept.
    pub keyvalue: Arc<dyn KeyValue>,
    /// The id of this installation of greffon.
    pub installation: String,
    /// Where mail of practices without a relay goes, as `.eml` files; `None`
    /// refuses it.
    pub mail_folder: Option<Box<Path>>,
}

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Services").field("mail_folder", &self.mail_folder).finish_non_exhaustive()
    }
}

/// What a call used so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Log entries, dropped ones included.
    pub log_lines: u32,
    /// Key-value operations.
    pub keyvalue_operations: u32,
    /// Bytes that open compare-and-swap handles hold now.
    pub keyvalue_held_bytes: u64,
    /// Steps of the expansion of recurrence rules.
    pub calendar_steps: u64,
}

/// The state of one call.
pub struct CallState {
    /// Whose call it is.
    pub bound: Arc<Bound>,
    /// What all calls share.
    pub services: Arc<Services>,
    /// When the call must have ended. Host functions that wait stop then.
    pub deadline: Instant,
    /// What was used so far.
    pub counters: Counters,
    /// Resources that the guest holds handles to.
    pub table: ResourceTable,
    /// Memory and tables.
    pub(crate) limiter: StoreLimiter,
    /// Made at the first use: most guests of a pure kind never ask.
    wasi: Option<WasiCtx>,
    http: WasiHttpCtx,
    egress: Option<Box<dyn WasiHttpHooks>>,
    /// Until when the call may write, if that has an end.
    pub(crate) window: Option<Arc<Window>>,
    /// What becomes of what it asks outside.
    pub(crate) trail: Arc<Trail>,
}

/// Handles that one call may hold at once.
const HANDLES: usize = 1_000;

impl CallState {
    /// The state of a call that begins now. `egress` decides on every HTTP
    /// request.
    #[must_use]
    pub fn new(bound: Arc<Bound>, services: Arc<Services>, egress: Box<dyn WasiHttpHooks>) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(HANDLES);
        Self {
            deadline: Instant::now() + bound.limits.deadline,
            limiter: StoreLimiter::new(bound.limits.memory_bytes),
            bound,
            services,
            counters: Counters::default(),
            table,
            wasi: None,
            http: WasiHttpCtx::new(),
            egress: Some(egress),
            window: None,
            trail: Arc::default(),
        }
    }

    /// Lets the call write only within a window.
    pub(crate) fn write_within(&mut self, window: &Arc<Window>) {
        self.window = Some(Arc::clone(window));
        let outer = |inner| Box::new(WithinWindow { inner, window: Arc::clone(window) }) as Box<dyn WasiHttpHooks>;
        self.egress = self.egress.take().map(outer);
    }

    /// How long the call may still take; zero when it is over.
    #[must_use]
    pub fn time_left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }
}

impl WasiView for CallState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let pure = self.bound.kind.spec().pure;
        let ctx = self.wasi.get_or_insert_with(|| match pure {
            true => wasi::inert(),
            false => wasi::connected(&self.services.clock),
        });
        WasiCtxView { ctx, table: &mut self.table }
    }
}

impl WasiHttpView for CallState {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        let Self { http, table, egress, .. } = self;
        let hooks = egress.as_mut().expect("it is taken only to be put back at once");
        WasiHttpCtxView { ctx: http, table, hooks: hooks.as_mut() }
    }
}
