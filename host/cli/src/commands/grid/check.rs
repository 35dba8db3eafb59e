//! `greffon grid check`.

use std::process::ExitCode;

use greffon_core::model::triage::FindingSeverity;
use serde_json::json;

use super::read::folder;
use crate::config::diagnostic::{Diagnostic, Findings};
use crate::output;
use crate::wire::Wiring;

pub(super) fn run(wiring: &Wiring, practice: &str, as_json: bool) -> anyhow::Result<ExitCode> {
    let mut findings: Findings = match wiring.directory.examine(&folder(wiring, practice)?) {
        Ok(read) => read.contents,
        Err(problem) => vec![(FindingSeverity::Error, *problem)],
    };
    findings.sort_by(|(_, one), (_, other)| place(one).cmp(&place(other)));
    findings.dedup();
    let count = |wanted| findings.iter().filter(|(severity, _)| *severity == wanted).count();
    let (errors, warnings) = (count(FindingSeverity::Error), count(FindingSeverity::Warning));
    if as_json {
        let shown: Vec<_> = findings.iter().map(|(severity, one)| shown(*severity, one)).collect();
        output::json(&json!({ "practice": practice, "findings": shown }))?;
    } else {
        output::data(&format!("{practice} : erreurs : {errors}, à regarder : {warnings}"))?;
        for (severity, one) in &findings {
            let word = match severity {
                FindingSeverity::Error => "erreur",
                FindingSeverity::Warning => "à regarder",
            };
            let remedy = one.hint.as_ref().map_or(String::new(), |hint| format!("\n\nremède : {hint}"));
            let bare = Diagnostic { hint: None, ..one.clone() };
            output::data(&format!("\n{word} : {bare}{remedy}"))?;
        }
    }
    Ok(if errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn place(one: &Diagnostic) -> (&std::path::Path, usize, usize) {
    let at = one.place.as_ref().map_or((0, 0), |place| (place.line, place.column));
    (&one.file, at.0, at.1)
}

fn shown(severity: FindingSeverity, one: &Diagnostic) -> serde_json::Value {
    json!({
        "severity": severity,
        "file": one.file,
        "line": one.place.as_ref().map(|place| place.line),
        "column": one.place.as_ref().map(|place| place.column),
        "message": one.message,
        "hint": one.hint,
    })
}
