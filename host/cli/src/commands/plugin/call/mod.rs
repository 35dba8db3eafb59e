//! `greffon plugin call`: one function of a plugin, bound as a practice would
//! bind it, under the limits of production.

mod agenda;
mod channel;
mod fields;
mod request;
mod said;
mod script;
mod space;
mod triage;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use greffon_core::model::practice::PluginKind;
use greffon_core::model::triage::FindingSeverity;
use greffon_core::ports::clock::SystemClock;
use greffon_core::ports::plugins::{Bound, Problem};
use greffon_runtime::binding::{Binding, Grants};
use greffon_runtime::{Powers as _, Runtime, RuntimeConfig, nearest};
use ipnet::IpNet;
use serde_json::Value;
use tracing_subscriber::EnvFilter;

use self::fields::Arguments;
use self::said::Said;
use crate::config::binding::json;
use crate::config::confined::Folder;
use crate::config::plugin_files::{self, Found};
use crate::output;

/// Largest settings, and largest arguments, in bytes.
const MOST_BYTES: u64 = 16 << 20;

/// Who calls.
const PRACTICE: &str = "author";

/// What reaches the terminal: what the plugin logs, and what is wrong.
const SHOWN: &str = "warn,greffon::plugin=debug";

#[derive(Args)]
pub struct Call {
    /// A folder of `greffon plugin build`, or a .wasm file with plugin.toml beside
    file: PathBuf,
    /// A function of its kind, such as next, render, agendas, normalise; any other word lists them
    function: String,
    /// Its arguments as JSON in the words of the contract, or @FILE
    #[arg(default_value = "{}")]
    arguments: String,
    /// The settings: a TOML file as a practice writes it, or JSON
    #[arg(long)]
    settings: Option<PathBuf>,
    /// What the plugin may do: keyvalue, mail, http=ORIGIN; nothing otherwise
    #[arg(long = "grant", value_name = "GRANT")]
    grants: Vec<String>,
    /// A network that is opened although it is private, such as 127.0.0.0/8
    #[arg(long = "allow", value_name = "CIDR")]
    allowed: Vec<IpNet>,
}

impl Call {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let lines = tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).without_time();
        let lines = lines.with_target(false).with_env_filter(EnvFilter::new(SHOWN));
        lines.try_init().map_err(|error| anyhow::anyhow!("logging cannot start: {error}"))?;

        let Found { files, .. } = read(&self.file)?;
        let id = files.manifest.id.to_string();
        let functions = functions(files.manifest.kind);
        known(&self.function, files.manifest.kind, functions)?;
        let arguments = Arguments::parse(&text_of(&self.arguments)?)?;
        let settings = self.settings.as_deref().map(settings).transpose()?.unwrap_or(Value::Null);

        let config = RuntimeConfig {
            concurrent_calls: 2,
            concurrent_calls_per_practice: 2,
            allowed_networks: BTreeMap::from([(PRACTICE.into(), self.allowed)]),
            panics_in_full: true,
            ..RuntimeConfig::default()
        };
        let runtime = Runtime::new(config, Arc::new(space::Space::default()), None, Arc::new(SystemClock))?;
        let plugin = runtime.load(files).map_err(|error| match error.hint() {
            Some(hint) => anyhow::anyhow!("{error}\n\nhint: {hint}"),
            None => error.into(),
        })?;
        let binding = Binding {
            practice: PRACTICE.into(),
            feature: id.as_str().into(),
            plugin: plugin.reference,
            settings,
            grants: grants(&self.grants)?,
            credentials: BTreeMap::new(),
            mail: None,
        };
        say_what_is_not_granted(&runtime, &binding)?;
        match call(&runtime, &binding, &self.function, arguments)? {
            Ok(answer) => {
                output::json(&answer)?;
                Ok(ExitCode::SUCCESS)
            }
            Err(why) => bail!("{}: {why}", self.function),
        }
    }
}

fn call(runtime: &Runtime, binding: &Binding, function: &str, arguments: Arguments) -> anyhow::Result<Said> {
    // Before it is bound: what it finds may be why it cannot be.
    if function == "prepare" {
        arguments.none()?;
        let findings = runtime.analyse(binding).map_err(|problem| shown(&problem))?;
        let refused = findings.iter().any(|one| one.severity == FindingSeverity::Error);
        let findings = serde_json::to_value(findings)?;
        return Ok(if refused { Err(findings.to_string()) } else { Ok(findings) });
    }
    let bound = runtime.bind(binding).map_err(|problem| shown(&problem))?;
    let waiting = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    waiting.block_on(async {
        match &bound {
            Bound::Triage(bound) => triage::call(bound.as_ref(), function, arguments).await,
            Bound::Script(bound) => script::call(bound.as_ref(), function, arguments).await,
            Bound::Agenda(bound) => agenda::call(bound.as_ref(), function, arguments).await,
            Bound::Channel(bound) => channel::call(bound.as_ref(), function, arguments).await,
        }
    })
}

