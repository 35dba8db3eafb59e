//! What a grid or a script names in the practice's file: instructions to say, people to put
//! through to, and appointments on days on which somebody sees patients.

use std::collections::BTreeSet;

use greffon_core::model::recipients::{ON_CALL, PRACTITIONER, SECRETARIAT};
use greffon_core::model::triage::{Finding, FindingSeverity};
use greffon_runtime::nearest;
use serde_json::Value;

use super::hours;
use super::practice_file::{Hours, PracticeFile};

/// The plugins whose settings are written like this.
pub(super) const FORMATS: [&str; 2] = ["triage-grid", "script-standard"];

/// Keys of settings that name an instruction: `id`, or `id@version`.
const INSTRUCTIONS: [&str; 3] = ["say", "safety-net", "instruction"];

/// Keys of settings that name somebody.
const PEOPLE: [&str; 2] = ["live-transfer", "message"];

const DAYS: [&str; 7] = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];

/// What is named and not there, at its place (a JSON Pointer).
pub(super) fn findings(file: &PracticeFile, settings: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    look(file, settings, "", &mut findings);
    for (index, protocol) in settings["protocols"].as_array().into_iter().flatten().enumerate() {
        destinations(file, protocol, &format!("/protocols/{index}"), &mut findings);
    }
    findings
}

fn look(file: &PracticeFile, value: &Value, path: &str, findings: &mut Vec<Finding>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                look(file, item, &format!("{path}/{index}"), findings);
            }
        }
        Value::Object(fields) => {
            for (key, field) in fields {
                let path = format!("{path}/{key}");
                let names = field.as_array().map_or(std::slice::from_ref(field), Vec::as_slice);
                for (index, name) in names.iter().enumerate() {
                    let Some(name) = name.as_str() else { continue };
                    let path = if field.is_array() { format!("{path}/{index}") } else { path.clone() };
                    if INSTRUCTIONS.contains(&key.as_str()) {
                        instruction(file, name, path, findings);
                    } else if PEOPLE.contains(&key.as_str()) && !name.contains(char::is_whitespace) {
                        somebody(file, name, path, findings);
                    }
                }
                look(file, field, &path, findings);
            }
        }
        _ => {}
    }
}

fn instruction(file: &PracticeFile, written: &str, path: String, findings: &mut Vec<Finding>) {
    let (id, version) = written.split_once('@').unwrap_or((written, "1"));
    let message = match file.instructions.get(id) {
        Some(known) if known.version == version => return,
        Some(known) => format!(
            "La consigne « {id} » est en version {}, et non {version} : écrire « {id}@{} ».",
            known.version, known.version
        ),
        None => format!("Aucune consigne « {id} » dans practice.toml : {}.", correct(id, file.instructions.keys())),
    };
    findings.push(Finding { severity: FindingSeverity::Error, path, message });
}

fn somebody(file: &PracticeFile, name: &str, path: String, findings: &mut Vec<Finding>) {
    let usual = [ON_CALL, PRACTITIONER, SECRETARIAT];
    if usual.contains(&name) || file.recipients.contains_key(name) || file.practitioners.contains_key(name) {
        return;
    }
    let message = format!("« {name} » n'est personne de ce cabinet : {}.", correct(name, file.recipients.keys()));
    findings.push(Finding { severity: FindingSeverity::Error, path, message });
}

fn correct<'k>(name: &str, known: impl Iterator<Item = &'k String>) -> String {
    let known: Vec<&str> = known.map(String::as_str).collect();
    match nearest(name, &known) {
        Some(near) => format!("écrire « {near} »"),
        None if known.is_empty() => "l'ajouter à practice.toml".to_owned(),
        None => format!("écrire l'un de ceux-ci : {}", known.join(", ")),
    }
}

/// A day on which the practice answers and nobody sees patients has no appointment today.
fn destinations(file: &PracticeFile, protocol: &Value, path: &str, findings: &mut Vec<Finding>) {
    let motives: Vec<&str> = protocol["motives"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let open = days(file.sites.values().map(|site| &site.hours));
    let wanted = |id: &str| motives.is_empty() || motives.contains(&id);
    let offered: Vec<&str> = file
        .motives
        .iter()
        .filter(|(id, _)| wanted(id))
        .flat_map(|(_, motive)| &motive.practitioners)
        .map(String::as_str)
        .collect();
    let agendas = file
        .practitioners
        .iter()
        .filter(|(id, _)| offered.is_empty() || offered.contains(&id.as_str()))
        .flat_map(|(_, one)| &one.agendas)
        .filter_map(|agenda| agenda.hours.as_ref().or_else(|| Some(&file.sites.get(&agenda.site)?.hours)));
    let seen = days(agendas);
    let without: Vec<&str> = open.difference(&seen).filter_map(|day| DAYS.get(*day).copied()).collect();
    if without.is_empty() {
        return;
    }
    for list in ["red-flags", "rules"] {
        for (index, one) in protocol[list].as_array().into_iter().flatten().enumerate() {
            if one["orientation"] == "same-day-slot" {
                let message = format!(
                    "Le cabinet répond le {} et personne n'y reçoit : ce rendez-vous du jour n'existe pas. Écrire une autre \
                     orientation (clinician-callback), ou ouvrir un agenda.",
                    without.join(" et le ")
                );
                let path = format!("{path}/{list}/{index}/orientation");
                findings.push(Finding { severity: FindingSeverity::Warning, path, message });
            }
        }
    }
}

/// The days of the week with an open minute, Monday first.
fn days<'h>(all: impl Iterator<Item = &'h Hours>) -> BTreeSet<usize> {
    let parsed = all.filter_map(|hours| hours::parse(hours).ok());
    parsed
        .flat_map(|week| {
            let open: Vec<usize> =
                week.0.iter().enumerate().filter(|(_, periods)| !periods.is_empty()).map(|(day, _)| day).collect();
            open
        })
        .collect()
}
