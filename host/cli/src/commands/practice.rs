//! `greffon practice list|check`.

use std::process::ExitCode;

use clap::Subcommand;
use greffon_core::model::practice::PluginKind;
use greffon_core::model::triage::{Finding, FindingSeverity};
use greffon_core::ports::plugins::Plugins as _;
use greffon_core::ports::practices::Practices as _;
use serde_json::json;

use crate::config::operator::OperatorConfig;
use crate::output;
use crate::wire::Wiring;

#[derive(Subcommand)]
pub enum Practice {
    /// List the practices and their features
    List {
        /// For programs
        #[arg(long)]
        json: bool,
    },
    /// Check every practice file, grants, settings, grids and scripts
    Check {
        /// Only this practice
        id: Option<String>,
    },
}

impl Practice {
    pub async fn run(self, config: OperatorConfig) -> anyhow::Result<ExitCode> {
        let wiring = Wiring::without_storage(config)?;
        let problems = wiring.directory.refresh().problems;
        for problem in &problems {
            output::note(&format!("error: {problem}\n"));
        }
        let mut errors = problems.len();
        match self {
            Self::List { json: true } => {
                let practices: Vec<_> = wiring
                    .practices()
                    .map(|practice| {
                        let features: Vec<_> = practice
                            .features
                            .iter()
                            .map(|one| json!({ "feature": one.feature, "plugin": one.plugin, "kind": one.kind }))
                            .collect();
                        json!({ "id": practice.id, "name": practice.name, "features": features })
                    })
                    .collect();
                output::json(&practices)?;
            }
            Self::List { json: false } => {
                let rows: Vec<Vec<String>> = wiring
                    .practices()
                    .map(|practice| {
                        let features: Vec<&str> = practice.features.iter().map(|one| one.feature.as_str()).collect();
                        vec![practice.id.to_string(), practice.name.clone(), features.join(", ")]
                    })
                    .collect();
                output::data(&output::table(&["id", "name", "features"], &rows))?;
            }
            Self::Check { id } => errors += check(&wiring, id.as_deref()).await?,
        }
        Ok(if errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Prints the findings of the plugins' own analysis; how many are errors.
async fn check(wiring: &Wiring, only: Option<&str>) -> anyhow::Result<usize> {
    let mut errors = 0;
    if let Some(id) = only
        && wiring.directory.get(&id.into()).is_none()
    {
        anyhow::bail!("no usable practice \"{id}\" in {}", wiring.config.practices.display());
    }
    for practice in wiring.practices().filter(|one| only.is_none_or(|id| one.id.as_str() == id)) {
        let mut found: Vec<(String, Finding)> = Vec::new();
        for binding in &practice.features {
            let findings = match binding.kind {
                PluginKind::Triage => wiring.runtime.triage_check(&practice, &binding.feature).await?,
                PluginKind::Script => wiring.runtime.script_check(&practice, &binding.feature).await?,
                PluginKind::Agenda | PluginKind::Notification => Vec::new(),
            };
            found.extend(findings.into_iter().map(|finding| (binding.feature.to_string(), finding)));
        }
        errors += found.iter().filter(|(_, finding)| finding.severity == FindingSeverity::Error).count();
        let verdict = if found.is_empty() { "ok".to_owned() } else { format!("{} findings", found.len()) };
        output::data(&format!("{}: {verdict}", practice.id))?;
        for (feature, finding) in found {
            let severity = match finding.severity {
                FindingSeverity::Error => "error",
                FindingSeverity::Warning => "warning",
            };
            output::data(&format!("  {severity}: {feature}: {}: {}", finding.path, finding.message))?;
        }
    }
    Ok(errors)
}
