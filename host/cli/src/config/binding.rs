//! One `[features.<name>]`: settings, grants and credentials of a plugin.

use std::collections::BTreeMap;
use std::rc::Rc;

use greffon_core::model::practice::{Binding, Credential, CredentialScheme, Grants};
use greffon_core::model::triage::Finding;
use serde_json::Value;

use super::confined::Content;
use super::diagnostic::{Diagnostic, Source};
use super::loader::{Loaded, Loader};
use super::plugins::{Plugins, Problem};
use super::practice_file::{CredentialFile, FeatureFile};
use super::secret::SecretRef;

pub(super) fn build(loader: &Loader<'_>, id: &str, feature: &FeatureFile, plugins: &dyn Plugins) -> Loaded<Binding> {
    let key = format!("features.{id}");
    for (index, site) in feature.sites.iter().enumerate() {
        loader.known(&format!("{key}.sites.{index}"), "site", site, loader.file.sites.keys())?;
    }
    for (index, one) in feature.practitioners.iter().enumerate() {
        let key = format!("{key}.practitioners.{index}");
        loader.known(&key, "practitioner", one, loader.file.practitioners.keys())?;
    }
    for (index, one) in feature.recipients.iter().filter(|one| *one != "patient").enumerate() {
        let key = format!("{key}.recipients.{index}");
        loader.known(&key, "recipient", one, loader.file.recipients.keys())?;
    }
    let problem = |problem| refused(loader, id, feature, problem);
    let files = loader.plugin_files(&format!("{key}.plugin"), &feature.plugin)?;
    let plugin = plugins.resolve(&feature.plugin, files).map_err(problem)?;
    let binding = Binding {
        feature: id.into(),
        plugin: plugin.reference,
        kind: plugin.kind,
        sites: feature.sites.iter().map(|one| one.as_str().into()).collect(),
        practitioners: feature.practitioners.iter().map(|one| one.as_str().into()).collect(),
        recipients: feature.recipients.clone(),
        settings: settings(loader, &key, feature)?,
        grants: Grants {
            http: feature.grants.http.clone(),
            keyvalue: feature.grants.keyvalue,
            mail: feature.grants.mail,
        },
        credentials: credentials(loader, &key, feature)?,
    };
    plugins.check(&binding).map_err(problem)?;
    Ok(binding)
}

/// What a plugin, or its manifest, says against a binding, at its place.
pub(super) fn refused(loader: &Loader<'_>, id: &str, feature: &FeatureFile, problem: Problem) -> Diagnostic {
    let Problem { key, message, hint } = problem;
    if let Some(inner) = key.strip_prefix("settings")
        && let Some(content) = settings_file(loader, feature, inner.trim_start_matches('.'))
        && let Ok(text) = content.text()
    {
        return Source { file: &content.path, text }.at_key(inner.trim_start_matches('.'), message, hint);
    }
    let key = if key.is_empty() { format!("features.{id}") } else { format!("features.{id}.{key}") };
    loader.source.at_key(&key, message, hint)
}

/// What a plugin's analysis finds in its settings, at its place.
pub(super) fn found(loader: &Loader<'_>, id: &str, feature: &FeatureFile, finding: &Finding) -> Diagnostic {
    // A JSON Pointer (RFC 6901) without escapes, as far as settings have keys
    // of plain words.
    let key = finding.path.replace('/', ".");
    let message = match key.trim_start_matches('.') {
        "" => finding.message.clone(),
        key => format!("{key}: {}", finding.message),
    };
    refused(loader, id, feature, Problem { key: format!("settings{key}"), message, hint: None })
}

/// The settings file, when that is where a key of the settings comes from.
fn settings_file(loader: &Loader<'_>, feature: &FeatureFile, key: &str) -> Option<Rc<Content>> {
    let first = key.split('.').next().unwrap_or_default();
    if feature.settings.contains_key(first) {
        return None;
    }
    loader.settings_file("", feature.settings_file.as_ref()?).ok()
}

fn settings(loader: &Loader<'_>, key: &str, feature: &FeatureFile) -> Loaded<Value> {
    let mut settings = match &feature.settings_file {
        None => toml::Table::new(),
        Some(name) => {
            let key = format!("{key}.settings-file");
            let content = loader.settings_file(&key, name)?;
            let text = content.text().or_else(|refused| loader.fail(&key, refused.to_string(), "save it as UTF-8"))?;
            text.parse().map_err(|error| Source { file: &content.path, text }.unreadable(&error))?
        }
    };
    settings.extend(feature.settings.clone());
    Ok(json(toml::Value::Table(settings)))
}

/// TOML has dates where JSON has none: they become text. A float that JSON
/// cannot hold becomes null, which no schema accepts.
fn json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(flag) => Value::Bool(flag),
        toml::Value::Datetime(at) => Value::String(at.to_string()),
        toml::Value::Array(items) => items.into_iter().map(json).collect(),
        toml::Value::Table(table) => table.into_iter().map(|(key, value)| (key, json(value))).collect(),
    }
}

fn credentials(loader: &Loader<'_>, key: &str, feature: &FeatureFile) -> Loaded<BTreeMap<String, Credential>> {
    let read = |name: &str, part: &str, secret: &SecretRef| {
        loader.secret(&format!("{key}.credentials.{name}.{part}"), name, secret)
    };
    feature
        .credentials
        .iter()
        .map(|(name, written)| {
            let credential = match written {
                CredentialFile::Basic { username, password, origin } => Credential {
                    scheme: CredentialScheme::Basic {
                        username: username.clone(),
                        password: read(name, "password", password)?,
                    },
                    origin: Some(origin.clone()),
                },
                CredentialFile::Bearer { token, origin } => Credential {
                    scheme: CredentialScheme::Bearer { token: read(name, "token", token)? },
                    origin: Some(origin.clone()),
                },
                CredentialFile::Header { name: header, value, origin } => Credential {
                    scheme: CredentialScheme::Header { name: header.clone(), value: read(name, "value", value)? },
                    origin: Some(origin.clone()),
                },
                CredentialFile::Key { key: secret } => {
                    Credential { scheme: CredentialScheme::Key { key: read(name, "key", secret)? }, origin: None }
                }
            };
            Ok((name.clone(), credential))
        })
        .collect()
}
