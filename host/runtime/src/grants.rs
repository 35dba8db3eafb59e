//! Manifest ∧ grant: a plugin may do what its manifest asks for *and* the
//! practice's file grants. Each key alone opens nothing, and what is asked for
//! and not granted is said with the line that grants it.

use std::collections::BTreeMap;

use greffon_core::ids::FeatureId;

use crate::binding::{Binding, Credential, CredentialScheme, Grants};
use crate::capability::http::identity::{NoIdentity, identity};
use crate::manifest::{EXAMPLE, Manifest, OriginAsk};
use crate::nearest::nearest;
use crate::origin::{NotAnOrigin, Origin};
use crate::powers::Powers as _;
use crate::problem::Problem;
use crate::state::Granted;

/// Something that a manifest asks for and a practice does not grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ungranted {
    /// The plugin that asks.
    pub plugin: String,
    /// What for: `keyvalue`, `http https://api.example`, `credential dav`.
    pub asked: String,
    /// The key of the feature that grants it: `grants.keyvalue`.
    pub key: String,
    /// The line that grants it, below `[features.<name>]`.
    pub line: String,
    /// Whether the plugin cannot be bound without.
    pub needed: bool,
}

impl Ungranted {
    /// As something to mend in a practice's file.
    #[must_use]
    pub fn problem(&self, feature: &FeatureId) -> Problem {
        let Self { plugin, asked, key, line, needed: _ } = self;
        let message = format!("plugin \"{plugin}\" asks for {asked}, which is not granted");
        Problem::lasting(key, message, format!("add under [features.{feature}]: {line}"))
    }
}

/// What a manifest asks for beyond these grants and credentials, in the
/// manifest's order.
pub fn ungranted(manifest: &Manifest, grants: &Grants, credentials: &BTreeMap<String, Credential>) -> Vec<Ungranted> {
    let asks = &manifest.asks;
    let mut found = Vec::new();
    let mut missing = |asked: String, key: String, value: &str, needed: bool| {
        let line = format!("{key} = {value}");
        found.push(Ungranted { plugin: manifest.id.to_string(), asked, key, line, needed });
    };
    let granted: Vec<Origin> = grants.http.iter().filter_map(|text| text.parse().ok()).collect();
    let without: Vec<&OriginAsk> =
        asks.http.iter().filter(|ask| !granted.iter().any(|origin| ask.covers(origin))).collect();
    if !without.is_empty() {
        let origins: Vec<String> = grants.http.iter().cloned().chain(without.iter().map(|ask| ask.example())).collect();
        let asked: Vec<String> = without.iter().map(|ask| format!("http {ask}")).collect();
        // With some of its origins a plugin may do some of its work.
        missing(asked.join(", "), "grants.http".to_owned(), &format!("{origins:?}"), grants.http.is_empty());
    }
    for (power, _) in asks.powers().into_iter().filter(|(power, asked)| *asked && !grants.has(power)) {
        missing(power.to_owned(), format!("grants.{power}"), "true", true);
    }
    for name in asks.credentials.iter().filter(|name| !credentials.contains_key(*name)) {
        let origin = grants.http.first().cloned().or_else(|| asks.http.first().map(OriginAsk::example));
        let origin = origin.unwrap_or_else(|| EXAMPLE.to_owned());
        let value =
            format!("{{ scheme = \"bearer\", token = {{ file = \"secrets/{name}\" }}, origin = \"{origin}\" }}");
        missing(format!("credential {name}"), format!("credentials.{name}"), &value, false);
    }
    found
}

