//! `greffon.toml`: what belongs to the operator, not to a practice. Every key
//! can be overridden by an environment variable: `GREFFON_LISTEN`,
//! `GREFFON_LIMITS__CONCURRENT_CALLS`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::diagnostic::{Diagnostic, Source};
use super::environment;
use super::keys::Keys;
use super::shared::{self, SharedFolders};
use super::supervision::{self, Supervisor};
use crate::signature::{Signer, wrong_signer};

/// The commented file that `greffon config example` prints.
pub const EXAMPLE: &str = include_str!("../../greffon.example.toml");

/// Environment variables with the prefix that are not keys of the file.
const NOT_KEYS: [&str; 2] = ["GREFFON_CONFIG", "GREFFON_LOG"];

/// What further such names begin with: secrets of practices, and what the tests
/// of greffon are told.
const NOT_KEYS_BELOW: [&str; 2] = [environment::SECRETS, "GREFFON_TEST_"];

/// One installation.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct OperatorConfig {
    /// Address and port; `127.0.0.1:8080` when absent.
    #[schemars(with = "String")]
    pub listen: SocketAddr,
    /// `sqlite:<path>` or `postgres://…`; `sqlite:data/greffon.db` when absent.
    pub storage: String,
    /// Folder with a folder for each practice; `practices` when absent.
    pub practices: PathBuf,
    /// Folder for what greffon writes besides the database; `data` when absent.
    pub data: PathBuf,
    /// Keys.
    pub keys: Keys,
    /// External token issuers (OIDC).
    pub issuers: Vec<IssuerConfig>,
    /// Ceilings for plugins.
    pub limits: LimitsConfig,
    /// Networks that plugins of one practice may reach besides the public one.
    pub allow: BTreeMap<String, Allow>,
    /// Folders whose files practices may name, besides their own.
    pub shared: SharedFolders,
    /// Where links to alerts lead and outside services call, as the proxy before greffon is called:
    /// `https://accueil.example`. Without it alerts are taken in hand in the application only.
    pub public_origin: Option<String>,
    /// Who is told of every alert at last.
    pub supervisors: Vec<Supervisor>,
    /// Practitioners whose signatures under grids and scripts count.
    pub signers: Vec<Signer>,
    /// Log lines.
    pub log: Log,
    /// The file's folder: relative paths start there.
    #[serde(skip)]
    pub base: PathBuf,
}

impl Default for OperatorConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            storage: "sqlite:data/greffon.db".to_owned(),
            practices: PathBuf::from("practices"),
            data: PathBuf::from("data"),
            keys: Keys::default(),
            issuers: Vec::new(),
            limits: LimitsConfig::default(),
            allow: BTreeMap::new(),
            shared: SharedFolders::new(),
            public_origin: None,
            supervisors: Vec::new(),
            signers: Vec::new(),
            log: Log::default(),
            base: PathBuf::from("."),
        }
    }
}

/// An external issuer.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct IssuerConfig {
    /// Its `iss`.
    pub issuer: String,
    /// The `aud` that its tokens must carry.
    pub audience: String,
    /// Where its keys are (JWKS).
    pub jwks: String,
}

/// Ceilings for plugins. A manifest may ask for more than the defaults of its
/// kind, never for more than this.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct LimitsConfig {
    /// Plugin calls at once, over all practices.
    pub concurrent_calls: u32,
    /// Plugin calls at once for one practice.
    pub concurrent_calls_per_practice: u32,
    /// Memory of one call.
    pub memory_mib: u32,
    /// Longest call.
    pub deadline_ms: u32,
    /// Most CPU of one call.
    pub cpu_ms: u32,
    /// Memory for what triage and script plugins prepare of their settings, over
    /// all practices, in MiB.
    pub prepared_mib: u32,
    /// Requests a minute that the plugins of one practice make to one origin; as many may
    /// go at once. More are answered "too many requests" without being sent.
    pub upstream_requests_per_minute: u32,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            concurrent_calls: 64,
            concurrent_calls_per_practice: 16,
            memory_mib: 128,
            deadline_ms: 20_000,
            cpu_ms: 5_000,
            prepared_mib: 256,
            upstream_requests_per_minute: 3_000,
        }
    }
}

