//! The plugins of this installation: each component is compiled once, whatever
//! the number of practices that use it.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use greffon_kinds::PluginKind;
use greffon_words::Locale;
use serde::Serialize;
use thiserror::Error;
use wasmtime::Engine;
use wasmtime::component::{Component, InstancePre};

use crate::api_version::{ApiTrack, SERVED};
use crate::cache::Cache;
use crate::constants::Constants;
use crate::kind;
use crate::limits::{AboveCap, Limits};
use crate::linker::Linkers;
use crate::manifest::{Manifest, ManifestError};
use crate::nearest::nearest;
use crate::package::{self, PackageError};
use crate::plugin::Plugin;
use crate::powers::Powers as _;
use crate::settings::Schema;
use crate::state::CallState;

/// What is known of a plugin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PluginInfo {
    /// What [`Binding::plugin`](crate::binding::Binding::plugin)
    /// must hold so that calls reach exactly this component: the bundled name,
    /// or the file's absolute path with its digest.
    pub reference: String,
    /// Its name.
    pub id: String,
    /// What it is.
    pub kind: PluginKind,
    /// Its version.
    pub version: String,
    /// The contract that it was written for: `0.1`.
    pub api: String,
    /// SHA-256 of the component, hex.
    pub digest: String,
    /// Size of the component.
    pub size_bytes: usize,
    /// SPDX expression.
    pub licence: String,
    /// One line for people.
    pub description: String,
    /// `health`, `personal`, `public`.
    pub data: Vec<&'static str>,
    /// What it asks for, as in its manifest: `http https://*.example`,
    /// `keyvalue`, `mail`, `credential dav`.
    pub asks: Vec<String>,
}

/// A plugin that is not bundled, as whoever opened its files read them. The
/// runtime opens none: it does not know what a practice may name.
#[derive(Clone, Debug)]
pub struct PluginFiles {
    /// Where the component is: what references and errors call it.
    pub path: PathBuf,
    /// The component.
    pub component: Vec<u8>,
    /// The only SHA-256 that it may have, hex, when the practice pins one.
    pub pinned: Option<String>,
    /// What stands beside it.
    pub manifest: Manifest,
}

/// Why a plugin cannot be loaded.
#[derive(Debug, Error)]
pub enum LoadError {
    /// No bundled plugin.
    #[error("unknown plugin \"{name}\"")]
    Unknown {
        /// What was written.
        name: String,
        /// The bundled ones.
        known: Vec<String>,
    },
    /// The manifest.
    #[error(transparent)]
    Manifest(#[from] Box<ManifestError>),
    /// The manifest is for another contract.
    #[error("plugin \"{id}\" is written for greffon API {api}, this host serves {SERVED}")]
    Api {
        /// Which plugin.
        id: String,
        /// Its contract.
        api: String,
    },
    /// The component.
    #[error("plugin \"{id}\": {source}")]
    Package {
        /// Which plugin.
        id: String,
        /// What is wrong with it.
        source: PackageError,
    },
    /// The component cannot be compiled, or wants something that its kind is
    /// not given.
    #[error("plugin \"{id}\" cannot be linked: {why}")]
    Link {
        /// Which plugin.
        id: String,
        /// What wasmtime says.
        why: String,
    },
    /// It needs more than the operator allows.
    #[error("plugin \"{id}\": {source}")]
    Limit {
        /// Which plugin.
        id: String,
        /// Which limit.
        source: AboveCap,
    },
    /// Another component than the one that was pinned.
    #[error("{} has the digest {found}, not {pinned}", path.display())]
    Digest {
        /// Which file.
        path: PathBuf,
        /// What the reference says.
        pinned: String,
        /// What the file has.
        found: String,
    },
    /// A bundled plugin is registered under another name than its own.
    #[error("the manifest of bundled plugin \"{name}\" has the id \"{id}\"")]
    Misnamed {
        /// What it was registered as.
        name: String,
        /// What it calls itself.
        id: String,
    },
}

impl LoadError {
    /// What to do, where the message does not say it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown { name, known } => {
                let names: Vec<&str> = known.iter().map(String::as_str).collect();
                let near = nearest(name, &names).map(|near| format!("did you mean \"{near}\"? "));
                let bundled = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
                Some(format!(
                    "{}bundled: {bundled}; a path holds a \"/\", such as \"./plugins/{name}\"",
                    near.unwrap_or_default()
                ))
            }
            Self::Api { .. } => Some(format!("build it with the SDK for {}", ApiTrack::of(SERVED))),
            Self::Link { .. } => Some("build it again with the greffon SDK of this version".to_owned()),
            Self::Digest { .. } => {
                Some("check where the file comes from; then write its digest into the reference".to_owned())
            }
            Self::Manifest(_) | Self::Package { .. } | Self::Limit { .. } | Self::Misnamed { .. } => None,
        }
    }
}

