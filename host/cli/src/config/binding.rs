//! One `[features.<name>]`: settings, grants and credentials of a plugin.

use std::collections::BTreeMap;
use std::rc::Rc;

use greffon_core::model::practice::{PluginKind, Serves};
use greffon_core::model::triage::{Finding, FindingSeverity};
use greffon_core::ports::plugins::{Bound, Problem, SourcePlace, Stamp};
use greffon_core::ports::practices::Feature;
use greffon_runtime::binding::{Binding, Credential, CredentialScheme, Grants, MailRelay};
use greffon_runtime::{Powers as _, Ungranted};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use super::confined::Content;
use super::diagnostic::{Diagnostic, Findings, Source};
use super::loader::{Loaded, Loader};
use super::plugins::Plugins;
use super::practice_file::{CredentialFile, FeatureFile};
use super::references;
use super::said;
use super::secret::SecretRef;
use super::services;
use super::signed::{self, Asked, Signable};

/// A feature, and what was found on the way.
pub(super) struct Built {
    pub(super) feature: Feature,
    /// What is wrong with it and, from the plugin itself, what might be.
    pub(super) findings: Findings,
    /// The grid or script, when it can be signed.
    pub(super) signable: Option<Signable>,
}

/// The practice's relay, or why there is none to be had.
pub(super) type Relay = Result<Option<MailRelay>, Diagnostic>;

/// Binds a feature. What keeps it from being bound is a problem of the feature
/// alone.
///
/// # Errors
/// A site, practitioner or recipient that the file does not have: then the file
/// contradicts itself.
pub(super) fn build(
    loader: &Loader<'_>,
    id: &str,
    written: &FeatureFile,
    relay: &Relay,
    plugins: &dyn Plugins,
) -> Loaded<Built> {
    let serves = serves(loader, id, written)?;
    let unknown = Stamp { plugin: written.plugin.clone(), ..Stamp::of_feature(&id.into()) };
    let mut built = Built {
        feature: Feature {
            stamp: unknown,
            kind: None,
            serves,
            bound: Err(Problem::lasting("", "not bound yet", "")),
            settings: None,
            earlier: None,
        },
        findings: Vec::new(),
        signable: None,
    };
    match bind(loader, id, written, relay, plugins, &mut built) {
        Ok(bound) => built.feature.bound = Ok(bound),
        Err(Out { problem, shown }) => {
            built.feature.bound = Err(problem);
            built.findings.extend(shown.map(|shown| (FindingSeverity::Error, shown)));
        }
    }
    Ok(built)
}

/// Why a feature is out, for the domain, and as it is shown unless it was
/// already.
struct Out {
    problem: Problem,
    shown: Option<Diagnostic>,
}

impl From<Diagnostic> for Out {
    fn from(shown: Diagnostic) -> Self {
        // A file that is not there is not watched: it is looked for again.
        Self { problem: problem_of(&shown, "", true), shown: Some(shown) }
    }
}

/// What is shown at a place of a file, as a problem of the feature.
fn problem_of(shown: &Diagnostic, key: &str, passing: bool) -> Problem {
    let at = shown.place.as_ref().map(|place| (place.line, place.column));
    Problem {
        key: key.to_owned(),
        message: shown.message.clone(),
        hint: shown.hint.clone().unwrap_or_default(),
        place: Some(SourcePlace { file: shown.file.clone(), at }),
        passing,
    }
}