/// What a binding lets its plugin do. A grant that the manifest does not ask
/// for is worth nothing and no error, so that a plugin can give up an ask.
///
/// # Errors
/// Each ask without a grant, each origin that is none or was not asked for,
/// each credential that the plugin does not know.
pub fn granted(manifest: &Manifest, binding: &Binding) -> Result<Granted, Vec<Problem>> {
    let asks = &manifest.asks;
    let missing = ungranted(manifest, &binding.grants, &binding.credentials);
    let mut problems: Vec<Problem> =
        missing.iter().filter(|one| one.needed).map(|one| one.problem(&binding.feature)).collect();
    let http = origins(manifest, binding, &mut problems);
    credentials(manifest, binding, &http, &mut problems);
    if problems.is_empty() {
        let granted = Granted { http, ..Granted::default() };
        Ok(granted.with_powers(|power| asks.has(power) && binding.grants.has(power)))
    } else {
        Err(problems)
    }
}

/// The credentials that the plugin may use: those that its manifest names.
pub(crate) fn credentials_of(manifest: &Manifest, binding: &Binding) -> BTreeMap<String, Credential> {
    let asked = |name: &String| manifest.asks.credentials.contains(name);
    binding
        .credentials
        .iter()
        .filter(|(name, _)| asked(name))
        .map(|(name, credential)| (name.clone(), credential.clone()))
        .collect()
}

fn origins(manifest: &Manifest, binding: &Binding, problems: &mut Vec<Problem>) -> Vec<Origin> {
    let asks = &manifest.asks.http;
    if asks.is_empty() {
        return Vec::new();
    }
    let mut origins = Vec::new();
    for (index, text) in binding.grants.http.iter().enumerate() {
        let key = format!("grants.http.{index}");
        match text.parse::<Origin>() {
            Ok(origin) if asks.iter().any(|ask| ask.covers(&origin)) => origins.push(origin),
            Ok(origin) => {
                let asked: Vec<String> = asks.iter().map(ToString::to_string).collect();
                problems.push(Problem::lasting(
                    key,
                    format!("plugin \"{}\" does not ask for \"{origin}\"", manifest.id),
                    format!("it asks for: {}", asked.join(", ")),
                ));
            }
            Err(error) => problems.push(not_an_origin(key, &error)),
        }
    }
    origins
}

fn credentials(manifest: &Manifest, binding: &Binding, http: &[Origin], problems: &mut Vec<Problem>) {
    let known: Vec<&str> = manifest.asks.credentials.iter().map(String::as_str).collect();
    for (name, credential) in &binding.credentials {
        let key = format!("credentials.{name}");
        if !known.contains(&name.as_str()) {
            let hint = match nearest(name, &known) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None if known.is_empty() => "it uses none: remove the line".to_owned(),
                None => format!("it uses: {}", known.join(", ")),
            };
            let message = format!("plugin \"{}\" uses no credential \"{name}\"", manifest.id);
            problems.push(Problem::lasting(key, message, hint));
            continue;
        }
        certificate(binding, name, credential, problems);
        let Some(text) = &credential.origin else { continue };
        let key = format!("{key}.origin");
        match text.parse::<Origin>() {
            Ok(origin) if http.contains(&origin) => {}
            Ok(origin) => problems.push(Problem::lasting(
                key,
                format!("the credential is for \"{origin}\", which is not granted"),
                format!("add \"{origin}\" to grants.http, or correct the origin"),
            )),
            Err(error) => problems.push(not_an_origin(key, &error)),
        }
    }
}

/// A client certificate must be one, must go over TLS, and must be the only one
/// of its origin.
fn certificate(binding: &Binding, name: &str, credential: &Credential, problems: &mut Vec<Problem>) {
    let CredentialScheme::ClientCertificate { certificate, key } = &credential.scheme else { return };
    if let Err(NoIdentity { part, why, remedy }) = identity(certificate, key) {
        problems.push(Problem::lasting(format!("credentials.{name}.{part}"), format!("the {part} {why}"), remedy));
    }
    let origin = |credential: &Credential| credential.origin.as_ref().and_then(|text| text.parse::<Origin>().ok());
    let own = origin(credential);
    let key = format!("credentials.{name}.origin");
    if own.as_ref().is_some_and(|own| own.scheme() != "https") {
        let message = "a client certificate is shown over https only";
        problems.push(Problem::lasting(key, message, "write an https origin"));
        return;
    }
    let before = binding.credentials.iter().take_while(|(other, _)| *other != name).find(|(_, other)| {
        matches!(other.scheme, CredentialScheme::ClientCertificate { .. }) && own.is_some() && origin(other) == own
    });
    if let Some((other, _)) = before {
        let message = format!("the origin is shown the certificate of \"{other}\" already");
        problems.push(Problem::lasting(key, message, "keep one of the two"));
    }
}

