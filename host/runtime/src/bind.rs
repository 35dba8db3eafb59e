//! The only way from a practice's file to a plugin.
//!
//! A binding that did not change is the same binding after its file was read
//! again: with its breaker, its connections and what its plugin said of itself.
//! Nothing here holds on to one; it is gone with the last revision of a
//! practice that has it, and with the last step that uses such a revision.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;

use futures::future::BoxFuture;
use greffon_core::model::triage::Finding;
use greffon_core::ports::clock::Clock;
use greffon_core::ports::plugins::{Agenda, Bound, Channel, PluginFailure, Script, Triage};
use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};
use wasmtime::Store;

use crate::binding::{Binding, Credential, CredentialScheme, MailRelay};
use crate::breaker::{Breaker, Outcome};
use crate::capability::http::{Connections, oauth};
use crate::failure::Failure;
use crate::grants::{self, Ungranted};
use crate::inline::Pace;
use crate::instance::Caller;
use crate::kind;
use crate::limits::Limits;
use crate::prepared::PreparedSettings;
use crate::problem::{Problem, first};
use crate::registry::Plugin;
use crate::runtime::Runtime;
use crate::state::{self, CallState};

impl Runtime {
    /// Binds a plugin to a feature: checks settings, grants and credentials
    /// against its manifest and asks it what it is, which needs no network. A
    /// binding that is in use already, the same in everything, is given again
    /// and asked nothing.
    ///
    /// Blocks this thread for as long as the plugin takes: not for async code.
    ///
    /// # Errors
    /// The first thing that keeps it from being used. One that is `passing` may
    /// be over at the next try.
    pub fn bind(&self, binding: &Binding) -> Result<Bound, Problem> {
        let ready = self.ready(binding)?;
        let fingerprint = fingerprint(&ready);
        if let Some(kept) = self.live.get(&fingerprint) {
            return Ok(kept);
        }
        let made = (kind::served(ready.plugin.manifest.kind).bind)(ready)?;
        Ok(self.live.keep(fingerprint, made))
    }

    /// Asks the plugin of a binding what is wrong with its settings. Kinds that
    /// have no such analysis have nothing to say.
    ///
    /// Nobody waits on the line for this: the analysis has the operator's caps
    /// of time, and this thread is blocked for as long.
    ///
    /// # Errors
    /// What is wrong with the binding, or that the plugin gave no answer.
    pub fn analyse(&self, binding: &Binding) -> Result<Vec<Finding>, Problem> {
        let ready = self.ready(binding)?;
        match kind::served(ready.plugin.manifest.kind).analyse {
            Some(analyse) => analyse(&ready),
            None => Ok(Vec::new()),
        }
    }

    /// What the plugin of a binding asks for and is not granted; nothing for a
    /// plugin that is not loaded. What is needed keeps it from being bound.
    pub fn ungranted(&self, binding: &Binding) -> Vec<Ungranted> {
        let plugin = self.registry.get(&binding.plugin);
        plugin
            .map_or_else(Vec::new, |plugin| grants::ungranted(&plugin.manifest, &binding.grants, &binding.credentials))
    }

    fn ready(&self, binding: &Binding) -> Result<Ready, Problem> {
        let Some(plugin) = self.registry.get(&binding.plugin) else {
            let message = format!("plugin \"{}\" is not loaded", binding.plugin);
            return Err(Problem::lasting("plugin", message, "resolve it when the practice's file is read"));
        };
        let manifest = &plugin.manifest;
        let settings = plugin.settings(&binding.settings);
        let granted = grants::granted(manifest, binding);
        let (settings, granted) = match (settings, granted) {
            (Ok(settings), Ok(granted)) => (settings, granted),
            (Err(problems), _) | (_, Err(problems)) => return Err(first(problems)),
        };
        let credentials = grants::credentials_of(manifest, binding);
        let clock = &self.caller.services.clock;
        let refresh_grants =
            oauth::Grants::of(&binding.practice, &binding.feature, &credentials, self.sealing.as_ref(), clock)?;
        let bound = state::Bound {
            practice: binding.practice.clone(),
            feature: binding.feature.clone(),
            plugin: manifest.id.to_string(),
            kind: manifest.kind,
            settings,
            credentials,
            refresh_grants,
            mail: binding.mail.clone().filter(|_| granted.mail),
            granted,
            opened: self.opened.get(&binding.practice).cloned().unwrap_or_default(),
            limits: plugin.limits.clone(),
            pace: Pace::default(),
            connections: Connections::default(),
            places: self.caller.permits.of(&binding.practice),
            constants: Arc::clone(&plugin.constants),
        };
        let breaker = Breaker::new(self.breaker);
        let (caller, caps) = (Arc::clone(&self.caller), self.registry.caps().clone());
        let prepared = Arc::clone(&self.prepared);
        Ok(Ready { bound: Arc::new(bound), plugin, breaker, prepared, caller, caps })
    }
}