/// Networks opened for one practice.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Allow {
    /// Blocks such as `10.20.0.0/16`; plain http is allowed inside them.
    #[schemars(with = "Vec<String>")]
    #[serde(deserialize_with = "networks")]
    pub cidrs: Vec<IpNet>,
}

fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let written = Vec::<String>::deserialize(deserializer)?;
    written
        .iter()
        .map(|text| {
            text.parse().map_err(|_| D::Error::custom(format!("\"{text}\" is not a network; write \"10.20.0.0/16\"")))
        })
        .collect()
}

/// Log lines.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Log {
    /// text or json.
    pub format: LogFormat,
    /// `info`, or a filter such as `info,greffon_runtime=debug`.
    pub filter: Option<String>,
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

impl OperatorConfig {
    /// Reads the file, then the environment. Relative paths in the file are
    /// relative to its folder.
    ///
    /// # Errors
    /// The first thing that is wrong, with file, line, column and remedy.
    pub fn load(file: &Path, environment: impl Iterator<Item = (String, String)>) -> Result<Self, Box<Diagnostic>> {
        let text = std::fs::read_to_string(file).map_err(|error| Diagnostic {
            file: file.to_path_buf(),
            place: None,
            message: format!("cannot read the configuration: {error}"),
            hint: Some("write one with: greffon config example > greffon.toml".to_owned()),
        })?;
        Self::parse(file, &text, environment)
    }