fn not_an_origin(key: String, error: &NotAnOrigin) -> Problem {
    let hint = "write scheme, host and port only, such as \"https://dav.example\"";
    Problem::lasting(key, format!("\"{}\" is not an origin", error.0), hint)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn manifest(asks: &str) -> Manifest {
        let text = format!(
            "id = \"agenda-x\"\nkind = \"agenda\"\nversion = \"0.1.0\"\napi = \"0.1\"\nlicence = \"Apache-2.0\"\n\
             description = \"x\"\n[asks]\n{asks}"
        );
        Manifest::parse(Path::new("plugin.toml"), &text, |name| Err(name.to_owned())).expect("manifest")
    }

    fn binding(http: &[&str], keyvalue: bool) -> Binding {
        Binding {
            practice: "les-tilleuls".into(),
            feature: "agenda-nord".into(),
            plugin: "agenda-x".to_owned(),
            settings: serde_json::Value::Null,
            grants: Grants { http: http.iter().map(ToString::to_string).collect(), keyvalue, mail: false },
            credentials: BTreeMap::new(),
            mail: None,
        }
    }

    fn basic(origin: &str) -> Credential {
        let scheme = CredentialScheme::Basic { username: "u".to_owned(), password: "p".to_owned().into() };
        Credential { scheme, origin: Some(origin.to_owned()) }
    }

    #[test]
    fn an_ask_without_a_grant_names_the_line_to_add() {
        let problems = granted(&manifest("keyvalue = true"), &binding(&[], false)).expect_err("not granted");
        assert_eq!(problems[0].key, "grants.keyvalue");
        assert_eq!(problems[0].hint, "add under [features.agenda-nord]: grants.keyvalue = true");
    }

    #[test]
    fn an_http_ask_names_the_origin_to_grant() {
        let problems = granted(&manifest("http = [\"https://api.x.example\"]"), &binding(&[], false)).expect_err("no");
        assert_eq!(problems[0].hint, "add under [features.agenda-nord]: grants.http = [\"https://api.x.example\"]");
    }

    #[test]
    fn everything_that_is_not_granted_is_told_with_its_line() {
        let manifest = manifest(
            "http = [\"https://a.example\", \"https://*.b.example\"]\nkeyvalue = true\nmail = true\n\
             credentials = [\"dav\"]",
        );
        let lines = |grants: &Grants| -> Vec<(String, bool)> {
            let missing = ungranted(&manifest, grants, &BTreeMap::new());
            missing.into_iter().map(|one| (one.line, one.needed)).collect()
        };
        let credential = |origin: &str| {
            let secret = "token = { file = \"secrets/dav\" }";
            format!("credentials.dav = {{ scheme = \"bearer\", {secret}, origin = \"{origin}\" }}")
        };
        let nothing = lines(&Grants::default());
        let expected = [
            ("grants.http = [\"https://a.example\", \"https://server.b.example\"]".to_owned(), true),
            ("grants.keyvalue = true".to_owned(), true),
            ("grants.mail = true".to_owned(), true),
            (credential("https://a.example"), false),
        ];
        assert_eq!(nothing, expected);
        let some = Grants { http: vec!["https://x.b.example".to_owned()], keyvalue: true, mail: true };
        let expected = [
            ("grants.http = [\"https://x.b.example\", \"https://a.example\"]".to_owned(), false),
            (credential("https://x.b.example"), false),
        ];
        assert_eq!(lines(&some), expected);
        for (line, _) in nothing {
            assert!(line.parse::<toml::Table>().is_ok(), "{line}");
        }
    }

    #[test]
    fn a_grant_without_an_ask_gives_nothing() {
        let given = granted(&manifest(""), &binding(&["https://a.example"], true)).expect("harmless");
        assert_eq!(given, Granted::default());
    }

    #[test]
    fn an_origin_that_was_not_asked_for_is_refused() {
        let manifest = manifest("http = [\"https://*.x.example\"]");
        let problems = granted(&manifest, &binding(&["https://a.x.example", "https://y.example"], false))
            .expect_err("y is not asked for");
        assert_eq!(problems[0].key, "grants.http.1");
        assert!(problems[0].hint.contains("https://*.x.example"), "{}", problems[0].hint);
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        let problems =
            granted(&manifest("http = [\"*\"]"), &binding(&["https://a.example/path"], false)).expect_err("a path");
        assert!(problems[0].message.contains("https://a.example/path"));
    }

    #[test]
    fn a_misspelt_credential_is_named_with_the_nearest_one() {
        let manifest = manifest("http = [\"*\"]\ncredentials = [\"dav\"]");
        let mut binding = binding(&["https://a.example"], false);
        binding.credentials.insert("dva".to_owned(), basic("https://a.example"));
        let problems = granted(&manifest, &binding).expect_err("misspelt");
        assert_eq!(problems[0].hint, "did you mean \"dav\"?");
    }

    #[test]
    fn a_credential_goes_to_a_granted_origin_only() {
        let manifest = manifest("http = [\"*\"]\ncredentials = [\"dav\"]");
        let mut binding = binding(&["https://a.example"], false);
        binding.credentials.insert("dav".to_owned(), basic("https://b.example"));
        let problems = granted(&manifest, &binding).expect_err("b is not granted");
        assert_eq!(problems[0].key, "credentials.dav.origin");
        assert!(!format!("{problems:?}").contains("password"));
    }

    #[test]
    fn a_client_certificate_is_a_pair_that_goes_over_tls_once() {
        const CHAIN: &str = include_str!("capability/http/tests/pki/client.pem");
        let certificate = |key: &str, origin: &str| {
            let (certificate, key) = (CHAIN.to_owned(), key.to_owned().into());
            let scheme = CredentialScheme::ClientCertificate { certificate, key };
            Credential { scheme, origin: Some(origin.to_owned()) }
        };
        let own = include_str!("capability/http/tests/pki/client.key");
        let keys = |credentials: Vec<(&str, Credential)>| {
            let manifest = manifest("http = [\"*\"]\ncredentials = [\"igc\", \"other\"]");
            let mut binding = binding(&["https://a.example", "http://b.example"], false);
            binding.credentials = credentials.into_iter().map(|(name, one)| (name.to_owned(), one)).collect();
            match granted(&manifest, &binding) {
                Ok(_) => Vec::new(),
                Err(problems) => problems.into_iter().map(|problem| problem.key).collect(),
            }
        };
        assert!(keys(vec![("igc", certificate(own, "https://a.example"))]).is_empty());
        let stranger = include_str!("capability/http/tests/pki/stranger.key");
        assert_eq!(keys(vec![("igc", certificate(stranger, "https://a.example"))]), ["credentials.igc.key"]);
        assert_eq!(keys(vec![("igc", certificate(own, "http://b.example"))]), ["credentials.igc.origin"]);
        let two = ["igc", "other"].map(|name| (name, certificate(own, "https://a.example")));
        assert_eq!(keys(two.into()), ["credentials.other.origin"]);
    }

    #[test]
    fn a_credential_may_be_left_out() {
        let manifest = manifest("http = [\"*\"]\ncredentials = [\"dav\"]");
        assert!(granted(&manifest, &binding(&["https://a.example"], false)).is_ok());
    }
}
