//! Typed settings. The host validates them against the manifest's JSON Schema
//! before the plugin sees them; a mismatch between schema and type still ends
//! as an error that names the key.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::host;
use crate::practice::Finding;

/// The settings of a plugin that has none. Keys that it does not know are
/// accepted: the manifest's schema decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Empty {}

/// Why settings cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("settings{pointer}: {problem}")]
pub struct Error {
    /// Where: a JSON Pointer (RFC 6901) such as `/calendars/dr-martin`. Empty:
    /// the whole document.
    pub pointer: String,
    /// What is wrong.
    pub problem: String,
}

impl Error {
    /// What the plugin itself finds wrong at a place of its settings.
    #[must_use]
    pub fn at(pointer: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), problem: problem.into() }
    }
}

impl From<Error> for Finding {
    fn from(error: Error) -> Self {
        Self::error(error.pointer, error.problem)
    }
}

/// Reads settings from JSON.
///
/// # Errors
/// Names the first key that does not fit the type.
pub fn parse<T: DeserializeOwned>(json: &str) -> Result<T, Error> {
    // To know where one is in a document costs as much again as to read it, so
    // that a document is read a second time when it does not fit.
    if let Ok(settings) = serde_json::from_str(json) {
        return Ok(settings);
    }
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let settings = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| Error { pointer: pointer(error.path()), problem: error.inner().to_string() })?;
    deserializer.end().map_err(|error| Error::at("", error.to_string()))?;
    Ok(settings)
}

/// Asks the host for the settings. Not for pure plugins, which get theirs as a
/// parameter.
///
/// # Errors
/// Names the first key that does not fit the type.
pub fn load<T: DeserializeOwned>() -> Result<T, Error> {
    parse(&host::settings())
}

/// The id of this installation of greffon, for what is written where other
/// installations write too. Not for pure plugins.
#[must_use]
pub fn installation() -> String {
    host::installation()
}

/// A path as a JSON Pointer.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;

    path.iter().fold(String::new(), |mut pointer, segment| {
        let step = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => escape(key),
            Segment::Enum { variant } => escape(variant),
            Segment::Unknown => return pointer,
        };
        pointer.push('/');
        pointer.push_str(&step);
        pointer
    })
}

/// One step of a JSON Pointer (RFC 6901 §3).
#[must_use]
pub fn escape(step: &str) -> String {
    step.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Calendars {
        #[expect(dead_code, reason = "only read into")]
        calendars: BTreeMap<String, Vec<u32>>,
    }

    #[test]
    fn the_wrong_key_is_named() {
        let error = parse::<Calendars>(r#"{"calendars":{"dr/a":[1,"x"]}}"#).unwrap_err();
        assert_eq!(error.pointer, "/calendars/dr~1a/1");
        assert!(error.problem.contains("expected u32"), "{error}");
    }

    #[test]
    fn a_missing_key_is_an_error_of_the_whole_document() {
        let error = parse::<Calendars>("{}").unwrap_err();
        assert_eq!(error.pointer, "");
        assert!(error.problem.contains("missing field `calendars`"), "{error}");
    }

    #[test]
    fn what_follows_the_document_is_an_error() {
        assert!(parse::<Empty>("{} {}").unwrap_err().problem.contains("trailing"));
    }

    #[test]
    fn a_plugin_without_settings_accepts_an_empty_document() {
        assert!(parse::<Empty>("{}").is_ok());
    }
}