    /// Reads a file's text, then the environment.
    ///
    /// # Errors
    /// As [`OperatorConfig::load`].
    pub fn parse(
        file: &Path,
        text: &str,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, Box<Diagnostic>> {
        let source = Source { file, text };
        // Once for the places, before the environment blurs them.
        let _: Self = toml::from_str(text).map_err(|error| source.unreadable(&error))?;
        let mut table: toml::Table = text.parse().map_err(|error| source.unreadable(&error))?;
        for (name, value) in environment {
            override_key(&mut table, &name, &value);
        }
        let mut config: Self = table.try_into().map_err(|error: toml::de::Error| Diagnostic {
            file: PathBuf::from("environment GREFFON_…"),
            place: None,
            message: source.unreadable(&error).message,
            hint: Some("names are GREFFON_<KEY> and GREFFON_<SECTION>__<KEY>, with _ for -".to_owned()),
        })?;
        config.settle(file.parent().unwrap_or(Path::new(".")));
        config.check(&source)?;
        Ok(config)
    }

    fn settle(&mut self, base: &Path) {
        self.base = base.to_path_buf();
        self.practices = base.join(&self.practices);
        self.data = base.join(&self.data);
        for folder in self.shared.values_mut() {
            folder.path = base.join(&folder.path);
        }
        if let Some(path) = self.storage.strip_prefix("sqlite:")
            && !path.starts_with(':')
        {
            self.storage = format!("sqlite:{}", base.join(path).display());
        }
    }

    /// What no practice may name, where it is below a folder.
    fn inside(&self, folder: &Path) -> Option<(&'static str, PathBuf)> {
        let own = [("the practices", self.practices.clone()), ("greffon's data", self.data.clone())];
        let real = |path: &Path| std::fs::canonicalize(path).or_else(|_| std::path::absolute(path)).ok();
        let folder = real(folder)?;
        own.into_iter()
            .chain(self.keys.files(&self.base))
            .find(|(_, path)| real(path).is_some_and(|path| path.starts_with(&folder)))
    }

    fn check(&self, source: &Source<'_>) -> Result<(), Box<Diagnostic>> {
        let fail =
            |key: &str, message: String, hint: &str| Err(Box::new(source.at_key(key, message, Some(hint.to_owned()))));
        if !["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| self.storage.starts_with(scheme)) {
            return fail("storage", "unknown storage scheme".to_owned(), "sqlite:<path> or postgres://host/database");
        }
        for (index, issuer) in self.issuers.iter().enumerate() {
            let loopback = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
            if !issuer.jwks.starts_with("https://") && !loopback.iter().any(|one| issuer.jwks.starts_with(one)) {
                let key = format!("issuers.{index}.jwks");
                return fail(&key, format!("\"{}\" is not an https address", issuer.jwks), "use https");
            }
        }
        if let Some((key, message, hint)) = self.keys.wrong() {
            return fail(&key, message, hint);
        }
        for (name, folder) in &self.shared {
            let key = |below: &str| format!("shared.{name}.{below}").trim_end_matches('.').to_owned();
            if let Some((below, message, hint)) = shared::wrong(name, folder) {
                return fail(&key(below), message, &hint);
            }
            if let Some((what, path)) = self.inside(&folder.path) {
                let message = format!("{} holds {what}, {}", folder.path.display(), path.display());
                return fail(&key("path"), message, "share a folder with nothing else in it");
            }
        }
        if let Some((message, hint)) = self.public_origin.as_deref().and_then(supervision::wrong_origin) {
            return fail("public-origin", message, hint);
        }
        if let Some((key, message, hint)) = wrong_signer(&self.signers) {
            return fail(&key, message, hint);
        }
        let limits = &self.limits;
        if limits.concurrent_calls == 0 || limits.concurrent_calls > 1000 {
            let message = format!("{} is out of range", limits.concurrent_calls);
            return fail("limits.concurrent-calls", message, "1 to 1000");
        }
        if limits.concurrent_calls_per_practice == 0 || limits.concurrent_calls_per_practice > limits.concurrent_calls {
            let message = format!("{} is out of range", limits.concurrent_calls_per_practice);
            return fail("limits.concurrent-calls-per-practice", message, "1 to limits.concurrent-calls");
        }
        if !(1..=1_000_000).contains(&limits.upstream_requests_per_minute) {
            let message = format!("{} is out of range", limits.upstream_requests_per_minute);
            return fail("limits.upstream-requests-per-minute", message, "1 to 1000000");
        }
        Ok(())
    }
}

/// `GREFFON_LIMITS__MEMORY_MIB=64` sets `limits.memory-mib`. A value is what it
/// would be in TOML where it can be, text otherwise.
fn override_key(table: &mut toml::Table, name: &str, value: &str) {
    let Some(rest) = name.strip_prefix("GREFFON_") else { return };
    let is_no_key = NOT_KEYS.contains(&name) || NOT_KEYS_BELOW.iter().any(|prefix| name.starts_with(prefix));
    if is_no_key || rest.is_empty() {
        return;
    }
    let path: Vec<String> = rest.split("__").map(|part| part.to_lowercase().replace('_', "-")).collect();
    let Some((last, sections)) = path.split_last() else { return };
    let mut table = table;
    for section in sections {
        let entry = table.entry(section.clone()).or_insert_with(|| toml::Value::Table(toml::Table::new()));
        let toml::Value::Table(inner) = entry else { return };
        table = inner;
    }
    let value = match format!("v = {value}").parse::<toml::Table>() {
        Ok(mut parsed) => parsed.remove("v").unwrap_or_else(|| toml::Value::String(value.to_owned())),
        Err(_) => toml::Value::String(value.to_owned()),
    };
    table.insert(last.clone(), value);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, environment: &[(&str, &str)]) -> Result<OperatorConfig, Box<Diagnostic>> {
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        OperatorConfig::parse(Path::new("/etc/greffon/greffon.toml"), text, environment)
    }