/// A kind's functions, each with what it takes.
fn functions(kind: PluginKind) -> &'static [(&'static str, &'static str)] {
    match kind {
        PluginKind::Triage => triage::FUNCTIONS,
        PluginKind::Script => script::FUNCTIONS,
        PluginKind::Agenda => agenda::FUNCTIONS,
        PluginKind::Notification => channel::FUNCTIONS,
    }
}

fn known(function: &str, kind: PluginKind, functions: &[(&str, &str)]) -> anyhow::Result<()> {
    let names: Vec<&str> = functions.iter().map(|(name, _)| *name).collect();
    if names.contains(&function) {
        return Ok(());
    }
    let near = nearest(function, &names).map(|near| format!("did you mean \"{near}\"? ")).unwrap_or_default();
    let list: Vec<String> = functions
        .iter()
        .map(|(name, takes)| if takes.is_empty() { (*name).to_owned() } else { format!("{name} {takes}") })
        .collect();
    bail!("a {} plugin has no function \"{function}\"\n\nhint: {near}it has: {}", kind.as_str(), list.join(", "))
}

fn read(path: &Path) -> anyhow::Result<Found> {
    let kind = std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
    let (folder, name) = if kind.is_dir() {
        (path, ".")
    } else {
        let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let name = path.file_name().and_then(|name| name.to_str());
        (folder, name.with_context(|| format!("{} is no name of a file", path.display()))?)
    };
    let opened = Folder::open(folder).with_context(|| format!("cannot open {}", folder.display()))?;
    plugin_files::read(&opened, name, None).map_err(|problem| shown(&problem))
}

/// The text itself, or that of the file behind an `@`.
fn text_of(written: &str) -> anyhow::Result<String> {
    match written.strip_prefix('@') {
        Some(file) => text_in(Path::new(file)),
        None => Ok(written.to_owned()),
    }
}

fn text_in(file: &Path) -> anyhow::Result<String> {
    use std::io::Read as _;
    let cannot = || format!("cannot read {}", file.display());
    let mut text = String::new();
    let opened = std::fs::File::open(file).with_context(cannot)?;
    opened.take(MOST_BYTES + 1).read_to_string(&mut text).with_context(cannot)?;
    ensure!(text.len() as u64 <= MOST_BYTES, "{} has more than {MOST_BYTES} bytes", file.display());
    Ok(text)
}

fn settings(file: &Path) -> anyhow::Result<Value> {
    let text = text_in(file)?;
    if file.extension().is_some_and(|end| end == "json") {
        return serde_json::from_str(&text).with_context(|| format!("{} is not JSON", file.display()));
    }
    let table: toml::Table = text.parse().with_context(|| format!("{} is not TOML", file.display()))?;
    Ok(json(toml::Value::Table(table)))
}

fn grants(written: &[String]) -> anyhow::Result<Grants> {
    let mut grants = Grants::default();
    for one in written {
        if let Some(("http", origin)) = one.split_once('=') {
            grants.http.push(origin.to_owned());
        } else if let Some(power) = grants.power(one) {
            *power = true;
        } else {
            let powers: Vec<&str> = grants.powers().into_iter().map(|(power, _)| power).collect();
            let powers = powers.join(", ");
            bail!("nothing is granted by \"{one}\"\n\nhint: write {powers} or http=https://server.example");
        }
    }
    Ok(grants)
}

/// Names everything that the plugin asks for and is not granted.
///
/// # Errors
/// There is something that it cannot be bound without.
fn say_what_is_not_granted(runtime: &Runtime, binding: &Binding) -> anyhow::Result<()> {
    let missing = runtime.ungranted(binding);
    for one in &missing {
        let by = match one.key.strip_prefix("grants.") {
            Some("http") => "--grant http=<origin>".to_owned(),
            Some(power) => format!("--grant {power}"),
            None => "nothing here: secrets are a practice's".to_owned(),
        };
        let severity = if one.needed { "error" } else { "warning" };
        output::note(&format!(
            "{severity}: \"{}\" asks for {}, which is not granted\n  granted by: {by}\n  in a practice's file, under \
             [features.<name>]: {}",
            one.plugin, one.asked, one.line
        ));
    }
    ensure!(!missing.iter().any(|one| one.needed), "nothing was called");
    Ok(())
}

fn shown(problem: &Problem) -> anyhow::Error {
    let Problem { key, message, hint, .. } = problem;
    let hint = if hint.is_empty() { String::new() } else { format!("\n\nhint: {hint}") };
    if key.is_empty() { anyhow::anyhow!("{message}{hint}") } else { anyhow::anyhow!("{key}: {message}{hint}") }
}