/// All plugins that were registered or resolved.
pub(crate) struct Registry {
    engine: Engine,
    linkers: Linkers,
    cache: Option<Cache>,
    caps: Limits,
    /// In which language people read what is wrong with settings.
    locale: Locale,
    bundled: RwLock<BTreeMap<String, Arc<Plugin>>>,
    /// By [`PluginInfo::reference`].
    files: RwLock<HashMap<String, Arc<Plugin>>>,
}

impl Registry {
    pub(crate) fn new(engine: Engine, caps: Limits, cache: Option<Cache>, locale: Locale) -> wasmtime::Result<Self> {
        let linkers = Linkers::new(&engine)?;
        Ok(Self { engine, linkers, cache, caps, locale, bundled: RwLock::default(), files: RwLock::default() })
    }

    /// What the operator allows at most.
    pub(crate) fn caps(&self) -> &Limits {
        &self.caps
    }

    /// Registers a plugin that is part of the host.
    pub(crate) fn register_bundled(&self, name: &str, manifest: &str, component: &[u8]) -> Result<(), LoadError> {
        let manifest = Manifest::parse(&Path::new(name).join("plugin.toml"), manifest, |schema| {
            Err(format!("a bundled plugin has its schema in its manifest, not in {schema:?}"))
        })?;
        if manifest.id.as_str() != name {
            return Err(LoadError::Misnamed { name: name.to_owned(), id: manifest.id.to_string() });
        }
        let plugin = self.load(manifest, component)?;
        write(&self.bundled).insert(name.to_owned(), Arc::new(plugin));
        Ok(())
    }

    /// The bundled plugin of a name.
    pub(crate) fn find(&self, name: &str) -> Result<PluginInfo, LoadError> {
        let bundled = read(&self.bundled);
        match bundled.get(name) {
            Some(plugin) => Ok(info(name, plugin)),
            None => Err(LoadError::Unknown { name: name.to_owned(), known: bundled.keys().cloned().collect() }),
        }
    }

    /// Takes a plugin that is not bundled. Compiles, so it may take seconds.
    pub(crate) fn take(&self, files: PluginFiles) -> Result<PluginInfo, LoadError> {
        let PluginFiles { path, component, pinned, manifest } = files;
        let digest = package::digest(&component);
        if let Some(pinned) = pinned.filter(|pinned| !pinned.eq_ignore_ascii_case(&digest)) {
            return Err(LoadError::Digest { path, pinned, found: digest });
        }
        // What names this content from now on, whatever happens to the file.
        let reference = format!("{}#sha256:{digest}", path.display());
        if let Some(plugin) = read(&self.files).get(&reference).filter(|plugin| plugin.manifest == manifest) {
            return Ok(info(&reference, plugin));
        }
        let plugin = Arc::new(self.load(manifest, &component)?);
        let found = info(&reference, &plugin);
        let mut files = write(&self.files);
        // Earlier contents of files, once no practice uses them any more.
        files.retain(|_, plugin| Arc::strong_count(plugin) > 1);
        files.insert(reference, plugin);
        Ok(found)
    }

    /// The plugin of a reference. Never loads anything: a call must not wait
    /// for a compiler.
    pub(crate) fn get(&self, reference: &str) -> Option<Arc<Plugin>> {
        read(&self.bundled).get(reference).or(read(&self.files).get(reference)).cloned()
    }

