//! Secrets: `{ file = "secrets/dav" }` or `{ env = "DAV_PASSWORD" }`, never
//! inline.

use std::path::Path;

use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;

/// Where a secret is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a secret is { file = \"path\" } or { env = \"NAME\" }, never the value itself")]
pub enum SecretRef {
    /// In a file, relative to the file that names it; one final line end is cut.
    File(SecretFile),
    /// In an environment variable.
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
    /// Reads the secret. The error names the file or variable and the remedy,
    /// never a value.
    pub fn read(&self, base: &Path) -> Result<SecretString, (String, String)> {
        match self {
            Self::File(SecretFile { file }) => {
                let path = base.join(file);
                let text = std::fs::read_to_string(&path).map_err(|error| {
                    (
                        format!("secret file \"{}\" cannot be read: {error}", path.display()),
                        "create it with the secret on one line, readable by greffon only (chmod 600)".to_owned(),
                    )
                })?;
                let secret = text.strip_suffix('\n').unwrap_or(&text);
                non_empty(secret.strip_suffix('\r').unwrap_or(secret), &format!("secret file \"{}\"", path.display()))
            }
            Self::Env(SecretEnv { env }) => {
                let value = std::env::var(env).map_err(|_| {
                    (format!("environment variable {env} is not set"), format!("set {env} before greffon starts"))
                })?;
                non_empty(&value, &format!("environment variable {env}"))
            }
        }
    }
}

fn non_empty(secret: &str, what: &str) -> Result<SecretString, (String, String)> {
    if secret.is_empty() {
        return Err((format!("{what} is empty"), "put the secret there".to_owned()));
    }
    Ok(SecretString::from(secret))
}