    #[test]
    fn the_example_is_the_defaults() {
        let example = parse(EXAMPLE, &[]).expect("the example reads");
        let default = parse("", &[]).expect("nothing reads");
        assert_eq!(format!("{:?}", example.limits), format!("{:?}", default.limits));
        assert_eq!(
            (example.listen, example.storage, example.practices),
            (default.listen, default.storage, default.practices)
        );
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let config = parse(
            "listen = \"127.0.0.1:1\"\n[limits]\nmemory-mib = 32",
            &[("GREFFON_LISTEN", "127.0.0.1:9"), ("GREFFON_LIMITS__MEMORY_MIB", "64"), ("GREFFON_CONFIG", "x")],
        )
        .expect("reads");
        assert_eq!((config.listen.port(), config.limits.memory_mib), (9, 64));
    }

    #[test]
    fn the_secrets_of_practices_are_no_keys() {
        let config = parse("", &[("GREFFON_SECRET__LES_TILLEULS__DAV", "x"), ("GREFFON_SECRET__", "y")]);
        assert!(config.is_ok(), "{config:?}");
    }

    #[test]
    fn a_shared_folder_holds_nothing_but_what_is_shared() {
        let good = "[shared.grilles]\npath = \"grilles\"\npractices = [\"les-tilleuls\"]\n";
        let config = parse(good, &[]).expect("reads");
        assert_eq!(config.shared["grilles"].path, Path::new("/etc/greffon/grilles"));
        assert!(parse(&good.replace("[\"les-tilleuls\"]", "\"*\""), &[]).is_ok());
        let head = "[keys]\nsigning = { file = \"keys/signing.pem\" }\nsealing = { file = \"own/sealing.key\" }\n";
        for (from, to, at, said) in [
            ("path = \"grilles\"", "path = \".\"", "5:8", "the practices"),
            ("path = \"grilles\"", "path = \"practices\"", "5:8", "the practices"),
            ("path = \"grilles\"", "path = \"data\"", "5:8", "greffon's data"),
            ("path = \"grilles\"", "path = \"keys\"", "5:8", "the signing key"),
            ("path = \"grilles\"", "path = \"own\"", "5:8", "the sealing key"),
            ("les-tilleuls", "Les Tilleuls", "6:13", "not a practice id"),
            ("[\"les-tilleuls\"]", "\"all\"", "6:13", "a list of ids, or \"*\""),
            ("[shared.grilles]", "[shared.\"a b\"]", "4:", "not a name of a shared folder"),
        ] {
            let shown = parse(&format!("{head}{}", good.replace(from, to)), &[]).expect_err(to).to_string();
            assert!(shown.contains(&format!("greffon.toml:{at}")) && shown.contains(said), "{shown}");
        }
    }

    #[test]
    fn paths_are_relative_to_the_file() {
        let config = parse("storage = \"sqlite:db/g.db\"", &[]).expect("reads");
        assert_eq!(config.storage, "sqlite:/etc/greffon/db/g.db");
        assert_eq!(config.practices, Path::new("/etc/greffon/practices"));
    }

    #[test]
    fn an_unknown_key_names_place_and_nearest() {
        let shown = parse("[limits]\nmemory-mb = 3\n", &[]).expect_err("refused").to_string();
        assert!(shown.contains("greffon.toml:2:1") && shown.contains("did you mean \"memory-mib\"?"), "{shown}");
    }

    #[test]
    fn a_wrong_type_in_the_environment_says_so() {
        let shown = parse("", &[("GREFFON_LIMITS__CPU_MS", "fast")]).expect_err("refused").to_string();
        assert!(shown.contains("GREFFON_"), "{shown}");
    }

    #[test]
    fn plain_http_keys_are_refused() {
        let text = "[[issuers]]\nissuer = \"i\"\naudience = \"a\"\njwks = \"http://idp.example/jwks\"\n";
        assert!(parse(text, &[]).expect_err("refused").to_string().contains("greffon.toml:4:"));
    }
}
