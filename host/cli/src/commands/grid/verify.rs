//! `greffon grid verify`.

use std::process::ExitCode;

use greffon_core::model::civil::Zone;
use greffon_core::model::practice::PluginKind;
use serde_json::json;

use super::read::read;
use super::sign::names;
use crate::approvals;
use crate::output;
use crate::wire::Wiring;

pub(super) async fn run(wiring: &Wiring, practice: &str, as_json: bool) -> anyhow::Result<ExitCode> {
    match approvals::kept(&wiring.config.storage).await {
        Some(rows) => wiring.approvals.replace(rows),
        None => output::note("no database: what was withdrawn, replaced or approved elsewhere is not known here"),
    }
    let read = read(wiring, practice)?;
    let zone = Zone::of(&read.practice);
    let mut sound = true;
    let mut rows = Vec::new();
    for feature in &read.practice.features {
        if !matches!(feature.kind, Some(PluginKind::Triage | PluginKind::Script)) {
            continue;
        }
        let signable = read.signables.iter().find(|one| one.feature == *feature.id());
        let (state, said, hint) = match signable.map(|one| (one, &one.signature)) {
            None => (
                "unreadable",
                "ce contenu a des erreurs".to_owned(),
                Some(format!("les voir : greffon grid check {practice}")),
            ),
            Some((_, None)) => ("demo", "cabinet de démonstration : aucune signature n'est exigée".to_owned(), None),
            Some((one, Some(Ok(_)))) if one.demo => {
                let hint = "retirer demo = true une fois la grille relue, et la signer";
                (
                    "demo-content",
                    "contenu de démonstration, refusé dans un cabinet réel".to_owned(),
                    Some(hint.to_owned()),
                )
            }
            Some((one, Some(Ok(held)))) => {
                let (name, rpps) = (&held.name, &held.rpps);
                let (state, how) = if held.attested {
                    ("attested", "approuvé auprès de greffon, qui l'atteste, par")
                } else {
                    ("signed", "signé par")
                };
                let said = format!(
                    "{how} {name} (RPPS {rpps}), du {} jusqu'au {} exclu : {}",
                    zone.date(held.from),
                    zone.date(held.until),
                    names(&one.contents)
                );
                (state, said, None)
            }
            Some((_, Some(Err(refusal)))) => ("refused", refusal.message.clone(), Some(refusal.hint.clone())),
        };
        sound &= matches!(state, "signed" | "attested" | "demo");
        if as_json {
            let digest = signable.map(|one| one.settings.to_string());
            rows.push(
                json!({ "feature": feature.id(), "state": state, "message": said, "hint": hint, "settings": digest }),
            );
        } else {
            let remedy = hint.map_or(String::new(), |hint| format!("\n  remède : {hint}"));
            output::data(&format!("{} : {said}{remedy}", feature.id()))?;
        }
    }
    if as_json {
        output::json(&json!({ "practice": practice, "contents": rows }))?;
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
