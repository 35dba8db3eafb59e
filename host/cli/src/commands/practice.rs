//! `greffon practice list|check|code`.

mod code;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Subcommand;
use greffon_core::ids::{FeatureId, PracticeId};
use greffon_core::model::civil::Zone;
use greffon_core::model::known_agendas::KnownAgendas;
use greffon_core::model::triage::FindingSeverity;
use greffon_core::ports::clock::{Clock as _, SystemClock};
use serde_json::json;

use crate::agendas;
use crate::approvals;
use crate::config::diagnostic::Diagnostic;
use crate::config::operator::OperatorConfig;
use crate::config::practice_folders::{self, Listed, PRACTICE_FILE};
use crate::config::signed::Signable;
use crate::config::supervision::{Unreached, unreached};
use crate::output;
use crate::probe::{self, Asked};
use crate::wire::Wiring;

#[derive(Subcommand)]
pub enum Practice {
    /// List the practices and their features
    List {
        /// For programs
        #[arg(long)]
        json: bool,
    },
    /// Set the code with which a recipient opens links to alerts
    Code {
        /// The practice
        practice: String,
        /// The recipient, as the practice's file names them
        recipient: String,
    },
    /// Check every practice's folder: files, grants, settings, grids and scripts
    Check {
        /// Only this practice
        id: Option<String>,
        /// Ask every agenda and channel whether it answers; nothing is written or sent
        #[arg(long)]
        probe: bool,
        /// For programs
        #[arg(long)]
        json: bool,
    },
}

impl Practice {
    pub async fn run(self, config: OperatorConfig) -> anyhow::Result<ExitCode> {
        match self {
            Self::List { json } => list(&Wiring::without_storage(config)?, json),
            Self::Check { id, probe, json } => {
                check(&Wiring::without_storage(config)?, id.as_deref(), probe, json).await
            }
            Self::Code { practice, recipient } => code::run(&config, &practice, &recipient),
        }
    }
}

