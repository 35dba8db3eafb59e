//! One `[features.<name>]`: settings, grants and credentials of a plugin.

use std::collections::BTreeMap;
use std::path::Path;

use greffon_core::model::practice::{Binding, Credential, CredentialScheme, Grants};
use serde_json::Value;

use super::practice::{Loaded, Loader, Plugins};
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
    let problem = |problem: super::practice::Problem| {
        let key = if problem.key.is_empty() { key.clone() } else { format!("{key}.{}", problem.key) };
        loader.source.at_key(&key, problem.message, problem.hint)
    };
    let plugin = plugins.resolve(&feature.plugin, loader.base).map_err(problem)?;
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

fn settings(loader: &Loader<'_>, key: &str, feature: &FeatureFile) -> Loaded<Value> {
    let mut settings = match &feature.settings_file {
        None => toml::Table::new(),
        Some(name) => {
            let path = loader.base.join(name);
            read_table(&path).map_err(|message| {
                let hint = "the path is relative to the practice file; the file is TOML".to_owned();
                loader.source.at_key(&format!("{key}.settings-file"), message, Some(hint))
            })?
        }
    };
    settings.extend(feature.settings.clone());
    Ok(json(toml::Value::Table(settings)))
}

fn read_table(path: &Path) -> Result<toml::Table, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("settings file \"{}\" cannot be read: {error}", path.display()))?;
    text.parse().map_err(|error: toml::de::Error| {
        format!("settings file \"{}\" is not TOML: {}", path.display(), error.message())
    })
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
    let read =
        |name: &str, part: &str, secret: &SecretRef| loader.secret(&format!("{key}.credentials.{name}.{part}"), secret);
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
