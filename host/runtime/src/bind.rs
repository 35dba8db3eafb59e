//! The only way from a practice's file to a plugin.
//!
//! A binding that did not change is the same binding after its file was read
//! again: with its breaker, its connections and what its plugin said of itself.
//! Nothing here holds on to one; it is gone with the last revision of a
//! practice that has it, and with the last step that uses such a revision.

use std::fmt::Debug;
use std::sync::Arc;

use greffon_core::model::triage::Finding;
use greffon_core::ports::plugins::Bound;
use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};

use crate::binding::{Binding, Credential, CredentialScheme, MailRelay};
use crate::breaker::Breaker;
use crate::capability::http::{Connections, oauth};
use crate::failures::Failures;
use crate::grants::{self, Ungranted};
use crate::inline::Pace;
use crate::kind;
use crate::live::Fingerprint;
use crate::problem::{Problem, first};
use crate::ready::Ready;
use crate::runtime::Runtime;
use crate::state;

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
        let (breaker, failures) = (Breaker::new(manifest.kind, self.breaker), Failures::default());
        let (caller, caps) = (Arc::clone(&self.caller), self.registry.caps().clone());
        let prepared = Arc::clone(&self.prepared);
        Ok(Ready { bound: Arc::new(bound), plugin, breaker, failures, prepared, caller, caps })
    }
}

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
            CredentialScheme::Client { token_url, client_id, client_secret, scope } => {
                self.texts(["oauth2-client", token_url, client_id, client_secret.expose_secret()]);
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
