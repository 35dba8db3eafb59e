//! What a practice's file says about a feature, for the runtime alone: plugin,
//! settings, grants and credentials. The domain knows none of it.

use std::collections::BTreeMap;

use greffon_core::ids::{FeatureId, PracticeId};
use greffon_core::model::care::Sensitivity;
use secrecy::SecretString;

/// A plugin for a feature of a practice, as it is written: nothing is checked
/// yet.
#[derive(Clone, Debug)]
pub struct Binding {
    /// Whose.
    pub practice: PracticeId,
    /// The practice's own name for it.
    pub feature: FeatureId,
    /// A [`PluginInfo::reference`](crate::PluginInfo::reference).
    pub plugin: String,
    /// Settings, as in the file.
    pub settings: serde_json::Value,
    /// What the practice grants.
    pub grants: Grants,
    /// Secrets that the host uses for the plugin, by name.
    pub credentials: BTreeMap<String, Credential>,
    /// The practice's SMTP relay; mail goes to the host's folder of `.eml` files
    /// without one.
    pub mail: Option<MailRelay>,
}

crate::with_powers! {
    /// What a practice grants to a plugin. The manifest must ask for it too.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct Grants {
        /// Origins: `https://dav.example`, `http://127.0.0.1:5232`.
        pub http: Vec<String>,
    }
}

/// A secret, bound to one origin. The plugin never sees it.
#[derive(Clone, Debug)]
pub struct Credential {
    /// How it is used.
    pub scheme: CredentialScheme,
    /// The only origin that it is sent to; `None` for digest and hmac only.
    pub origin: Option<String>,
}

/// How a credential is put into a request.
#[derive(Clone, Debug)]
pub enum CredentialScheme {
    /// `Authorization: Basic` (RFC 7617).
    Basic {
        /// User name.
        username: String,
        /// Password.
        password: SecretString,
    },
    /// `Authorization: Bearer` (RFC 6750).
    Bearer {
        /// Token.
        token: SecretString,
    },
    /// A header of the provider's own.
    Header {
        /// Header name.
        name: String,
        /// Header value.
        value: SecretString,
    },
    /// `Authorization: Bearer` with an access token that the host gets for a
    /// refresh token (RFC 6749 §6), and gets again before it expires.
    RefreshToken {
        /// The token endpoint.
        token_url: String,
        /// The client's identifier.
        client_id: String,
        /// The client's password; a public client has none.
        client_secret: Option<SecretString>,
        /// The refresh token of the last consent. Its successors are kept in the
        /// storage, encrypted; another one here begins anew.
        refresh_token: SecretString,
        /// What to ask for; all that was consented to when absent.
        scope: Option<String>,
    },
    /// `Authorization: Bearer` with an access token that the host gets for the client's own
    /// password (RFC 6749 §4.4), and gets again before it expires.
    Client {
        /// The token endpoint.
        token_url: String,
        /// The client's identifier.
        client_id: String,
        /// The client's password.
        client_secret: SecretString,
        /// What to ask for; what the provider gives by itself when absent.
        scope: Option<String>,
    },
    /// A TLS client certificate (RFC 8446 §4.4.2), shown to the origin when it
    /// asks for one.
    ClientCertificate {
        /// Chain in PEM, the client's own certificate first.
        certificate: String,
        /// Its private key in PEM, without a password.
        key: SecretString,
    },
    /// Only for `credentials.digest` and `credentials.hmac`.
    Key {
        /// Key bytes, as text.
        key: SecretString,
    },
}

/// The SMTP relay of a practice.
#[derive(Clone, Debug)]
pub struct MailRelay {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How the connection is protected.
    pub security: MailSecurity,
    /// SMTP AUTH, when the relay asks for it.
    pub login: Option<(String, SecretString)>,
    /// Sender of everything that this practice sends.
    pub from: String,
    /// The most revealing text that this relay may carry.
    pub max_sensitivity: Sensitivity,
}

/// How an SMTP connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailSecurity {
    /// TLS from the first byte (RFC 8314).
    Tls,
    /// STARTTLS, required.
    StartTls,
    /// None: loopback relays only.
    None,
}
