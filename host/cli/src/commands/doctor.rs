//! `greffon doctor`: everything that serving needs, checked one by one.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use greffon_core::model::civil::Zone;
use greffon_core::ports::clock::{Clock as _, SystemClock};
use greffon_core::ports::practices::Practices as _;
use greffon_core::ports::storage::Storage as _;
use serde::Serialize;

use crate::agendas;
use crate::approvals;
use crate::config::confined::Folder;
use crate::config::environment;
use crate::config::operator::OperatorConfig;
use crate::output;
use crate::probe::{self, Asked};
use crate::recovery;
use crate::wire::{self, Host};

#[derive(Args)]
pub struct Doctor {
    /// Ask every agenda and channel whether it answers; nothing is written or sent
    #[arg(long)]
    probe: bool,
    /// For programs
    #[arg(long)]
    json: bool,
}

/// One thing that was looked at.
#[derive(Serialize)]
struct Check {
    what: String,
    ok: bool,
    detail: String,
    /// The class of the failure of what was asked over the network.
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<&'static str>,
}

impl Doctor {
    pub async fn run(self, file: PathBuf) -> anyhow::Result<ExitCode> {
        let checks = examine(&file, self.probe).await;
        let good = checks.iter().all(|check| check.ok);
        if self.json {
            output::json(&checks)?;
        } else {
            for check in &checks {
                let mark = if check.ok { "ok    " } else { "FAILED" };
                output::data(&format!(
                    "{mark}  {}{}{}",
                    check.what,
                    if check.detail.is_empty() { "" } else { ": " },
                    check.detail
                ))?;
            }
        }
        Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

async fn examine(file: &std::path::Path, probes: bool) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut note = |what: &str, result: Result<String, String>| {
        let ok = result.is_ok();
        let (Ok(detail) | Err(detail)) = result;
        checks.push(Check { what: what.to_owned(), ok, detail, class: None });
        ok
    };
    let config = match OperatorConfig::load(file, environment::variables()) {
        Ok(config) => config,
        Err(problem) => {
            note("configuration", Err(problem.to_string()));
            return checks;
        }
    };
    note("configuration", Ok(file.display().to_string()));
    match wire::own_issuer(&config) {
        Ok(Some(_)) => note("signing key", Ok(String::new())),
        Ok(None) if config.issuers.is_empty() => {
            note("signing key", Err("no token would be believed; add [keys] signing or [[issuers]]".to_owned()))
        }
        Ok(None) => note("signing key", Ok("none; tokens come from the configured issuers".to_owned())),
        Err(error) => note("signing key", Err(error.to_string())),
    };
    for (name, shared) in &config.shared {
        let opened = Folder::open(&shared.path);
        let path = shared.path.display();
        let result = opened.map(|_| path.to_string()).map_err(|error| format!("{path} cannot be opened: {error}"));
        note(&format!("shared folder {name}"), result);
    }
    let folder = config.practices.clone();
    let host = match Host::beside(config).await {
        Ok(host) => host,
        Err(error) => {
            note("start", Err(format!("{error:#}")));
            return checks;
        }
    };
    note("storage", host.database.ready().await.map(|()| String::new()).map_err(|error| error.to_string()));
    let broken = host.wiring.directory.refresh().problems;
    for problem in &broken {
        note("practice", Err(problem.to_string()));
    }
    let mut served = 0;
    for practice in host.wiring.practices() {
        served += 1;
        if let Ok(Some(recovery)) = host.database.recovery(&practice.id).await {
            note(&format!("{} / restore", practice.id), recovery::said(&recovery));
        }
        // Without a database there is nothing known, which was said above.
        let known = host.database.known_agendas(&practice.id).await.unwrap_or_default();
        let (contents, zone) = (host.wiring.directory.contents(&practice.id), Zone::of(&practice));
        for feature in &practice.features {
            let state = match &feature.bound {
                Ok(bound) if bound.health().is_suspended() => Err("suspended after repeated failures".to_owned()),
                Ok(_) => {
                    let mut plugin = format!("{} {}", feature.stamp.plugin, feature.stamp.version);
                    if feature.agenda().is_ok() {
                        plugin += ", ";
                        plugin += &agendas::said(feature.known_agendas(&known), SystemClock.now());
                    }
                    let content = contents.iter().find(|one| one.feature == *feature.id());
                    if let Some(said) = content.and_then(|content| approvals::said(content, &zone)) {
                        plugin += ", ";
                        plugin += &said;
                    }
                    Ok(plugin)
                }
                Err(problem) => Err(problem.to_string()),
            };
            note(&format!("{} / {}", practice.id, feature.id()), state);
        }
    }
    let unreached = host.wiring.unreached_supervisors();
    if unreached.is_empty() && !host.wiring.config.supervisors.is_empty() {
        note("supervisors", Ok(host.wiring.config.supervisors.len().to_string()));
    }
    for one in unreached {
        note("supervisors", Err(one.to_string()));
    }
    if served == 0 {
        note("practices", Err(format!("none in {}", folder.display())));
    }
    if probes {
        let practices: Vec<_> = host.wiring.practices().collect();
        checks.extend(probe::ask(&practices).await.into_iter().map(of_probe));
    }
    host.database.close().await;
    checks
}

fn of_probe(asked: Asked) -> Check {
    let what = format!("{} / {} (probe)", asked.practice, asked.feature);
    match asked.outcome {
        Ok(answered) => Check { what, ok: true, detail: answered, class: None },
        Err(silence) => Check { what, ok: false, detail: silence.to_string(), class: Some(silence.class()) },
    }
}
