//! What a practice uses of the outside: its relay, its plugins, and their secrets.

use std::collections::BTreeMap;

use greffon_core::model::care::Sensitivity;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::secret::SecretRef;

/// An SMTP relay.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MailFile {
    /// Host name or address.
    pub host: String,
    /// Port; 465 with tls, 587 with starttls, 25 with none when absent.
    pub port: Option<u16>,
    /// tls, starttls, none.
    pub security: MailSecurityFile,
    /// SMTP AUTH.
    pub login: Option<LoginFile>,
    /// Sender of everything that this practice sends.
    pub from: String,
    /// public, personal, health; personal when absent.
    #[schemars(with = "Option<String>")]
    pub max_sensitivity: Option<Sensitivity>,
}

/// How the connection to the relay is protected.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MailSecurityFile {
    /// TLS from the first byte.
    Tls,
    /// STARTTLS, required.
    Starttls,
    /// None: loopback relays only.
    None,
}

/// SMTP AUTH.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LoginFile {
    /// User.
    pub username: String,
    /// Password.
    pub password: SecretRef,
}

/// A plugin, with settings and grants.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FeatureFile {
    /// A bundled name, or the path of a folder with `plugin.toml`: below this
    /// file's folder, or `shared:<name>/…` in a shared one.
    pub plugin: String,
    /// Sites that it serves; all when absent.
    #[serde(default)]
    pub sites: Vec<String>,
    /// Practitioners that it serves; all when absent.
    #[serde(default)]
    pub practitioners: Vec<String>,
    /// Recipients that it serves, for notification; all when absent.
    #[serde(default)]
    pub recipients: Vec<String>,
    /// The plugin's settings.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub settings: toml::Table,
    /// More settings, in a TOML file below this one's folder, or
    /// `shared:<name>/…` in a shared one; `settings` wins.
    pub settings_file: Option<String>,
    /// What the practice grants.
    #[serde(default)]
    pub grants: GrantsFile,
    /// Secrets that the host uses for the plugin.
    #[serde(default)]
    pub credentials: BTreeMap<String, CredentialFile>,
}

greffon_runtime::with_powers! {
    /// What a practice grants.
    #[derive(Debug, Default, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
    pub struct GrantsFile {
        /// Origins.
        pub http: Vec<String>,
    }
}

/// A secret, bound to an origin.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "scheme", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum CredentialFile {
    /// `Authorization: Basic`.
    Basic {
        /// User.
        username: String,
        /// Password.
        password: SecretRef,
        /// The only origin that it is sent to.
        origin: String,
    },
    /// `Authorization: Bearer`.
    Bearer {
        /// Token.
        token: SecretRef,
        /// The only origin that it is sent to.
        origin: String,
    },
    /// A header of the provider's own.
    Header {
        /// Header name.
        name: String,
        /// Header value.
        value: SecretRef,
        /// The only origin that it is sent to.
        origin: String,
    },
    /// `Authorization: Bearer` with access tokens that greffon gets for a refresh
    /// token of OAuth 2, and gets again before they expire. The tokens are kept
    /// encrypted: `greffon.toml` needs a key, `keys.sealing`.
    #[serde(rename = "oauth2-refresh")]
    RefreshToken {
        /// The provider's token endpoint, https.
        token_url: String,
        /// The client's identifier, as the provider gave it.
        client_id: String,
        /// The client's password; left out by public clients.
        client_secret: Option<SecretRef>,
        /// The refresh token of the consent. The provider's later ones follow it
        /// by themselves; a new consent's is written here.
        refresh_token: SecretRef,
        /// What to ask for, words with spaces between them; all that was
        /// consented to when absent.
        scope: Option<String>,
        /// The only origin that access tokens are sent to.
        origin: String,
    },
    /// `Authorization: Bearer` with access tokens that greffon gets for the client's own
    /// password, and gets again before they expire.
    #[serde(rename = "oauth2-client")]
    Client {
        /// The provider's token endpoint, https.
        token_url: String,
        /// The client's identifier, as the provider gave it.
        client_id: String,
        /// The client's password.
        client_secret: SecretRef,
        /// What to ask for, words with spaces between them; what the provider
        /// gives by itself when absent.
        scope: Option<String>,
        /// The only origin that access tokens are sent to.
        origin: String,
    },
    /// A TLS client certificate, shown to the origin when it asks for one.
    ClientCertificate {
        /// Chain in PEM, the client's own certificate first.
        certificate: SecretRef,
        /// Its private key in PEM, without a password.
        key: SecretRef,
        /// The only origin that it is shown to; https.
        origin: String,
    },
    /// Only for digests and signatures.
    Key {
        /// Key.
        key: SecretRef,
    },
}