fn bind(
    loader: &Loader<'_>,
    id: &str,
    written: &FeatureFile,
    relay: &Relay,
    plugins: &dyn Plugins,
    built: &mut Built,
) -> Result<Bound, Out> {
    let out = |problem: Problem| {
        let shown = refused(loader, id, written, &problem);
        Out { problem: problem_of(&shown, &problem.key, problem.passing), shown: Some(shown) }
    };
    let key = format!("features.{id}");
    let files = loader.plugin_files(&format!("{key}.plugin"), &written.plugin)?;
    let plugin = plugins.resolve(&written.plugin, files).map_err(out)?;
    built.feature.kind = Some(plugin.kind);
    // Also for a feature that is out: what keeps it out may be its new settings.
    built.feature.earlier = plugins.earlier_settings(&loader.practice, &id.into(), &plugin);
    built.feature.stamp =
        Stamp { feature: id.into(), plugin: plugin.id, version: plugin.version, digest: plugin.digest };
    let is_content = matches!(plugin.kind, PluginKind::Triage | PluginKind::Script);
    let asked = is_content.then(|| Asked::of(loader, id));
    if let Some(asked) = &asked {
        asked.guard_earlier(loader, &mut built.feature);
    }
    let written_settings = settings(loader, &key, written)?;
    let binding = Binding {
        practice: loader.practice.clone(),
        feature: id.into(),
        plugin: plugin.reference,
        settings: if is_content { services::put(&written_settings) } else { written_settings.clone() },
        grants: Grants { http: written.grants.http.clone(), ..Grants::default() }
            .with_powers(|power| written.grants.has(power)),
        credentials: credentials(loader, &key, written)?,
        mail: if written.grants.mail { relay.clone()? } else { None },
    };
    built.feature.settings = plugins.kept_settings(&binding);
    granted(loader, id, written, &plugins.ungranted(&binding), built).map_err(out)?;
    let placed = |one: &Finding| (one.severity, found(loader, id, written, one));
    if is_content {
        built.findings.extend(said::findings(&written_settings).iter().map(placed));
        // What another plugin's settings name is its own affair.
        if references::FORMATS.contains(&built.feature.stamp.plugin.as_str()) {
            built.findings.extend(references::findings(loader.file, &written_settings).iter().map(placed));
        }
    }
    let bound = plugins.bind(&binding).map_err(with_its_key);
    // Of a plugin that is bound they are there already.
    let findings = plugins.analyse(&binding).map_err(|problem| out(with_its_key(problem)))?;
    built.findings.extend(findings.iter().map(placed));
    let error = built.findings.iter().find(|(severity, _)| *severity == FindingSeverity::Error);
    if let Some((_, shown)) = error {
        return Err(Out { problem: problem_of(shown, "settings", false), shown: None });
    }
    let bound = bound.map_err(out)?;
    let (Some(asked), Some(kept)) = (&asked, built.feature.settings.clone()) else { return Ok(bound) };
    let (used, signable) = asked.judge(loader, id, &kept, bound);
    built.signable = Some(signable);
    if let Some(path) = signed::demonstration(&written_settings, "").filter(|_| !loader.file.demo) {
        let message = "contenu de démonstration, refusé dans un cabinet dont les patients sont réels : le faire relire \
                       par un soignant, puis retirer demo = true";
        let finding = Finding { severity: FindingSeverity::Error, path, message: message.to_owned() };
        let shown = found(loader, id, written, &finding);
        return Err(Out { problem: problem_of(&shown, "settings", false), shown: Some(shown) });
    }
    used.map_err(|refusal| {
        let without = match plugin.kind {
            PluginKind::Triage => {
                "sans cette grille, le cabinet tourne en mode consignes : signes d'alerte, puis décision humaine"
            }
            _ => "sans ce script, l'entretien est celui de greffon",
        };
        let message = format!("{} ({without})", refusal.message);
        let shown = loader.source.at_key(&key, message, Some(refusal.hint));
        Out { problem: problem_of(&shown, "", refusal.passing), shown: Some(shown) }
    })
}

/// Notes each permission that the plugin asks for and does not have.
///
/// # Errors
/// The first one that it cannot be bound without.
fn granted(
    loader: &Loader<'_>,
    id: &str,
    written: &FeatureFile,
    missing: &[Ungranted],
    built: &mut Built,
) -> Result<(), Problem> {
    let shown = |one: &Ungranted| refused(loader, id, written, &one.problem(&id.into()));
    let (needed, optional): (Vec<_>, Vec<_>) = missing.iter().partition(|one| one.needed);
    loader.ungranted.borrow_mut().extend(optional.into_iter().map(shown));
    let Some((first, others)) = needed.split_first() else { return Ok(()) };
    built.findings.extend(others.iter().map(|one| (FindingSeverity::Error, shown(one))));
    Err(first.problem(&id.into()))
}

