//! Secrets: `{ file = "secrets/dav" }` or `{ env = "GREFFON_SECRET__…" }`,
//! never inline.

use std::path::Path;

use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;

use super::environment;

/// Largest secret, in bytes: a chain of certificates is smaller.
pub const MOST_BYTES: u64 = 64 << 10;

/// What to do about a secret's file that cannot be read.
pub const FILE_HINT: &str = "create it with the secret on one line, readable by greffon only (chmod 600)";

/// Where a secret is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a secret is { file = \"path\" } or { env = \"NAME\" }, never the value itself")]
pub enum SecretRef {
    /// In a file, relative to the file that names it; one final line end is
    /// cut. A practice's lies below the practice's folder.
    File(SecretFile),
    /// In an environment variable. A practice's is called
    /// `GREFFON_SECRET__<PRACTICE>__<NAME>`.
    Env(SecretEnv),
}

/// A secret in a file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretFile {
    /// Path.
    pub file: String,
}

/// A secret in the environment.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretEnv {
    /// Name of the variable.
    pub env: String,
}

impl SecretRef {
    /// Reads a secret of the operator's own file, which may name any file and
    /// any variable.
    ///
    /// # Errors
    /// Message and remedy: they name the file or the variable, never a value.
    pub fn read(&self, base: &Path) -> Result<SecretString, (String, String)> {
        match self {
            Self::File(SecretFile { file }) => {
                let path = base.join(file);
                let text = std::fs::read_to_string(&path).map_err(|error| {
                    (format!("secret file \"{}\" cannot be read: {error}", path.display()), FILE_HINT.to_owned())
                })?;
                line(text, &format!("secret file \"{}\"", path.display()))
            }
            Self::Env(SecretEnv { env }) => line(environment::variable(env)?, &format!("environment variable {env}")),
        }
    }
}

/// A secret without the end of its line.
///
/// # Errors
/// Message and remedy, when nothing is left.
pub fn line(mut text: String, what: &str) -> Result<SecretString, (String, String)> {
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    if text.is_empty() {
        return Err((format!("{what} is empty"), "put the secret there".to_owned()));
    }
    Ok(SecretString::from(text))
}