fn list(wiring: &Wiring, as_json: bool) -> anyhow::Result<ExitCode> {
    let refresh = wiring.directory.refresh();
    let problems: Vec<&Diagnostic> = refresh.problems.iter().chain(&refresh.out).collect();
    for problem in &problems {
        output::note(&format!("error: {problem}\n"));
    }
    if as_json {
        let practices: Vec<_> = wiring
            .practices()
            .map(|practice| {
                let features: Vec<_> = practice
                    .features
                    .iter()
                    .map(|one| json!({ "feature": one.id(), "plugin": one.stamp.plugin, "kind": one.kind }))
                    .collect();
                json!({ "id": practice.id, "name": practice.name, "features": features })
            })
            .collect();
        output::json(&practices)?;
    } else {
        let rows: Vec<Vec<String>> = wiring
            .practices()
            .map(|practice| {
                let features: Vec<&str> = practice.features.iter().map(|one| one.id().as_str()).collect();
                vec![practice.id.to_string(), practice.name.clone(), features.join(", ")]
            })
            .collect();
        output::data(&output::table(&["id", "name", "features"], &rows))?;
    }
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What was found in one practice's files.
struct Report {
    practice: String,
    findings: Vec<(&'static str, Diagnostic)>,
    /// What is known of the agendas of its features; nothing without a database.
    agendas: Vec<(FeatureId, Option<KnownAgendas>)>,
    /// Who approved its grids and scripts, as far as anybody did.
    approved: Vec<(FeatureId, String)>,
    /// What came of asking its agendas and channels; nothing when they were not asked.
    asked: Option<Vec<Asked>>,
}

async fn check(wiring: &Wiring, only: Option<&str>, probes: bool, as_json: bool) -> anyhow::Result<ExitCode> {
    let Listed { practices, problems } = practice_folders::list(&wiring.config.practices)?;
    if let Some(id) = only
        && !practices.contains_key(&PracticeId::from(id))
    {
        // A file beside the folders, where the practice was meant.
        let meant = wiring.config.practices.join(format!("{id}.toml"));
        if let Some(problem) = problems.into_iter().find(|problem| problem.file == meant) {
            return Err(problem.into());
        }
        let known: Vec<&str> = practices.keys().map(PracticeId::as_str).collect();
        let folder = wiring.config.practices.join(id);
        anyhow::bail!("no {PRACTICE_FILE} in {}\n\nhint: practices there: {}", folder.display(), known.join(", "));
    }
    if let Some(rows) = approvals::kept(&wiring.config.storage).await {
        wiring.approvals.replace(rows);
    }
    let kept = agendas::kept(&wiring.config.storage, practices.keys()).await;
    let wanted = practices.into_iter().filter(|(id, _)| only.is_none_or(|only| id.as_str() == only));
    let mut sound = Vec::new();
    let mut reports: Vec<Report> = Vec::new();
    for (practice, folder) in wanted {
        let (mut told, mut approved) = (Vec::new(), Vec::new());
        let mut findings = match wiring.directory.examine(&folder) {
            Err(problem) => vec![("error", *problem)],
            Ok(read) => {
                if let Some(known) = kept.get(&practice) {
                    let agendas = read.practice.features.iter().filter(|one| one.agenda().is_ok());
                    told = agendas.map(|one| (one.id().clone(), one.known_agendas(known).cloned())).collect();
                }
                let zone = Zone::of(&read.practice);
                let said = |one: &Signable| Some((one.feature.clone(), approvals::said(&one.content(), &zone)?));
                approved.extend(read.signables.iter().filter_map(said));
                let findings = read.findings.into_iter().map(|(severity, one)| (word(severity), one)).collect();
                sound.push(Arc::new(read.practice));
                findings
            }
        };
        // What keeps a feature out stands above what a plugin merely warns of.
        findings.sort_by_key(|(severity, _)| *severity != "error");
        reports.push(Report { practice: practice.to_string(), findings, agendas: told, approved, asked: None });
    }
    let misplaced = problems.into_iter().filter(|_| only.is_none()).map(|problem| Report {
        practice: named_by(&problem).unwrap_or_default(),
        findings: vec![("error", problem)],
        agendas: Vec::new(),
        approved: Vec::new(),
        asked: None,
    });
    reports.extend(misplaced);
    if probes {
        let mut asked = probe::ask(&sound).await;
        for report in &mut reports {
            let (own, others) = asked.into_iter().partition(|one| one.practice.as_str() == report.practice);
            (report.asked, asked) = (Some(own), others);
        }
    }
    if only.is_none() {
        let find = |id: &PracticeId| sound.iter().map(Arc::as_ref).find(|one| one.id == *id);
        let unreached = unreached(&wiring.config.supervisors, find);
        reports.extend(unreached.into_iter().map(of_the_operator));
    }
    if as_json {
        print_json(&reports)?;
    } else {
        print_text(&reports)?;
    }
    let is_sound = reports.iter().flat_map(|report| &report.findings).all(|(severity, _)| *severity != "error");
    let answers = reports.iter().flat_map(|report| &report.asked).flatten().all(|asked| asked.outcome.is_ok());
    Ok(if is_sound && answers { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What is wrong with a supervisor, in the operator's own file.
fn of_the_operator(unreached: Unreached) -> Report {
    let Unreached { key, message, hint } = unreached;
    let file = PathBuf::from("greffon.toml");
    let diagnostic = Diagnostic { file, place: None, message: format!("{key}: {message}"), hint: Some(hint) };
    Report {
        practice: "greffon.toml".to_owned(),
        findings: vec![("error", diagnostic)],
        agendas: Vec::new(),
        approved: Vec::new(),
        asked: None,
    }
}

/// The practice that was meant by what is none.
fn named_by(problem: &Diagnostic) -> Option<String> {
    let file = &problem.file;
    let path = if file.ends_with(PRACTICE_FILE) { file.parent()?.file_name()? } else { file.file_stem()? };
    Some(path.to_string_lossy().into_owned())
}

fn word(severity: FindingSeverity) -> &'static str {
    match severity {
        FindingSeverity::Error => "error",
        FindingSeverity::Warning => "warning",
    }
}

fn print_text(reports: &[Report]) -> anyhow::Result<()> {
    for Report { practice, findings, agendas, approved, asked } in reports {
        let count = |word| findings.iter().filter(|(severity, _)| *severity == word).count();
        match (count("error"), count("warning")) {
            (0, 0) => output::data(&format!("{practice}: ok"))?,
            (0, warnings) => output::data(&format!("{practice}: ok, warnings: {warnings}"))?,
            (errors, warnings) => output::data(&format!("{practice}: errors: {errors}, warnings: {warnings}"))?,
        }
        for (feature, known) in agendas {
            output::data(&format!("  {feature}: {}", agendas::said(known.as_ref(), SystemClock.now())))?;
        }
        for (feature, said) in approved {
            output::data(&format!("  {feature}: {said}"))?;
        }
        for Asked { feature, outcome, .. } in asked.iter().flatten() {
            match outcome {
                Ok(answered) => output::data(&format!("  {feature}: {answered}"))?,
                Err(silence) => output::data(&format!("error: {feature}: {silence}"))?,
            }
        }
        for (severity, diagnostic) in findings {
            output::data(&format!("{severity}: {diagnostic}\n"))?;
        }
    }
    Ok(())
}

fn print_json(reports: &[Report]) -> anyhow::Result<()> {
    let reports: Vec<_> = reports
        .iter()
        .map(|Report { practice, findings, agendas, approved, asked }| {
            let findings: Vec<_> = findings
                .iter()
                .map(|(severity, one)| {
                    json!({
                        "severity": severity,
                        "file": one.file,
                        "line": one.place.as_ref().map(|place| place.line),
                        "column": one.place.as_ref().map(|place| place.column),
                        "message": one.message,
                        "hint": one.hint,
                    })
                })
                .collect();
            let agendas: Vec<_> = agendas
                .iter()
                .map(|(feature, known)| {
                    let count = known.as_ref().map(|known| known.agendas.len());
                    let read_at = known.as_ref().map(|known| known.read_at.to_string());
                    json!({ "feature": feature, "count": count, "read_at": read_at })
                })
                .collect();
            let approved: Vec<_> =
                approved.iter().map(|(feature, said)| json!({ "feature": feature, "approval": said })).collect();
            let mut report =
                json!({ "practice": practice, "findings": findings, "agendas": agendas, "approved": approved });
            if let Some(asked) = asked {
                report["probes"] = asked.iter().map(Asked::as_json).collect();
            }
            report
        })
        .collect();
    output::json(&reports)
}