    /// The bundled plugins, sorted by name.
    pub(crate) fn bundled(&self) -> Vec<PluginInfo> {
        read(&self.bundled).iter().map(|(name, plugin)| info(name, plugin)).collect()
    }

    fn load(&self, manifest: Manifest, component: &[u8]) -> Result<Plugin, LoadError> {
        let id = manifest.id.to_string();
        if manifest.api != ApiTrack::of(SERVED) {
            return Err(LoadError::Api { id, api: manifest.api.to_string() });
        }
        let package_error = |source| LoadError::Package { id: id.clone(), source };
        let inspection = package::inspect(component).map_err(package_error)?;
        inspection.check(manifest.kind).map_err(package_error)?;
        let limits = Limits::of(manifest.kind)
            .with(&manifest.limits, &self.caps)
            .map_err(|source| LoadError::Limit { id: id.clone(), source })?;
        let schema = match &manifest.settings_schema {
            Some(document) => Schema::compile(document).map_err(|why| LoadError::Link { id: id.clone(), why })?,
            None => Schema::none(),
        }
        .in_locale(self.locale);
        let guest = match self.linked(&inspection.digest, manifest.kind) {
            Some(guest) => guest,
            None => self
                .component(&inspection.digest, component)
                .and_then(|component| self.link(manifest.kind, &component))
                .map_err(|error| LoadError::Link { id, why: one_line(&error) })?,
        };
        let constants = Arc::new(Constants::of(component));
        Ok(Plugin {
            manifest,
            digest: inspection.digest,
            size_bytes: inspection.size_bytes,
            schema,
            limits,
            constants,
            guest,
        })
    }

    /// The same component under another name or manifest is not compiled again.
    fn linked(&self, digest: &str, kind: PluginKind) -> Option<InstancePre<CallState>> {
        let same = |plugin: &&Arc<Plugin>| plugin.digest == digest && plugin.manifest.kind == kind;
        let bundled = read(&self.bundled).values().find(same).map(|plugin| plugin.guest.clone());
        bundled.or_else(|| read(&self.files).values().find(same).map(|plugin| plugin.guest.clone()))
    }

    fn component(&self, digest: &str, bytes: &[u8]) -> wasmtime::Result<Component> {
        if let Some(component) = self.cache.as_ref().and_then(|cache| cache.get(digest, &self.engine)) {
            return Ok(component);
        }
        let component = Component::from_binary(&self.engine, bytes)?;
        if let Some(cache) = &self.cache {
            cache.put(digest, &component);
        }
        Ok(component)
    }

    fn link(&self, kind: PluginKind, component: &Component) -> wasmtime::Result<InstancePre<CallState>> {
        let linked = self.linkers.of(kind).instantiate_pre(component)?;
        (kind::served(kind).fits)(&linked)?;
        Ok(linked)
    }
}

fn info(reference: &str, plugin: &Plugin) -> PluginInfo {
    let manifest = &plugin.manifest;
    let mut asks: Vec<String> = manifest.asks.http.iter().map(|origin| format!("http {origin}")).collect();
    let powers = manifest.asks.powers().into_iter().filter(|(_, asked)| *asked);
    asks.extend(powers.map(|(power, _)| power.to_owned()));
    asks.extend(manifest.asks.credentials.iter().map(|name| format!("credential {name}")));
    PluginInfo {
        reference: reference.to_owned(),
        id: manifest.id.to_string(),
        kind: manifest.kind,
        version: manifest.version.to_string(),
        api: manifest.api.to_string(),
        digest: plugin.digest.clone(),
        size_bytes: plugin.size_bytes,
        licence: manifest.licence.clone(),
        description: manifest.description.clone(),
        data: manifest.data.iter().map(|class| class.as_str()).collect(),
        asks,
    }
}

/// wasmtime's errors are chains over several lines.
fn one_line(error: &wasmtime::Error) -> String {
    let text = format!("{error:#}");
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(400).collect()
}

// The maps only grow by whole entries: they are whole whatever panicked.
fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
