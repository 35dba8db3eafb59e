//! `plugin.toml`: what a plugin is, what it asks for, what settings it takes.

mod error;
mod origin_ask;

use std::path::Path;

use greffon_core::model::practice::PluginKind;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

pub use self::error::{ManifestError, Place};
pub(crate) use self::origin_ask::EXAMPLE;
pub use self::origin_ask::OriginAsk;
use crate::api_version::{ApiTrack, PluginVersion};

/// A plugin's manifest, read and checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// Name of the plugin: what a practice's file writes after `plugin =`.
    pub id: PluginId,
    /// What it is.
    pub kind: PluginKind,
    /// Its own version.
    pub version: PluginVersion,
    /// The contract that it was written for.
    pub api: ApiTrack,
    /// SPDX expression.
    pub licence: String,
    /// One line for people.
    pub description: String,
    /// The data that it gets to see.
    pub data: Vec<DataClass>,
    /// What it cannot work without.
    pub asks: Asks,
    /// What it needs beyond the defaults.
    pub limits: LimitsAsk,
    /// JSON Schema of its settings; `None` takes none.
    pub settings_schema: Option<Value>,
}

/// A plugin's name: 1 to 64 characters of `[a-z0-9-]`, the first one a letter.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct PluginId(String);

impl PluginId {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PluginId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let named = text.starts_with(|c: char| c.is_ascii_lowercase()) && text.len() <= 64 && text.chars().all(allowed);
        if named { Ok(Self(text)) } else { Err(format!("\"{text}\" is no plugin id: write 1 to 64 of a-z, 0-9 and -")) }
    }
}

impl std::fmt::Display for PluginId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Data that a plugin sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataClass {
    /// About somebody's health.
    Health,
    /// Identifies somebody.
    Personal,
    /// Neither.
    Public,
}

impl DataClass {
    /// The word of the manifest.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Health => "health",
            Self::Personal => "personal",
            Self::Public => "public",
        }
    }
}

crate::with_powers! {
    /// What a plugin asks for. The practice grants it, or cannot use the plugin;
    /// credentials alone may be left out.
    #[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
    #[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
    pub struct Asks {
        /// Origins that requests may go to.
        pub http: Vec<OriginAsk>,
        /// Names of secrets that it can use.
        pub credentials: Vec<String>,
    }
}

/// Limits of a call that the plugin needs to be other than the default of its
/// kind, up to the operator's caps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct LimitsAsk {
    /// Linear memory, in MiB.
    pub memory_mib: Option<u32>,
    /// Wall time, in milliseconds.
    pub deadline_ms: Option<u32>,
    /// Time on a processor, in milliseconds.
    pub cpu_ms: Option<u32>,
    /// Size of an answer, in KiB.
    pub output_kib: Option<u32>,
    /// Bytes taken out of the guest by one host call, in KiB.
    pub transfer_kib: Option<u32>,
    /// Log entries.
    pub log_lines: Option<u32>,
    /// Outgoing HTTP requests.
    pub http_requests: Option<u32>,
    /// Size of an HTTP body, in KiB.
    pub http_body_kib: Option<u32>,
    /// Key-value operations.
    pub keyvalue_operations: Option<u32>,
    /// Size of the whole key-value space, in KiB.
    pub keyvalue_total_kib: Option<u32>,
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct ManifestFile {
    id: PluginId,
    kind: PluginKind,
    version: PluginVersion,
    api: ApiTrack,
    licence: String,
    description: String,
    #[serde(default)]
    data: Vec<DataClass>,
    #[serde(default)]
    asks: Asks,
    #[serde(default)]
    limits: LimitsAsk,
    #[serde(default)]
    settings_schema: Option<SchemaSource>,
}

/// A schema stands in the manifest, or in a JSON file beside it.
enum SchemaSource {
    Inline(Value),
    File(String),
}

impl<'de> Deserialize<'de> for SchemaSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(file) => Ok(Self::File(file)),
            Value::Object(schema) => Ok(Self::Inline(Value::Object(schema))),
            _ => Err(serde::de::Error::custom("expected a JSON Schema as a table, or the name of a JSON file")),
        }
    }
}

impl Manifest {
    /// Reads a manifest's text. `file` names it in errors; `beside` reads a
    /// file by the name that the manifest gives it, from the manifest's own
    /// folder and nowhere else, or says why it cannot.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place and the remedy.
    pub fn parse(
        file: &Path,
        text: &str,
        beside: impl FnOnce(&str) -> Result<String, String>,
    ) -> Result<Self, Box<ManifestError>> {
        let written: ManifestFile =
            toml::from_str(text).map_err(|error| ManifestError::unreadable(file, text, &error))?;
        let schema = match written.settings_schema {
            None => None,
            Some(SchemaSource::Inline(schema)) => Some(schema),
            Some(SchemaSource::File(name)) => Some(schema_file(file, text, &name, beside)?),
        };
        if let Some(schema) = &schema {
            crate::settings::Schema::compile(schema).map_err(|why| {
                let message = format!("settings-schema is not a JSON Schema: {why}");
                let hint = "see https://json-schema.org/draft/2020-12";
                Box::new(ManifestError::at_key(file, text, "settings-schema", message, hint))
            })?;
        }
        if written.kind.spec().pure && written.asks != Asks::default() {
            let message = format!("a {} plugin is pure and cannot ask for anything", written.kind.as_str());
            return Err(Box::new(ManifestError::at_key(file, text, "asks", message, "remove the table [asks]")));
        }
        Ok(Self {
            id: written.id,
            kind: written.kind,
            version: written.version,
            api: written.api,
            licence: written.licence,
            description: written.description,
            data: written.data,
            asks: written.asks,
            limits: written.limits,
            settings_schema: schema,
        })
    }
}

fn schema_file(
    file: &Path,
    text: &str,
    name: &str,
    beside: impl FnOnce(&str) -> Result<String, String>,
) -> Result<Value, Box<ManifestError>> {
    let wrong = |message: String| {
        let hint = "settings-schema is a table, or the name of a JSON file below the manifest's folder";
        Box::new(ManifestError::at_key(file, text, "settings-schema", message, hint))
    };
    let schema = beside(name).map_err(wrong)?;
    serde_json::from_str(&schema).map_err(|error| wrong(format!("{name:?} is not JSON: {error}")))
}

#[cfg(test)]
mod tests;