/// A feature that can be called. Each kind builds its calls on one.
pub(crate) struct Ready {
    pub bound: Arc<state::Bound>,
    pub plugin: Arc<Plugin>,
    pub breaker: Breaker,
    pub prepared: Arc<PreparedSettings>,
    caller: Arc<Caller>,
    caps: Limits,
}

impl Ready {
    /// The clock that all calls share.
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.caller.services.clock)
    }

    /// Calls the guest, if its breaker lets the call through.
    pub(crate) async fn call<T, F>(&self, function: &'static str, run: F) -> Result<T, PluginFailure>
    where
        T: Send + 'static,
        F: for<'s> FnOnce(&'s mut Store<CallState>) -> BoxFuture<'s, wasmtime::Result<T>> + Send + 'static,
    {
        let clock = self.caller.services.clock.as_ref();
        if !self.breaker.admits(clock) {
            return Err(PluginFailure::Suspended);
        }
        let answer = self.caller.call(&self.bound, function, run).await;
        let outcome = match &answer {
            Ok(_) => Outcome::Answered,
            Err(Failure::Busy) => Outcome::NotRun,
            Err(Failure::Trapped(_) | Failure::Limit(_)) => Outcome::Failed,
        };
        if self.breaker.report(outcome, clock) {
            tracing::error!(
                practice.id = %self.bound.practice, feature = %self.bound.feature, plugin.name = self.bound.plugin,
                "calls of feature \"{}\" are suspended after repeated failures of its plugin", self.bound.feature
            );
        }
        answer.map_err(PluginFailure::from)
    }

    /// Asks the guest something while it is bound. Nobody waits on the line: it
    /// has the operator's caps of time, and this thread is blocked for as long.
    /// What comes of it says nothing about later calls, so the breaker hears
    /// nothing of it.
    pub(crate) fn ask<T, F>(&self, function: &'static str, run: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: for<'s> FnOnce(&'s mut Store<CallState>) -> BoxFuture<'s, wasmtime::Result<T>> + Send + 'static,
    {
        let unhurried = Arc::new(self.bound.within(Limits {
            deadline: self.caps.deadline,
            cpu: self.caps.cpu,
            output_bytes: self.caps.output_bytes,
            transfer_bytes: self.caps.transfer_bytes,
            ..self.bound.limits.clone()
        }));
        let call = || self.caller.guests.block_on(self.caller.call(&unhurried, function, run));
        // A thread of its own: the caller's may be one of those that must not
        // block on a future.
        let answer =
            thread::scope(|scope| scope.spawn(call).join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        answer.map_err(|failure| {
            let message = format!("{function} gave no answer: {}", PluginFailure::from(failure));
            Problem::passing("plugin", message, "it is tried again; if it stays, tell the plugin's author")
        })
    }
}

/// What two bindings must agree on to be one.
type Fingerprint = [u8; 32];

fn fingerprint(ready: &Ready) -> Fingerprint {
    let state::Bound {
        practice,
        feature,
        plugin,
        kind,
        settings,
        granted,
        credentials,
        mail,
        opened,
        limits,
        // Made for the binding, and no part of what it is.
        pace: _,
        connections: _,
        refresh_grants: _,
        places: _,
        // Part of the component, whose digest is hashed.
        constants: _,
    } = ready.bound.as_ref();
    let mut hash = Hash(Sha256::new());
    hash.texts([practice.as_str(), feature.as_str(), plugin, kind.as_str(), &ready.plugin.digest, settings]);
    hash.shown(granted);
    hash.shown(opened);
    hash.shown(limits);
    for (name, credential) in credentials {
        hash.text(name);
        hash.credential(credential);
    }
    if let Some(relay) = mail {
        hash.relay(relay);
    }
    hash.0.finalize().into()
}

struct Hash(Sha256);

impl Hash {
    fn text(&mut self, text: &str) {
        // With its length, so that no two lists of texts are one.
        self.0.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
        self.0.update(text.as_bytes());
    }

    fn texts<const N: usize>(&mut self, texts: [&str; N]) {
        texts.into_iter().for_each(|text| self.text(text));
    }

    /// What has no secret in it. Such a hash never leaves the process, so the
    /// form need not last.
    fn shown(&mut self, value: &impl Debug) {
        self.text(&format!("{value:?}"));
    }

    fn credential(&mut self, credential: &Credential) {
        self.shown(&credential.origin);
        match &credential.scheme {
            CredentialScheme::Basic { username, password } => {
                self.texts(["basic", username, password.expose_secret()]);
            }
            CredentialScheme::Bearer { token } => {
                self.texts(["bearer", token.expose_secret()]);
            }
            CredentialScheme::Header { name, value } => {
                self.texts(["header", name, value.expose_secret()]);
            }
            CredentialScheme::RefreshToken { token_url, client_id, client_secret, refresh_token, scope } => {
                self.texts(["oauth2-refresh", token_url, client_id, refresh_token.expose_secret()]);
                self.text(client_secret.as_ref().map_or("", |secret| secret.expose_secret()));
                self.shown(scope);
            }
            CredentialScheme::ClientCertificate { certificate, key } => {
                self.texts(["client-certificate", certificate, key.expose_secret()]);
            }
            CredentialScheme::Key { key } => {
                self.texts(["key", key.expose_secret()]);
            }
        }
    }

    fn relay(&mut self, relay: &MailRelay) {
        let MailRelay { host, port, security, login, from, max_sensitivity } = relay;
        self.text(host);
        self.shown(&(port, security, max_sensitivity));
        self.text(from);
        if let Some((user, password)) = login {
            self.texts([user, password.expose_secret()]);
        }
    }
}

/// The bindings that somebody uses.
#[derive(Default)]
pub(crate) struct LiveBindings(Mutex<HashMap<Fingerprint, WeakBound>>);

impl LiveBindings {
    fn get(&self, fingerprint: &Fingerprint) -> Option<Bound> {
        self.lock().get(fingerprint).and_then(WeakBound::upgrade)
    }

    /// The binding that everybody uses: this one, unless somebody was as fast.
    fn keep(&self, fingerprint: Fingerprint, bound: Bound) -> Bound {
        let mut live = self.lock();
        if let Some(kept) = live.get(&fingerprint).and_then(WeakBound::upgrade) {
            return kept;
        }
        live.retain(|_, other| other.is_live());
        live.insert(fingerprint, WeakBound::of(&bound));
        bound
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Fingerprint, WeakBound>> {
        // Entries are added and removed as a whole: the map is whole whatever
        // panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum WeakBound {
    Triage(Weak<dyn Triage>),
    Script(Weak<dyn Script>),
    Agenda(Weak<dyn Agenda>),
    Channel(Weak<dyn Channel>),
}

impl WeakBound {
    fn of(bound: &Bound) -> Self {
        match bound {
            Bound::Triage(bound) => Self::Triage(Arc::downgrade(bound)),
            Bound::Script(bound) => Self::Script(Arc::downgrade(bound)),
            Bound::Agenda(bound) => Self::Agenda(Arc::downgrade(bound)),
            Bound::Channel(bound) => Self::Channel(Arc::downgrade(bound)),
        }
    }

    fn upgrade(&self) -> Option<Bound> {
        match self {
            Self::Triage(bound) => bound.upgrade().map(Bound::Triage),
            Self::Script(bound) => bound.upgrade().map(Bound::Script),
            Self::Agenda(bound) => bound.upgrade().map(Bound::Agenda),
            Self::Channel(bound) => bound.upgrade().map(Bound::Channel),
        }
    }

    fn is_live(&self) -> bool {
        match self {
            Self::Triage(bound) => bound.strong_count() > 0,
            Self::Script(bound) => bound.strong_count() > 0,
            Self::Agenda(bound) => bound.strong_count() > 0,
            Self::Channel(bound) => bound.strong_count() > 0,
        }
    }
}