fn serves(loader: &Loader<'_>, id: &str, feature: &FeatureFile) -> Loaded<Serves> {
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
    Ok(Serves {
        sites: feature.sites.iter().map(|one| one.as_str().into()).collect(),
        practitioners: feature.practitioners.iter().map(|one| one.as_str().into()).collect(),
        recipients: feature.recipients.clone(),
    })
}

/// A wrong setting, named as the findings of an analysis are: a line of a list shows no key.
fn with_its_key(problem: Problem) -> Problem {
    match problem.key.strip_prefix("settings.") {
        Some(key) => Problem { message: format!("{key}: {}", problem.message), ..problem },
        None => problem,
    }
}

/// What a plugin, or its manifest, says against a binding, at its place.
fn refused(loader: &Loader<'_>, id: &str, feature: &FeatureFile, problem: &Problem) -> Diagnostic {
    let Problem { key, message, hint, .. } = problem;
    let hint = Some(hint.clone()).filter(|hint| !hint.is_empty());
    if let Some(inner) = key.strip_prefix("settings").map(|inner| inner.trim_start_matches('.'))
        && let Some(content) = settings_file(loader, feature, inner)
        && let Ok(text) = content.text()
    {
        return Source { file: &content.path, text }.at_key(inner, message.clone(), hint);
    }
    let key = if key.is_empty() { format!("features.{id}") } else { format!("features.{id}.{key}") };
    loader.source.at_key(&key, message.clone(), hint)
}

/// What a plugin's analysis finds in its settings, at its place.
fn found(loader: &Loader<'_>, id: &str, feature: &FeatureFile, finding: &Finding) -> Diagnostic {
    // A JSON Pointer (RFC 6901) without escapes, as far as settings have keys
    // of plain words.
    let key = finding.path.replace('/', ".");
    let message = match key.trim_start_matches('.') {
        "" => finding.message.clone(),
        key => format!("{key}: {}", finding.message),
    };
    refused(loader, id, feature, &Problem::lasting(format!("settings{key}"), message, ""))
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
pub fn json(value: toml::Value) -> Value {
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
                CredentialFile::RefreshToken { token_url, client_id, client_secret, refresh_token, scope, origin } => {
                    Credential {
                        scheme: CredentialScheme::RefreshToken {
                            token_url: token_url.clone(),
                            client_id: client_id.clone(),
                            client_secret: client_secret
                                .as_ref()
                                .map(|secret| read(name, "client-secret", secret))
                                .transpose()?,
                            refresh_token: refresh_token_of(
                                loader,
                                &format!("{key}.credentials.{name}"),
                                name,
                                refresh_token,
                            )?,
                            scope: scope.clone(),
                        },
                        origin: Some(origin.clone()),
                    }
                }
                CredentialFile::Client { token_url, client_id, client_secret, scope, origin } => Credential {
                    scheme: CredentialScheme::Client {
                        token_url: token_url.clone(),
                        client_id: client_id.clone(),
                        client_secret: read(name, "client-secret", client_secret)?,
                        scope: scope.clone(),
                    },
                    origin: Some(origin.clone()),
                },
                CredentialFile::ClientCertificate { certificate, key: secret, origin } => Credential {
                    scheme: CredentialScheme::ClientCertificate {
                        certificate: read(name, "certificate", certificate)?.expose_secret().to_owned(),
                        key: read(name, "key", secret)?,
                    },
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

/// The first token of a chain, which is one credential's alone: a token that
/// rotates is worthless to whoever does not know of the last rotation.
fn refresh_token_of(loader: &Loader<'_>, credential: &str, called: &str, written: &SecretRef) -> Loaded<SecretString> {
    let key = format!("{credential}.refresh-token");
    let token = loader.secret(&key, called, written)?;
    let mut taken = loader.refresh_tokens.borrow_mut();
    if let Some((other, _)) = taken.iter().find(|(_, other)| other.expose_secret() == token.expose_secret()) {
        let message =
            format!("the refresh token is the one of {other}, and each rotation by one would end the other's");
        return loader.fail(&key, message, "give each its own consent");
    }
    taken.push((credential.to_owned(), token.clone()));
    Ok(token)
}
